"""The best items for people who are vectors: by the largest product with any vector of the
person's, plus what the item brings along.

    score(i, j) = sharpness * max over the person's vectors u of  u . y_j  +  bias_j
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking

_BLOCK = 2048
"""Items whose scores are made at once: they stay in the nearest cache."""


def best_fits(
    asking: Asking,
    limit: int,
    start: np.ndarray,
    vector: np.ndarray,
    items: np.ndarray,
    bias: np.ndarray,
    sharpness: float,
    repeat: bool,
) -> Recalled:
    """Up to `limit` open items of each person, none that was turned down, or (without `repeat`)
    liked before. Of equal scores the lower row comes first.

    Args:
        start: int64 (n + 1,): person i has the vectors `start[i]:start[i + 1]`, at least one.
        vector: float32 (total, dim)
        items: float32 (dim, items): turned round, so that one number of all items lies together
        bias: float32 (items,)
    """
    found = Recalled.nothing(len(asking), limit)
    if limit and len(bias):
        past = asking.past
        _best(
            past.start,
            past.item,
            past.weight,
            past.refused,
            start,
            vector * np.float32(sharpness),
            items,
            bias,
            asking.is_open,
            repeat,
            found.items,
            found.scores,
        )
    return found


@njit(cache=True, nogil=True)
def _best(  # type: ignore[no-untyped-def]
    past_start,
    past_item,
    past_weight,
    refused,
    start,
    vector,
    items,
    bias,
    is_open,
    repeat,
    out_items,
    out_scores,
):
    size = items.shape[1]
    limit = out_items.shape[1]
    keys = buffer(limit)
    best, score = np.empty(_BLOCK, np.float32), np.empty(_BLOCK, np.float32)
    barred = np.zeros(size, np.bool_)
    for i in range(len(start) - 1):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r] or (not repeat and past_weight[r] > 0)
        kept, bar = 0, ALL
        for begin in range(0, size, _BLOCK):
            end = min(begin + _BLOCK, size)
            for u in range(start[i], start[i + 1]):
                _products(vector[u], items, begin, end, score)
                if u == start[i]:
                    best[:] = score
                else:
                    for j in range(end - begin):
                        best[j] = max(best[j], score[j])
            for j in range(begin, end):
                keys[kept] = key_of(best[j - begin] + bias[j], j)
                kept += (keys[kept] < bar) & is_open[j] & (not barred[j])
                if kept == len(keys):
                    kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False


@njit(cache=True, nogil=True)
def _products(vector, items, begin, end, score):  # type: ignore[no-untyped-def]
    """score[j] = vector . items[:, begin + j], summed in order, four numbers at a time."""
    dim, size = len(vector), end - begin
    score[:size] = 0
    for c in range(0, dim - 3, 4):
        a, b, d, e = vector[c], vector[c + 1], vector[c + 2], vector[c + 3]
        one, two = items[c, begin:end], items[c + 1, begin:end]
        three, four = items[c + 2, begin:end], items[c + 3, begin:end]
        for j in range(size):
            score[j] = (((score[j] + a * one[j]) + b * two[j]) + d * three[j]) + e * four[j]
    for c in range(dim - dim % 4, dim):
        factor, of_all = vector[c], items[c, begin:end]
        for j in range(size):
            score[j] += factor * of_all[j]
