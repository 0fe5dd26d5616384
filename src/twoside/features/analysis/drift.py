"""Has a feature shifted? Its distribution by day against the first days."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.features.analysis.measures import psi, psi_by_chance

_WEEK = 7
_FAR = 5.0
"""How many times what chance is expected to give a PSI must be above the threshold to count: the
chi-squared of 5 degrees passes 4 times its mean once in a thousand."""


@dataclass(frozen=True)
class Drift:
    """The rows by day, and which days stand for early and late."""

    days: np.ndarray
    """int (d,) rising"""
    place: np.ndarray
    """int64 (n,): the day of each row"""
    weight: np.ndarray
    """float64 (n,)"""
    part: int
    """Days at each end that are compared: whole weeks if there are, at most a half of all"""
    effective: np.ndarray
    """float64 (d,): (sum of weights) squared over the sum of their squares, a day"""

    @staticmethod
    def of(day: np.ndarray, weight: np.ndarray) -> Drift:
        """From the day (n,) and weight (n,) of each row."""
        days, place = np.unique(day, return_inverse=True)
        half = len(days) // 2
        part = half // _WEEK * _WEEK or max(1, -(-len(days) // 3))
        total = np.bincount(place, weight)
        squares = np.bincount(place, weight**2)
        return Drift(days, place, weight, min(part, max(half, 1)), total**2 / squares)

    def measure(self, bins: np.ndarray, threshold: float) -> tuple[tuple[float, ...], float, bool]:
        """(PSI of each day, PSI of the last days, has it shifted?) against the first days.

        Weekdays go round, so whole weeks are compared where there are two. One day alone has
        nothing to be compared with: 0, not shifted.
        """
        count, size = len(self.days), int(bins.max(initial=0)) + 1
        if count < 2:
            return (0.0,) * count, 0.0, False
        # Counts as if every row weighed 1, so that smoothing is the same for any weights.
        table = np.bincount(self.place * size + bins, self.weight, minlength=count * size)
        table = table.reshape(count, size)
        table *= (self.effective / table.sum(axis=1))[:, None]
        first, last = table[: self.part].sum(axis=0), table[-self.part :].sum(axis=0)
        by_day = tuple(psi(first, one) for one in table)
        late = psi(first, last)
        used = int(((first + last) > 0).sum())
        chance = psi_by_chance(used, first.sum(), last.sum())
        return by_day, late, late > threshold + _FAR * chance
