"""ItemCF by triangle: the sums of all pairs of items in one table, each pair summed once.

With everybody's items in order of their numbers, a person's items after i are those j > i: half
the work of going through all of them. Rows of the table are filled apart from each other, so
threads share nothing; then the upper half is mirrored, and the nearest of a row are read off.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from twoside.index.keys import ALL, buffer, fewer, finish, key_of


@njit(cache=True, nogil=True)
def sorted_by_item(start, weight, person, of_start, at):  # type: ignore[no-untyped-def]
    """Each person's pairs in order of item number, and where each pair of an item now lies."""
    free = start.copy()
    number = np.empty(len(at), np.uint32)
    sorted_weight = np.empty(len(at), np.float32)
    place = np.empty_like(at)
    owner = np.empty(len(at), np.int32)
    for j in range(len(of_start) - 1):
        for e in range(of_start[j], of_start[j + 1]):
            p = person[at[e]]
            here = free[p]
            free[p] += 1
            number[here], sorted_weight[here] = j, weight[at[e]]
            place[e], owner[e] = here, p
    return number, sorted_weight, place, owner


@njit(cache=True, nogil=True)
def upper_half(begin, end, start, number, weight, place, owner, of_start, table):  # type: ignore[no-untyped-def]
    total = np.zeros(len(table), np.float64)
    for i in range(begin, end):
        for e in range(of_start[i], of_start[i + 1]):
            here = place[e]
            part = np.float64(weight[here])
            later = slice(here + 1, start[owner[e] + 1])
            items, weights = number[later], weight[later]
            for r in range(len(items)):  # over slices: places that cannot be negative
                total[items[r]] += part * weights[r]
        for j in range(i + 1, len(table)):
            table[i, j] = total[j]
            total[j] = 0.0


@njit(cache=True, nogil=True)
def mirror(table):  # type: ignore[no-untyped-def]
    size, tile = len(table), 32
    for a in range(0, size, tile):
        for b in range(a, size, tile):
            for i in range(a, min(a + tile, size)):
                for j in range(max(b, i + 1), min(b + tile, size)):
                    table[j, i] = table[i, j]


@njit(cache=True, nogil=True)
def of_table(  # type: ignore[no-untyped-def]
    begin,
    end,
    table,
    start,
    item,
    person,
    of_start,
    at,
    mine,
    theirs,
    shrink,
    order_weight,
    window,
    backwards,
    neighbours,
):
    """The same from the table of sums."""
    size = len(mine)
    number = item.view(np.uint32)
    total = np.empty(size, np.float64)
    value = np.empty(size, np.float32)
    keys = buffer(neighbours)
    out_count, out_item, out_near = room(end - begin, neighbours)
    filled = 0
    for i in range(begin, end):
        total[:] = table[i]
        for e in range(of_start[i], of_start[i + 1]):
            here = at[e]
            p = person[here]
            add_in_order(
                total, number, here, start[p], start[p + 1], order_weight, window, backwards
            )
        for j in range(size):
            value[j] = total[j] / (mine[i] * theirs[j] + shrink)
        found, bar = 0, ALL
        for j in range(size):
            keys[found] = key_of(value[j], j)
            found += (keys[found] < bar) & (value[j] > 0)
            if found == len(keys):
                found, bar = fewer(keys, neighbours)
        kept = finish(keys, found, neighbours, out_item[filled:], out_near[filled:])
        out_count[i - begin] = kept
        filled += kept
    return out_count, out_item[:filled].copy(), out_near[:filled].copy()


@njit(cache=True, nogil=True)
def add_in_order(total, number, here, start, end, order_weight, window, backwards):  # type: ignore[no-untyped-def]
    """What a person liked right after the item at `here`, or right before it."""
    first, past = here + 1, min(here + window + 1, end)
    if backwards:
        first, past = max(here - window, start), here
    for r in range(first, past):
        total[number[r]] += order_weight / np.float64(abs(r - here))


@njit(cache=True, nogil=True)
def room(rows, neighbours):  # type: ignore[no-untyped-def]
    count = np.empty(rows, np.int64)
    places = rows * neighbours
    return count, np.empty(places, np.int32), np.empty(places, np.float32)
