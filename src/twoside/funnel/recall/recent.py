"""The latest items that each person liked, as a table of fixed width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from twoside.funnel.recall.past import Past


def recent_of(past: Past, last: int, decay: float) -> tuple[np.ndarray, np.ndarray]:
    """The latest items that each person liked: rows int32 (n, last), -1 for none, and what each
    is worth, float32 (n, last): decay^k * weight, k-th latest, summing to 1."""
    return _recent(past.start, past.item, past.weight, past.refused, last, decay)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _recent(start, item, weight, refused, last, decay):  # type: ignore[no-untyped-def]
    n = len(start) - 1
    out = np.full((n, last), -1, np.int32)
    worth = np.zeros((n, last), np.float32)
    for i in range(n):
        used, factor, total = 0, 1.0, 0.0
        for r in range(start[i], start[i + 1]):
            if used == last:
                break
            if refused[r] or weight[r] <= 0:
                continue
            out[i, used] = item[r]
            worth[i, used] = factor * weight[r]
            total += factor * weight[r]
            used += 1
            factor *= decay
        for k in range(used):
            worth[i, k] /= total
    return out, worth
