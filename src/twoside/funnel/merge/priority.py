"""Priority: channels in the order given, each up to its budget, then what is left beyond them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numba import njit

from twoside.funnel.merge import Merged, fixed, stacked

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.merge import Lists


@dataclass(frozen=True)
class Priority:
    """Settings of the merge in order."""

    learns: ClassVar[bool] = False
    limit: int = 1000
    """Length of the merged list."""
    budgets: dict[str, int] = field(default_factory=dict)
    """Items that a channel gives at most, by its name; without one, as many as it can. A budget
    binds while later channels have something to give."""

    fit = fixed
    unpack = fixed

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,  # noqa: ARG002 - all are alike
    ) -> Merged:
        """All channels into one list, in order."""
        length = self.limit if limit is None else limit
        items, budget = stacked(lists, self.budgets, length)
        out, source, rank = _in_order(items, budget, length, int(items.max(initial=-1)) + 1)
        return Merged(tuple(lists), out, source, rank)


@njit(cache=True, nogil=True)
def _in_order(lists, budget, limit, size):  # type: ignore[no-untyped-def]
    channels, people, width = lists.shape
    items = np.full((people, limit), -1, np.int32)
    source = np.full((people, limit), -1, np.int16)
    rank = np.full((people, limit), -1, np.int16)
    taken_by = np.full(size, -1, np.int64)
    for i in range(people):
        filled = 0
        for free in (False, True):  # then beyond the budgets
            for c in range(channels):
                gave = 0
                for at in range(width):
                    j = lists[c, i, at]
                    if j < 0 or filled == limit or (not free and gave == budget[c]):
                        break
                    if taken_by[j] == i:
                        continue
                    taken_by[j] = i
                    items[i, filled], source[i, filled], rank[i, filled] = j, c, at
                    filled += 1
                    gave += 1
    return items, source, rank
