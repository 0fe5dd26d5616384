"""Sums by number in a table as large as what is summed, not as what there is.

One answer adds some thousand numbers up by item or by person. A table of all of them, a place
each, would have to be emptied for every call: with a million items that takes longer than the
answer. Here a number finds its place by multiplicative hashing and the next free one after it
(Knuth 1998, "The Art of Computer Programming", vol. 3, section 6.4).
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def places(most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """An empty table for at most `most` different numbers.

    Returns:
        number: int32, -1 where the place is free; a power of two of them.
        total: float64, the sums; 0 where the place is free.
        used: int32: where the first, second, ... number went.
    """
    size = 16
    while size < 2 * most:
        size *= 2
    return np.full(size, -1, np.int32), np.zeros(size), np.empty(most + 1, np.int32)


@njit(cache=True, nogil=True, inline="always")
def place_of(number, wanted):  # type: ignore[no-untyped-def]
    """Where a number lies, or the free place where it would."""
    mask = np.uint32(len(number) - 1)
    at = (np.uint32(wanted) * np.uint32(2654435769) >> np.uint32(7)) & mask
    while number[at] != wanted and number[at] >= 0:
        at = (at + np.uint32(1)) & mask
    return at
