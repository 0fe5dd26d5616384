"""How many of the right items a list holds in its first k places.

    recall@k of a person = |first k of the list and right items| / |right items|

averaged over people who have any right item.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True)
class Truth:
    """The right items of n people, none twice; person i owns `start[i]:start[i + 1]`."""

    start: np.ndarray
    """int64 (n + 1,)"""
    item: np.ndarray
    """int32 (total,)"""

    @staticmethod
    def of(row: np.ndarray, item: np.ndarray, people: int) -> Truth:
        """From pairs (row of the list, item); repeated pairs count once.

        Args:
            row: int (m,), 0 to people - 1
            item: int (m,)
        """
        size = int(item.max(initial=0)) + 1
        pairs = np.unique(row.astype(np.int64) * size + item)
        start = np.searchsorted(pairs, np.arange(people + 1, dtype=np.int64) * size)
        return Truth(start.astype(np.int64), (pairs % size).astype(np.int32))


def hit_ranks(lists: np.ndarray, truth: Truth) -> np.ndarray:
    """Where each right item stands: int64 (total,), -1 if the list does not hold it.

    Args:
        lists: int32 (n, width), best first, none twice in a row, -1 at the end.
    """
    size = int(max(lists.max(initial=-1), truth.item.max(initial=-1))) + 1
    return _ranks(lists, truth.start, truth.item, size)  # type: ignore[no-any-return]


def recall_at(lists: np.ndarray, truth: Truth, k: int) -> float:
    """Mean recall@k over people with right items; NaN when there are none."""
    return recall_of(hit_ranks(lists, truth), truth, k)


def recall_of(ranks: np.ndarray, truth: Truth, k: int) -> float:
    """As `recall_at`, from `hit_ranks`."""
    hit = (ranks >= 0) & (ranks < k)
    upto = np.concatenate([[0], np.cumsum(hit)])
    right = np.diff(truth.start)
    found = upto[truth.start[1:]] - upto[truth.start[:-1]]
    some = right > 0
    return float(np.mean(found[some] / right[some])) if some.any() else float("nan")


@njit(cache=True, nogil=True)
def _ranks(lists, start, item, size):  # type: ignore[no-untyped-def]
    ranks = np.full(len(item), -1, np.int64)
    place = np.full(size, -1, np.int64)
    for i in range(len(start) - 1):
        if start[i] == start[i + 1]:
            continue
        for r in range(lists.shape[1]):
            if lists[i, r] >= 0:
                place[lists[i, r]] = r
        for r in range(start[i], start[i + 1]):
            ranks[r] = place[item[r]]
        for r in range(lists.shape[1]):
            if lists[i, r] >= 0:
                place[lists[i, r]] = -1
    return ranks
