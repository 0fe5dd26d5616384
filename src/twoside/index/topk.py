"""The best k of many, kept in a bounded heap that lies in the answer itself.

Order: higher score first; of equal scores the lower item row, so an answer does not depend on
the order in which items were met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from numba import njit

if TYPE_CHECKING:
    import numpy as np


@njit(cache=True, nogil=True)
def worse(
    score_a: float | np.float32, item_a: int, score_b: float | np.float32, item_b: int
) -> bool:
    """Does a come after b?"""
    return bool(score_a < score_b or (score_a == score_b and item_a > item_b))


@njit(cache=True, nogil=True)
def _sink(scores: np.ndarray, items: np.ndarray, size: int, at: int) -> None:
    while True:
        least = at
        for child in (2 * at + 1, 2 * at + 2):
            if child < size and worse(scores[child], items[child], scores[least], items[least]):
                least = child
        if least == at:
            return
        scores[at], scores[least] = scores[least], scores[at]
        items[at], items[least] = items[least], items[at]
        at = least


@njit(cache=True, nogil=True)
def offer(
    scores: np.ndarray, items: np.ndarray, size: int, score: float | np.float32, item: int
) -> int:
    """Put (score, item) into the heap if it is among the best `len(items)`.

    Args:
        scores: float32 (k,), the heap's scores: the worst of the kept lies at 0.
        items: int32 (k,)
        size: how many are in the heap.

    Returns:
        The new size.
    """
    if size < len(items):
        at = size
        scores[at] = score
        items[at] = item
        while at > 0:
            above = (at - 1) // 2
            if not worse(scores[at], items[at], scores[above], items[above]):
                break
            scores[at], scores[above] = scores[above], scores[at]
            items[at], items[above] = items[above], items[at]
            at = above
        return size + 1
    if size > 0 and worse(scores[0], items[0], score, item):
        scores[0] = score
        items[0] = item
        _sink(scores, items, size, 0)
    return size


@njit(cache=True, nogil=True)
def best_first(scores: np.ndarray, items: np.ndarray, size: int) -> None:
    """Turn the heap into a list, best first, in place."""
    for last in range(size - 1, 0, -1):
        scores[0], scores[last] = scores[last], scores[0]
        items[0], items[last] = items[last], items[0]
        _sink(scores, items, last, 0)
