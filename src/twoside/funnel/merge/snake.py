"""Snake: one item from each channel in turn, to and fro, so that no channel crowds out another.

Rounds go A B C, C B A, A B C ...: who picked last picks first in the next round, as teams are
chosen in a playground. A channel whose next item is already taken offers the one after it. A
budget binds while others have something left; then what remains of the list goes on without.
"""

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
class Snake:
    """Settings of the snake merge."""

    learns: ClassVar[bool] = False
    limit: int = 1000
    """Length of the merged list."""
    budgets: dict[str, int] = field(default_factory=dict)
    """Items that a channel gives at most, by its name; without one, as many as it can."""
    turns: dict[str, int] = field(default_factory=dict)
    """Items that a channel gives in one turn, by its name; without one, 1."""

    fit = fixed
    unpack = fixed

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,  # noqa: ARG002 - all are alike
    ) -> Merged:
        """All channels into one list, in turn."""
        length = self.limit if limit is None else limit
        items, budget = stacked(lists, self.budgets, length)
        turns = np.array([self.turns.get(name, 1) for name in lists], np.int64)
        out, source, rank = _snake(items, budget, turns, length, int(items.max(initial=-1)) + 1)
        return Merged(tuple(lists), out, source, rank)


@njit(cache=True, nogil=True)
def _snake(lists, budget, turns, limit, size):  # type: ignore[no-untyped-def]
    channels, people, width = lists.shape
    items = np.full((people, limit), -1, np.int32)
    source = np.full((people, limit), -1, np.int16)
    rank = np.full((people, limit), -1, np.int16)
    taken_by = np.full(size, -1, np.int64)
    for i in range(people):
        at, gave = np.zeros(channels, np.int64), np.zeros(channels, np.int64)
        filled = 0
        for free in (False, True):  # then beyond the budgets
            forward, moved = True, True
            while moved and filled < limit:
                moved = False
                for n in range(channels):
                    c = n if forward else channels - 1 - n
                    left = turns[c]
                    while left > 0 and filled < limit and (free or gave[c] < budget[c]):
                        while (
                            at[c] < width
                            and lists[c, i, at[c]] >= 0
                            and (taken_by[lists[c, i, at[c]]] == i)
                        ):
                            at[c] += 1
                        if at[c] == width or lists[c, i, at[c]] < 0:
                            break
                        j = lists[c, i, at[c]]
                        taken_by[j] = i
                        items[i, filled], source[i, filled], rank[i, filled] = j, c, at[c]
                        filled += 1
                        at[c] += 1
                        gave[c] += 1
                        left -= 1
                        moved = True
                forward = not forward
    return items, source, rank
