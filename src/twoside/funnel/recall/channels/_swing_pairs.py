"""Swing pair by pair: every overlap of two people is found once and added to all its rows at once.

Person u is taken with everybody who comes later. In the square of u's own items, small enough to
stay near the processor, a pair (u, v) adds w_u w_v / (alpha + |I_u and I_v|) to each two items
that both liked; then the square is added to a table of rows of the answer. By symmetry half of it
is summed. It suits dense data, where pairs share many items; it wants all who liked an item, not a
sample of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.funnel.recall.taste import Taste

_PEOPLE = 100
"""Whose overlaps are counted to know the cost of all."""


def is_cheaper(taste: Taste, of: np.ndarray, blocks: int) -> bool:
    """Would this order, in `blocks` blocks of rows, be faster than item by item?

    Counted for a sample of people, evenly spaced. A pair that shares s items costs item by item two
    steps along the lists of each two of them, 2 s^2, whatever it shares; here 3 s to find s, in
    each block anew, and one step for each two, s^2 / 2, without symmetry (more blocks) s^2; and
    every person the square of what they liked, twice. Measured on ML-1M and Beauty a step of
    either kind takes about a nanosecond.
    """
    some = np.unique(np.linspace(0, len(taste.many) - 1, _PEOPLE).astype(np.int64))
    liked = float((taste.many[some].astype(float) ** 2).sum())
    overlaps, squares = _overlaps(some, taste.start, taste.item, taste.of_start, of)
    by_item = 2 * squares + liked
    by_pair = 3 * overlaps * blocks + squares * (0.5 if blocks == 1 else 1.0) + 2 * liked
    return bool(by_pair < by_item)


@njit(cache=True, nogil=True)
def _overlaps(some, start, item, of_start, of):  # type: ignore[no-untyped-def]
    """Sums over people u in `some` and all others v of |I_u and I_v| and of its square, half."""
    both = np.zeros(len(start) - 1, np.int64)
    overlaps, squares = 0.0, 0.0
    for u in some:
        for r in range(start[u], start[u + 1]):
            for e in range(of_start[item[r]], of_start[item[r] + 1]):
                both[of[e]] += 1
        both[u] = 0
        for r in range(start[u], start[u + 1]):
            for e in range(of_start[item[r]], of_start[item[r] + 1]):
                overlaps += both[of[e]] / 2
                squares += both[of[e]] ** 2 / 2
                both[of[e]] = 0
    return overlaps, squares


@njit(cache=True, nogil=True)
def pair_by_pair(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a step
    begin, end, start, item, of_start, of, weight, share, fame, neighbours
):
    """Near items of `begin` to `end`, each row divided by its sum to the power of `fame`.

    Args:
        of: int32 (pairs,): who liked item j is `of_start[j]:of_start[j + 1]`, ascending.
        weight: float64 (people,)
        share: float64: 1 / (alpha + s) of s = 2, 3, ...

    Returns:
        As `Rows` of `neighbours`.
    """
    table = np.zeros((end - begin, len(of_start) - 1), np.float32)
    head = of_start[:-1].copy()  # of each item those who come after u
    both = np.zeros(len(start) - 1, np.int32)
    place = np.empty(len(start) - 1, np.int64)
    others = np.empty(len(start), np.int32)
    widest, longest = 0, 0
    for u in range(len(start) - 1):
        length = 0
        for r in range(start[u], start[u + 1]):
            length += of_start[item[r] + 1] - of_start[item[r]]
        longest = max(longest, length)
        widest = max(widest, start[u + 1] - start[u])
    shared = np.empty(longest, np.uint32)  # places in u's items, ascending, of one v after another
    square = np.zeros(widest * widest, np.float32)
    for u in range(len(start) - 1):
        mine = np.sort(item[start[u] : start[u + 1]])
        n = len(mine)
        low, high = np.searchsorted(mine, begin), np.searchsorted(mine, end)
        count = 0
        for x in range(n):
            head[mine[x]] += 1
            for e in range(head[mine[x]], of_start[mine[x] + 1]):
                v = of[e]
                others[count] = v
                count += both[v] == 0  # no branch: nobody can guess it
                both[v] += 1
        if low == high:
            both[others[:count]] = 0
            continue
        used = 0
        for t in range(count):
            place[others[t]] = used
            used += both[others[t]]
        for x in range(n):
            for e in range(head[mine[x]], of_start[mine[x] + 1]):
                shared[place[of[e]]] = x
                place[of[e]] += 1
        for t in range(count):
            v = others[t]
            s = both[v]
            both[v] = 0
            if s < 2:
                continue
            part = np.float32(weight[u] * weight[v] * share[s - 2])
            first = place[v] - s
            for a in range(first, place[v]):
                x = shared[a]
                if low <= x < high:
                    row = square[x * n : x * n + n]
                    for b in range(a + 1, place[v]):
                        row[shared[b]] += part
                    b = first
                    while shared[b] < low:
                        row[shared[b]] += part
                        b += 1
        _add(square, mine, low, high, begin, table)
    return _nearest(table, fame, neighbours)


@njit(cache=True, nogil=True)
def _add(square, mine, low, high, begin, table):  # type: ignore[no-untyped-def]
    """The square of one person into the rows, both halves; the square is empty afterwards."""
    n = len(mine)
    for x in range(low, high):
        i = mine[x] - begin
        row = square[x * n : x * n + n]
        for y in range(low):
            table[i, mine[y]] += row[y]
        for y in range(x + 1, n):
            table[i, mine[y]] += row[y]
        for y in range(x + 1, high):
            table[mine[y] - begin, mine[x]] += row[y]
        row[:] = 0


@njit(cache=True, nogil=True)
def _nearest(table, fame, neighbours):  # type: ignore[no-untyped-def]
    keys = buffer(neighbours)
    count = np.zeros(len(table), np.int64)
    item = np.empty(len(table) * neighbours, np.int32)
    near = np.empty(len(table) * neighbours, np.float32)
    filled = 0
    for i in range(len(table)):
        row = table[i]
        if fame and row.any():
            row /= row.astype(np.float64).sum() ** fame
        found, bar = 0, ALL
        for j in range(len(row)):
            keys[found] = key_of(row[j], j)
            found += (keys[found] < bar) & (row[j] != 0)
            if found == len(keys):
                found, bar = fewer(keys, neighbours)
        count[i] = finish(keys, found, neighbours, item[filled:], near[filled:])
        filled += count[i]
    return count, item[:filled].copy(), near[:filled].copy()
