"""Neighbour lists of items that are vectors: the nearest by angle, some more for what is liked.

    near(i, j) = exp(sharpness (z_i . z_j - 1)) (n_j + 1/2)^fame / sum of the same over all j

z is an item's vector of length 1, n_j how many like it. The softmax makes an item of many near
ones as loud as an item of few. An item without a vector (zeros) is in no list and has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from twoside.index.keys import ALL, buffer, fewer, finish, key_of

_BLOCK = 1024
"""Items compared with all others at once."""


@dataclass(frozen=True)
class NearItems:
    """What an item must be to be near; `lists` finds the nearest."""

    neighbours: int
    sharpness: float
    fame: float

    def lists(
        self, vector: np.ndarray, likes: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """start, item, near as in `ItemNeighbours`; of equal ones the lower row first.

        Args:
            vector: float32 (items, dim), length 1 or zeros.
            likes: int (items,)
        """
        size = len(vector)
        there = (vector != 0).any(axis=1)
        fame = (likes + 0.5).astype(np.float32) ** np.float32(self.fame)
        fame[~there] = 0
        k = min(self.neighbours, max(size - 1, 0))
        item = np.full((size, k), -1, np.int32)
        near = np.zeros((size, k), np.float32)
        count = np.zeros(size, np.int64)
        turned = np.ascontiguousarray(vector.T)
        for begin in range(0, size, _BLOCK):
            some = slice(begin, min(begin + _BLOCK, size))
            fit = vector[some] @ turned
            fit -= 1
            fit *= np.float32(self.sharpness)
            np.exp(fit, out=fit)
            fit *= fame
            _nearest(fit, there[some], begin, count[some], item[some], near[some])
        start = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
        kept = np.arange(k) < count[:, None]
        return start, item[kept], near[kept]


@njit(cache=True, nogil=True)
def _nearest(fit, there, begin, out_count, out_item, out_near):  # type: ignore[no-untyped-def]
    k = out_item.shape[1]
    keys = buffer(k)
    for i in range(len(fit)):
        if not there[i]:
            continue
        kept, bar, total = 0, ALL, 0.0
        for j in range(fit.shape[1]):
            if j == begin + i or fit[i, j] <= 0:
                continue
            total += fit[i, j]
            keys[kept] = key_of(fit[i, j], j)
            kept += keys[kept] < bar
            if kept == len(keys):
                kept, bar = fewer(keys, k)
        out_count[i] = finish(keys, kept, k, out_item[i], out_near[i])
        for e in range(out_count[i]):
            out_near[i, e] /= total
