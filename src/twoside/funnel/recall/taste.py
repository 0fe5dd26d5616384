"""Who liked what, as the neighbour channels learn from it: people by items, and turned round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.past import Past

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData


@dataclass(frozen=True)
class Taste:
    """Liked pairs. Person p owns `start[p]:start[p + 1]`, in order of time; `of_start`, `at`
    say for an item where its pairs are."""

    start: np.ndarray
    """int64 (people + 1,)"""
    item: np.ndarray
    """int32 (pairs,)"""
    weight: np.ndarray
    """float32 (pairs,): as in `Past`"""
    person: np.ndarray
    """int32 (pairs,)"""
    of_start: np.ndarray
    """int64 (items + 1,)"""
    at: np.ndarray
    """int64 (pairs,): the pairs of item j are `at[of_start[j]:of_start[j + 1]]`, ascending"""

    @staticmethod
    def of(data: RecallData, latest: int) -> Taste:
        """From behaviours, with at most the `latest` items of each person: very busy people
        cost the square of what they did, and say little."""
        items = data.items.size
        past = Past.of_behaviours(data.behaviours, data.people.size, items)
        parts = _liked(past.start, past.item, past.weight, past.refused, items, latest)
        return Taste(*parts)


@njit(cache=True, nogil=True)
def _liked(past_start, past_item, past_weight, refused, items, latest):  # type: ignore[no-untyped-def]
    people, total = len(past_start) - 1, len(past_item)
    start = np.zeros(people + 1, np.int64)
    item = np.empty(total, np.int32)
    weight = np.empty(total, np.float32)
    person = np.empty(total, np.int32)
    of_start = np.zeros(items + 1, np.int64)
    pairs = 0
    for p in range(people):
        begin = pairs
        for r in range(past_start[p], past_start[p + 1]):
            if refused[r] or past_weight[r] <= 0:
                continue
            if pairs - begin == latest:
                break
            item[pairs], weight[pairs], person[pairs] = past_item[r], past_weight[r], p
            of_start[past_item[r] + 1] += 1
            pairs += 1
        item[begin:pairs] = item[begin:pairs][::-1].copy()
        weight[begin:pairs] = weight[begin:pairs][::-1].copy()
        start[p + 1] = pairs
    of_start = np.cumsum(of_start)
    free = of_start.copy()
    at = np.empty(pairs, np.int64)
    for r in range(pairs):
        j = item[r]
        at[free[j]] = r
        free[j] += 1
    return start, item[:pairs], weight[:pairs], person[:pairs], of_start, at
