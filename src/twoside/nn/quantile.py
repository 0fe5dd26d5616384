"""Numbers as their quantile: any distribution becomes an even one between -1 and 1.

A network learns badly from counts whose largest value is ten thousand times the median; where a
value stands among all values is what matters. Values between two knots are interpolated, so
that order is kept. An unknown number becomes 0, the middle, and says so by a flag of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numba import njit

KNOTS = 32
_ROWS = 100_000
"""Rows looked at for the knots of a column."""
_BLOCK = 256
"""Rows taken together, so that a column of them stays near while its knots are counted."""


@dataclass(frozen=True)
class Quantiles:
    """The knots of m number columns."""

    knots: np.ndarray
    """float32 (m, KNOTS), rising: the values at even quantiles; equal ones lie together"""
    flags: np.ndarray
    """int32: those of the m columns whose unknown values get a flag"""
    _lines: _Lines = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_lines", _Lines.of(self.knots))

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
        lines = self._lines
        _spread(numbers, self.knots, lines.at, lines.base, lines.slope, even)
        even[:, len(self.knots) :] = np.isnan(numbers[:, self.flags])
        return even


@dataclass(frozen=True)
class _Lines:
    """What a value becomes, by how many knots lie below it: float32 (m, KNOTS + 1) each."""

    at: np.ndarray
    """If it equals the next knot: the middle of the knots that do"""
    base: np.ndarray
    """Else where it starts: the quantile of the knot below it"""
    slope: np.ndarray
    """and how much it gains on the way to the next knot"""

    @staticmethod
    def of(knots: np.ndarray) -> _Lines:
        columns, last = len(knots), KNOTS - 1
        at = np.ones((columns, KNOTS + 1), np.float32)
        for column, of_column in enumerate(knots):
            first = np.searchsorted(of_column, of_column, "left")
            end = np.searchsorted(of_column, of_column, "right") - 1
            at[column, :KNOTS] = (first + end) / last - 1
        gap = np.diff(knots.astype(np.float64), axis=1)
        slope = np.zeros((columns, KNOTS + 1), np.float32)
        slope[:, 1:KNOTS] = np.divide(2 / last, gap, out=np.zeros_like(gap), where=gap > 0)
        base = np.ones((columns, KNOTS + 1), np.float32)
        base[:, 0] = -1
        base[:, 1:KNOTS] = 2 * np.arange(last) / last - 1
        return _Lines(at, base, slope)


@njit(cache=True, nogil=True)
def _spread(
    numbers: np.ndarray,
    knots: np.ndarray,
    at: np.ndarray,
    base: np.ndarray,
    slope: np.ndarray,
    even: np.ndarray,
) -> None:
    columns, size = knots.shape
    values = np.empty(_BLOCK, np.float32)
    below = np.empty(_BLOCK, np.int32)
    for first in range(0, len(numbers), _BLOCK):
        rows = min(_BLOCK, len(numbers) - first)
        for column in range(columns):
            same = True
            for row in range(rows):
                values[row] = numbers[first + row, column]
                same = same and values[row] == values[0]
            distinct = 1 if same else rows  # a person's is the same all along a list
            below[:distinct] = 0
            for knot in range(size):
                edge = knots[column, knot]
                for row in range(distinct):
                    below[row] += np.int32(edge < values[row])
            for row in range(distinct):
                value, n = values[row], below[row]
                if n < size and knots[column, n] == value:
                    even[first + row, column] = at[column, n]
                elif np.isnan(value):
                    even[first + row, column] = 0.0
                else:
                    rise = np.float32(0)
                    if 0 < n < size:
                        rise = (value - knots[column, n - 1]) * slope[column, n]
                    even[first + row, column] = base[column, n] + rise
            for row in range(distinct, rows):
                even[first + row, column] = even[first, column]
