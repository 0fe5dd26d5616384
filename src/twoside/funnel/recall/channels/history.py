"""History: what the person liked before and may still be had, the strongest and latest first.

score(i) = sqrt(sum of positive strengths) * 2 ^ (-age / half-life)
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData


@dataclass(frozen=True)
class History:
    """Settings of the history channel. It learns nothing: the past comes with the question."""

    half_life_days: float = 3.0
    """Age at which a behaviour counts half."""

    def fit(self, data: RecallData, seed: int) -> FittedHistory:  # noqa: ARG002 - nothing to learn
        """Nothing to learn; works on an empty past."""
        return FittedHistory(self)

    def unpack(self, packed: Packed) -> FittedHistory:
        """The fitted channel that `pack` described."""
        return FittedHistory(History(**packed.meta["settings"]))


@dataclass(frozen=True)
class FittedHistory:
    """Gives back; people without a past get nothing."""

    settings: History

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The person's own items that are open."""
        past = asking.past
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        now = np.repeat(asking.now_ms, np.diff(past.start))
        age_days = np.maximum(now - past.ts_ms, 0) / DAY_MS
        score = past.weight * np.exp2(-age_days / self.settings.half_life_days)
        score = np.where(past.refused, 0, score).astype(np.float32)
        _strongest(past.start, past.item, score, asking.is_open, items, scores)
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """The settings."""
        return Packed({"settings": asdict(self.settings)})


@njit(cache=True, nogil=True)
def _strongest(start, item, score, is_open, out_items, out_scores):  # type: ignore[no-untyped-def]
    limit = out_items.shape[1]
    keys = buffer(limit)
    for i in range(len(start) - 1):
        kept, bar = 0, ALL
        for r in range(start[i], start[i + 1]):
            keys[kept] = key_of(score[r], item[r])
            kept += (keys[kept] < bar) & (score[r] > 0) & is_open[item[r]]
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
