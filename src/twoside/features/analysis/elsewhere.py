"""A category as a number: the rate of a label among other rows of the same code.

A code that was seen once would betray its own row, so rows are put in two halves by request and
each half reads the rates of the other. All is counted by code and half, never row by row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.features.analysis.measures import auc_of_groups

_SMOOTHING = 20.0
"""Rows at the mean rate that are added to every code."""


@dataclass(frozen=True)
class Elsewhere:
    """One category and one label, by code and half: float64 (k, 2) each."""

    positive: np.ndarray
    """Weight of the rows where it happened"""
    negative: np.ndarray
    """and of those where it did not"""
    rate: np.ndarray
    """The smoothed rate in the other half"""

    @staticmethod
    def of(
        group: np.ndarray, half: np.ndarray, positive: np.ndarray, negative: np.ndarray
    ) -> Elsewhere:
        """group: int64 (n,) 0 and up; half: 0 or 1 (n,); weights (n,) of either outcome, both 0
        where the label is not final."""
        place = group * 2 + half
        size = int(group.max(initial=0)) + 1
        happened = np.bincount(place, positive, minlength=2 * size).reshape(size, 2)
        did_not = np.bincount(place, negative, minlength=2 * size).reshape(size, 2)
        total = happened + did_not
        mean = happened.sum() / total.sum() if total.sum() else 0.0
        rate = (happened + _SMOOTHING * mean) / (total + _SMOOTHING)
        return Elsewhere(happened, did_not, rate[:, ::-1])

    def rates(self, group: np.ndarray, half: np.ndarray) -> np.ndarray:
        """float64 (n,): the rate of each row's code in the other half."""
        found: np.ndarray = self.rate[group, half]
        return found

    def auc(self) -> float:
        """Mean AUC of the two halves, whose rates were learned apart."""
        found = []
        for side in (0, 1):
            distinct, group = np.unique(self.rate[:, side], return_inverse=True)
            counts = [
                np.bincount(group, one[:, side], minlength=len(distinct))
                for one in (self.positive, self.negative)
            ]
            if counts[0].sum() and counts[1].sum():
                found.append(auc_of_groups(*counts))
        return float(np.mean(found)) if found else float("nan")

    def pearson(self) -> float:
        """Weighted correlation of the rate and the label; NaN if one does not vary."""
        weight = self.positive + self.negative
        total = weight.sum()
        if not total:
            return float("nan")
        mean_y = self.positive.sum() / total
        mean_x = (weight * self.rate).sum() / total
        var_x = (weight * (self.rate - mean_x) ** 2).sum() / total
        cov = (self.positive * (self.rate - mean_x)).sum() / total
        both = var_x * mean_y * (1 - mean_y)
        return float(cov / np.sqrt(both)) if both > 1e-24 else float("nan")


def halves(request_id: np.ndarray) -> np.ndarray:
    """int64 (n,), 0 or 1: every second request is in the other half."""
    return np.asarray(np.unique(request_id, return_inverse=True)[1] % 2, np.int64)
