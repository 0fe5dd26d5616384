"""What every stage of the funnel made of a batch of requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.merge import Merged
    from twoside.funnel.recall.channel import Recalled
    from twoside.schema.explanation import Slate
    from twoside.schema.request import Candidates


@dataclass
class Trace:
    """What every stage made of a batch; filled from top to bottom as the stages run."""

    lists: dict[str, Recalled] = field(default_factory=dict)
    failed: tuple[str, ...] = ()
    merged: Merged | None = None
    preranked: tuple[np.ndarray, np.ndarray] = (np.zeros(1, np.int64), np.empty(0, np.int32))
    """start, items"""
    ranked: list[Candidates] = field(default_factory=list)
    """In the order of the fused score, one a request."""
    probabilities: list[np.ndarray] = field(default_factory=list)
    """float32 (candidates, targets), aligned to `ranked`."""
    dropped: list[Mapping[str, int]] = field(default_factory=list)
    slates: list[Slate] = field(default_factory=list)
    milliseconds: dict[str, float] = field(default_factory=dict)

    def brought_by(self, n: int, items: np.ndarray) -> tuple[str, ...]:
        """The channel from which the merge took each item of the n-th list; "" if from none."""
        if self.merged is None or not len(self.merged.items[n]):
            return ("",) * len(items)
        row, source = self.merged.items[n], self.merged.source[n]
        order = np.argsort(row, kind="stable")
        at = order[np.minimum(np.searchsorted(row, items, sorter=order), len(row) - 1)]
        names = (*self.merged.channels, "")  # source -1 is the last: nothing
        return tuple(names[c] for c in np.where(row[at] == items, source[at], -1).tolist())
