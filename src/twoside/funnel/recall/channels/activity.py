"""Activity: items that something happens to now, those of the person's own groups first.

    active(i) = sum over its behaviours, whatever their sign, of  2 ^ (-age / half-life)
    score(i) = number of declared groups that person and item share + place(i)

`place` is the item's percentile, below 1, in the order of activity and then of the latest
behaviour, so one shared group comes before any activity. Where the item is itself a party (a person
who asks others, or answers), what it did stands in the log as well as what was done to it: an
active one answers. That something happened is no praise: refusals count too, rank decides later.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.groups import category_pairs, codes_of
from twoside.funnel.recall.remembered import Remembered
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Activity:
    """Settings of the activity channel."""

    half_life_days: float = 1.0
    """Age at which a behaviour counts half."""
    within_days: float = 14.0
    """An item whose latest behaviour is older is not active."""
    by_group: bool = True
    """Look first within the groups that people declare (the single categories of matches)."""

    def __post_init__(self) -> None:
        for name in ("half_life_days", "within_days"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"activity.{name} = {getattr(self, name)}: expected more than 0.")

    def fit(self, data: RecallData, seed: int) -> FittedActivity:  # noqa: ARG002 - exact
        """Count; an empty past gives empty lists."""
        log, size = data.behaviours, data.items.size
        age_days = (data.now_ms - log.ts_ms) / DAY_MS
        active = np.bincount(log.item, np.exp2(-age_days / self.half_life_days), minlength=size)
        last = np.full(size, -1, np.int64)
        np.maximum.at(last, log.item, log.ts_ms)
        some = np.flatnonzero(last >= 0)
        order = some[np.lexsort((some, -last[some], -active[some]))].astype(np.int32)
        pairs = category_pairs(data.matches, data.people, data.items) if self.by_group else ()
        return FittedActivity(self, pairs, order, last[order])

    def unpack(self, packed: Packed) -> FittedActivity:
        """The fitted channel that `pack` described."""
        pairs = tuple((mine, theirs) for mine, theirs in packed.meta["pairs"])
        a = packed.arrays
        return FittedActivity(Activity(**packed.meta["settings"]), pairs, a["order"], a["last"])


@dataclass(frozen=True)
class FittedActivity:
    """Knows what happened up to the fit; items that came later had nothing happen to them."""

    settings: Activity
    pairs: tuple[tuple[str, str], ...]
    """(person column, item column) of groups"""
    order: np.ndarray
    """int32 (active,): items, the most active first"""
    last: np.ndarray
    """int64 (active,): their latest behaviour"""
    _groups: Remembered[np.ndarray] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_groups", Remembered(self._codes))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The active items that are open; also for people never seen, then without groups."""
        mine = codes_of(asking.people, tuple(m for m, _ in self.pairs), asking.person)
        past = asking.past
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _most_active(
            past.start,
            past.item,
            past.refused,
            asking.now_ms,
            self.order,
            self.last,
            self._groups.of(asking.items),
            mine,
            self.settings.within_days * DAY_MS,
            asking.is_open,
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings and the order."""
        meta = {"settings": asdict(self.settings), "pairs": [list(pair) for pair in self.pairs]}
        return Packed(meta, {"order": self.order, "last": self.last})

    def _codes(self, items: EntityTable) -> np.ndarray:
        """int32 (active, pairs)"""
        return codes_of(items, tuple(theirs for _, theirs in self.pairs), self.order)


@njit(cache=True, nogil=True)
def _most_active(  # type: ignore[no-untyped-def]
    past_start,
    past_item,
    refused,
    now_ms,
    order,
    last,
    theirs,
    mine,
    within_ms,
    is_open,
    out_items,
    out_scores,
):
    limit, many, groups = out_items.shape[1], len(order), mine.shape[1]
    barred = np.zeros(len(is_open), np.bool_)
    found = np.empty((groups + 1, limit), np.int64)  # by shared groups, in order
    count = np.empty(groups + 1, np.int64)
    for i in range(len(now_ms)):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r]
        known = 0
        for c in range(groups):
            known += mine[i, c] >= 0
        count[:] = 0
        for n in range(many):
            if count[known] == limit:
                break  # a list of items that share every group
            j = order[n]
            if j >= len(is_open) or not is_open[j] or barred[j] or now_ms[i] - last[n] > within_ms:
                continue
            shared = 0
            for c in range(groups):
                shared += mine[i, c] >= 0 and mine[i, c] == theirs[n, c]
            if count[shared] < limit:
                found[shared, count[shared]] = n
                count[shared] += 1
        filled = 0
        for shared in range(known, -1, -1):
            for m in range(min(count[shared], limit - filled)):
                n = found[shared, m]
                out_items[i, filled] = order[n]
                out_scores[i, filled] = shared + (many - n) / (many + 1)
                filled += 1
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
