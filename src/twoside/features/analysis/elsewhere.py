"""A category as a number: the rate of a label among other rows of the same code.

A code that was seen once would betray its own row, so rows are put in two halves by request and
each half reads the rates of the other.
"""

from __future__ import annotations

import numpy as np

_SMOOTHING = 20.0
"""Rows at the mean rate that are added to every code."""


def rates_elsewhere(
    group: np.ndarray, label: np.ndarray, weight: np.ndarray, half: np.ndarray
) -> np.ndarray:
    """float64 (n,): the smoothed rate of each row's group in the other half.

    group: int64 (n,) 0 and up; label: (n,), NaN is not counted; half: bool (n,).
    """
    final = ~np.isnan(label)
    w = np.where(final, weight, 0.0)
    happened = w * np.where(final, label, 0.0)
    mean = happened.sum() / w.sum() if w.sum() else 0.0
    size = int(group.max(initial=0)) + 1
    found = np.empty(len(group))
    for mine in (half, ~half):
        rows = np.bincount(group[~mine], w[~mine], minlength=size)
        events = np.bincount(group[~mine], happened[~mine], minlength=size)
        found[mine] = ((events + _SMOOTHING * mean) / (rows + _SMOOTHING))[group[mine]]
    return found


def halves(request_id: np.ndarray) -> np.ndarray:
    """bool (n,): every second request."""
    _, number = np.unique(request_id, return_inverse=True)
    half: np.ndarray = number % 2 == 1
    return half
