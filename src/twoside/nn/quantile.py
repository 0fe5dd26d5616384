"""Numbers as their quantile: any distribution becomes an even one between -1 and 1.

A network learns badly from counts whose largest value is ten thousand times the median; where a
value stands among all values is what matters. Values between two knots are interpolated, so
that order is kept. An unknown number becomes 0, the middle, and says so by a flag of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

KNOTS = 32
"""A power of two: the search halves evenly."""
_ROWS = 100_000
"""Rows looked at for the knots of a column."""


@dataclass(frozen=True)
class Quantiles:
    """The knots of m number columns."""

    knots: np.ndarray
    """float32 (m, KNOTS), rising: the values at even quantiles; equal ones lie together"""
    flags: np.ndarray
    """int32: those of the m columns whose unknown values get a flag"""

    @staticmethod
    def fit(numbers: np.ndarray) -> Quantiles:
        """From float32 (n, m); NaN is unknown."""
        step = max(1, len(numbers) // _ROWS)
        some = numbers[::step]
        unknown = np.isnan(some)
        flags = np.flatnonzero(unknown.any(axis=0) & ~unknown.all(axis=0))
        knots = np.zeros((numbers.shape[1], KNOTS), np.float32)
        for column in range(numbers.shape[1]):
            known = some[~unknown[:, column], column]
            if len(known):
                knots[column] = np.quantile(known, np.linspace(0, 1, KNOTS))
        return Quantiles(knots, flags.astype(np.int32))

    @property
    def width(self) -> int:
        """Columns after the transformation: the numbers, then the flags."""
        return len(self.knots) + len(self.flags)

    def transform(self, numbers: np.ndarray) -> np.ndarray:
        """float32 (n, m) -> float32 (n, width)."""
        even = np.empty((len(numbers), self.width), np.float32)
        _spread(numbers, self.knots, even)
        even[:, len(self.knots) :] = np.isnan(numbers[:, self.flags])
        return even


@njit(cache=True, nogil=True)
def _spread(numbers: np.ndarray, knots: np.ndarray, even: np.ndarray) -> None:
    columns, last = knots.shape[0], knots.shape[1] - 1
    for row in range(len(numbers)):
        for column in range(columns):
            value = numbers[row, column]
            known = knots[column]
            if row > 0 and value == numbers[row - 1, column]:  # a person's is the same all along
                even[row, column] = even[row - 1, column]
            elif np.isnan(value):
                even[row, column] = 0.0
            elif value < known[0]:
                even[row, column] = -1.0
            elif value > known[last]:
                even[row, column] = 1.0
            else:
                even[row, column] = 2.0 * _place(value, known, last) - 1.0


@njit(cache=True, nogil=True, inline="always")
def _place(value: float, knots: np.ndarray, last: int) -> Any:
    """The quantile of a value in [knots[0], knots[last]]; among equal knots the middle one."""
    low, step = -1, (last + 1) // 2  # the last knot below the value, found without branches
    while step > 0:
        low += step * (knots[low + step] < value)
        step //= 2
    low += 1  # the first knot that is not
    if knots[low] > value:
        share = (value - knots[low - 1]) / (knots[low] - knots[low - 1])
        return (low - 1 + share) / last
    end = low
    while end < last and knots[end + 1] == value:
        end += 1
    return (low + end) / (2.0 * last)
