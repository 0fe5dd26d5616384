"""Who liked what, as the neighbour channels learn from it: people by items, and turned round."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.past import Past

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData


@dataclass(frozen=True)
class Taste:
    """Liked pairs, each once. Person p owns `start[p]:start[p + 1]`, in order of time."""

    start: np.ndarray
    """int64 (people + 1,)"""
    item: np.ndarray
    """int32 (pairs,)"""
    weight: np.ndarray
    """float32 (pairs,): as in `Past`, above 0"""
    ts_ms: np.ndarray
    """int64 (pairs,): when the person had to do with the item last; (0,) unless `timed`"""
    items: int
    """Rows of items."""

    @staticmethod
    def of(data: RecallData, latest: int, *, timed: bool = False) -> Taste:
        """From behaviours, with at most the `latest` items of each person: very busy people
        cost the square of what they did, and say little. A behaviour with an item that the table
        does not have, or of a strength that is 0 or NaN, is no like; an empty past has no pairs."""
        items = data.items.size
        past = Past.of_behaviours(data.behaviours, data.people.size, items)
        parts = (past.start, past.item, past.weight, past.refused)
        start, item, weight, ts_ms = _liked(*parts, past.ts_ms if timed else past.ts_ms[:0], latest)
        return Taste(start, item, weight, ts_ms, items)

    @cached_property
    def many(self) -> np.ndarray:
        """int64 (people,): how many items each person liked."""
        return np.diff(self.start)

    @cached_property
    def person(self) -> np.ndarray:
        """int32 (pairs,): whose pair it is."""
        return np.repeat(np.arange(len(self.many), dtype=np.int32), self.many)

    @cached_property
    def of_start(self) -> np.ndarray:
        """int64 (items + 1,): the pairs of item j are `at[of_start[j]:of_start[j + 1]]`"""
        start = np.zeros(self.items + 1, np.int64)
        np.cumsum(np.bincount(self.item, minlength=self.items), out=start[1:])
        return start

    @cached_property
    def at(self) -> np.ndarray:
        """int32 (pairs,), of each item ascending. int64 beyond two thousand million pairs."""
        kind = np.int32 if len(self.item) < 2**31 else np.int64
        return _turned(self.item, self.of_start, np.empty(len(self.item), kind))  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _liked(past_start, past_item, past_weight, refused, past_ts, latest):  # type: ignore[no-untyped-def]
    people = len(past_start) - 1
    start = np.zeros(people + 1, np.int64)
    pairs = 0
    for p in range(people):
        begin = pairs
        for r in range(past_start[p], past_start[p + 1]):
            pairs += pairs - begin < latest and not refused[r] and past_weight[r] > 0
        start[p + 1] = pairs
    item = np.empty(pairs, np.int32)
    weight = np.empty(pairs, np.float32)
    ts_ms = np.empty(pairs if len(past_ts) else 0, np.int64)
    for p in range(people):
        free, r = start[p + 1], past_start[p]
        while free > start[p]:  # the latest goes to the end
            if not refused[r] and past_weight[r] > 0:
                free -= 1
                item[free], weight[free] = past_item[r], past_weight[r]
                if len(ts_ms):
                    ts_ms[free] = past_ts[r]
            r += 1
    return start, item, weight, ts_ms


@njit(cache=True, nogil=True)
def _turned(item, of_start, at):  # type: ignore[no-untyped-def]
    free = of_start.copy()
    for r in range(len(item)):
        at[free[item[r]]] = r
        free[item[r]] += 1
    return at
