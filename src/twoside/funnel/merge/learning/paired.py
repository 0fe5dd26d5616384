"""How sure a mean difference is: a bootstrap over people, the same draws for all that is compared.

Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 13 (percentiles),
with Poisson(1) counts in place of drawing n of n (Hanley and MacGibbon 2006).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Interval:
    """A mean with its 95 % interval; m figures side by side."""

    mean: np.ndarray
    """float64 (m,)"""
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray
    """float64 (m,): two-sided, of a difference of 0; at least 1 / draws"""


def interval(difference: np.ndarray, draws: int, seed: int) -> Interval:
    """Of differences of n people: float64 (n, m) -> m means.

    The same people with the same differences give no width: low = mean = high. Nobody gives NaN.
    """
    n, m = difference.shape
    if not n:
        nothing = np.full(m, np.nan)
        return Interval(nothing, nothing, nothing, np.ones(m))
    rng = np.random.default_rng(seed)
    some = np.flatnonzero((difference != 0).any(axis=1))
    sums = np.zeros((draws, m))
    people = np.zeros(draws)
    step = max(1, 4_000_000 // max(len(some), 1))
    for begin in range(0, draws, step):
        rows = slice(begin, min(begin + step, draws))
        count = rng.poisson(1.0, (rows.stop - begin, len(some)))
        sums[rows] = count.astype(float) @ difference[some]
        people[rows] = count.sum(axis=1) + rng.poisson(n - len(some), rows.stop - begin)
    means = sums / np.maximum(people, 1)[:, None]
    low, high = np.quantile(means, [0.025, 0.975], axis=0)
    below = (means <= 0).mean(axis=0)
    above = (means >= 0).mean(axis=0)
    p = np.clip(2 * np.minimum(below, above), 1 / draws, 1.0)
    return Interval(difference.mean(axis=0), low, high, p)
