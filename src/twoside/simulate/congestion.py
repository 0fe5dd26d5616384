"""What grows when many come at once: a decayed count, and what it does to answers."""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, inline="always")
def decayed(count: float, since_ms: int, now_ms: int, half_life_ms: float) -> float:
    """A count as it weighs now: halved every half-life; never grown by a clock that ran back."""
    passed = max(0, now_ms - since_ms)
    return count * np.exp2(-passed / half_life_ms)


@njit(cache=True, inline="always")
def burden(waiting: float, bearable: float) -> float:
    """log(1 + waiting / bearable): what `waiting` conversations take from the readiness to
    answer, before its weight."""
    return np.log1p(waiting / bearable)


@njit(cache=True, nogil=True)
def burdens(
    count: np.ndarray, since_ms: np.ndarray, now_ms: int, half_life_ms: float, bearable: float
) -> np.ndarray:
    """float32 (n,): `burden` of everybody at a moment."""
    out = np.empty(len(count), np.float32)
    for n in range(len(count)):
        out[n] = burden(decayed(count[n], since_ms[n], now_ms, half_life_ms), bearable)
    return out
