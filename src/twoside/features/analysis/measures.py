"""Measures of one feature from counts: AUC, information value, PSI; Pearson for many at once."""

from __future__ import annotations

import numpy as np


def auc_of_groups(positives: np.ndarray, negatives: np.ndarray) -> float:
    """AUC from the weights of positives and negatives in groups of rising value; ties one half.

    The Mann-Whitney statistic (Hanley & McNeil 1982) over groups; NaN with one class only.
    """
    pairs = positives.sum() * negatives.sum()
    below = np.cumsum(negatives) - 0.5 * negatives
    return float((positives * below).sum() / pairs) if pairs else float("nan")


def information_value(
    positives: np.ndarray, negatives: np.ndarray, smoothing: float = 0.5
) -> float:
    """Sum over bins of (p - q) ln(p / q): p, q the shares of positives and negatives in the bin.

    Source: Siddiqi 2006, "Credit Risk Scorecards", chapter 6; the symmetric divergence of Kullback
    and Leibler. `smoothing` is added to both counts of a bin, so that an empty one is not infinite.
    """
    return _divergence(positives, negatives, smoothing)


def psi(expected: np.ndarray, actual: np.ndarray, smoothing: float = 0.5) -> float:
    """Population stability index of two counts by bin: the same divergence, of two times.

    Source: Siddiqi 2006, chapter 9; .1 is usually called slight and .25 a real shift.
    """
    return _divergence(actual, expected, smoothing)


def psi_by_chance(bins: int, rows: float, other_rows: float) -> float:
    """What PSI is expected to be if nothing shifted: (bins - 1)(1 / rows + 1 / other_rows).

    Source: Yurdakul & Naranjo 2020, "Statistical properties of the population stability index",
    Journal of Risk Model Validation 14(4): PSI over that sum is chi-squared with bins - 1 degrees.
    """
    return (bins - 1) * (1.0 / max(rows, 1.0) + 1.0 / max(other_rows, 1.0))


def _divergence(one: np.ndarray, other: np.ndarray, smoothing: float) -> float:
    there = (one + other) > 0
    if not one.sum() or not other.sum():
        return float("nan")
    p = one[there] + smoothing
    q = other[there] + smoothing
    p, q = p / p.sum(), q / q.sum()
    return float(((p - q) * np.log(p / q)).sum())


def pearson(values: np.ndarray, labels: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """float64 (b, l): weighted correlation of b features and l labels, over the rows where both
    are known. NaN where one of them does not vary.

    values: (b, n), NaN is unknown; labels: (n, l), NaN is not final; weight: (n, l).
    """
    known = np.isfinite(values)
    x = np.where(known, values, 0.0).astype(np.float64)
    count = known.sum(axis=1)
    # Centred first: sums of squares of values far from 0 would lose all digits.
    x -= (x.sum(axis=1) / np.maximum(count, 1))[:, None]
    x[~known] = 0.0
    final = ~np.isnan(labels)
    w = weight * final
    y = np.where(final, labels, 0.0)
    k = known.astype(np.float64)
    total = k @ w
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_x, mean_y = (x @ w) / total, (k @ (w * y)) / total
        var_x = ((x * x) @ w) / total - mean_x**2
        var_y = (k @ (w * y * y)) / total - mean_y**2
        cov = (x @ (w * y)) / total - mean_x * mean_y
        found: np.ndarray = cov / np.sqrt(var_x * var_y)
    floor = 1e-12 * np.maximum(1.0, (x * x).max(axis=1, initial=0.0))[:, None]
    found[(var_x <= floor) | (var_y <= 1e-12)] = np.nan
    return found
