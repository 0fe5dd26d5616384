"""So that a list is full if enough items are open: a fallback order for what the channels and
rules left empty."""

from __future__ import annotations

import numpy as np
from numba import njit


def fallback_order(is_open: np.ndarray, liked: np.ndarray, born: np.ndarray) -> np.ndarray:
    """All open items: the most liked first, among equals the newest, then the lower row.

    Args:
        is_open: bool (items,)
        liked: float (items,), for instance the decayed sum of positive strengths
            (`recall.popularity.liked`); shorter arrays count as 0 for later items.
        born: int64 (items,) epoch ms, -1 unknown.

    Returns:
        int32 (open items,)
    """
    rows = np.flatnonzero(is_open)
    score = np.zeros(len(is_open))
    score[: len(liked)] = liked[: len(is_open)]
    order = np.lexsort((rows, -born[rows].astype(np.int64), -score[rows]))
    return rows[order].astype(np.int32)


def fill(
    items: np.ndarray, order: np.ndarray, barred: tuple[np.ndarray, np.ndarray] | None = None
) -> np.ndarray:
    """Put items of `order` where a list has -1, none twice, and count them.

    Args:
        items: int32 (n, length), changed in place; -1 only at the end of a row.
        order: int32 (m,), for instance `fallback_order`.
        barred: (start int64 (n + 1,), item int32): what must not be put into each list.

    Returns:
        int64 (n,): how many were put in.
    """
    if barred is None:
        barred = np.zeros(len(items) + 1, np.int64), np.empty(0, np.int32)
    tops = (int(part.max(initial=-1)) for part in (items, order, barred[1]))
    return _fill(items, order, barred[0], barred[1], max(tops) + 1)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _fill(items, order, start, barred, size):  # type: ignore[no-untyped-def]
    people, length = items.shape
    put = np.zeros(people, np.int64)
    mark = np.full(size, -1, np.int64)
    for i in range(people):
        at = 0
        while at < length and items[i, at] >= 0:
            mark[items[i, at]] = i
            at += 1
        if at == length:
            continue
        for r in range(start[i], start[i + 1]):
            mark[barred[r]] = i
        for j in order:
            if at == length:
                break
            if mark[j] != i:
                items[i, at] = j
                at += 1
                put[i] += 1
    return put
