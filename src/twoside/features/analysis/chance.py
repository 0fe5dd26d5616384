"""Does a feature say anything beyond chance? A test that knows that rows are not independent.

Rows of one person, or of one item, go together. A test that takes them for independent finds
every person's favourite number significant. Here a label's surprise, weight x (label - mean), is
summed by bin of the feature and by person (or item): under chance the sums of a bin over all
persons are 0, with the variance that the persons themselves show.
Source: the cluster-robust score test, Rotnitzky & Jewell 1990, "Hypothesis testing of regression
parameters in semiparametric generalized linear models for cluster correlated data", Biometrika 77;
small samples by Hotelling's T squared. Many features: Benjamini & Hochberg 1995, "Controlling the
False Discovery Rate", JRSS B 57; several labels of one feature: Bonferroni.
Two tests share the chance: one for any difference between bins, one for a trend, which sees weak
monotone relations. What works only together with another feature shows in neither.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

_LEAST_EXPECTED = 10.0
"""Positives that a bin must expect: fewer, and the sums are far from normal."""


@dataclass(frozen=True)
class Surprise:
    """One label, ready to be tested against many features."""

    residual: np.ndarray
    """float64 (n,): weight x (label - mean), 0 where the label is not final"""
    weight: np.ndarray
    """float64 (n,), 0 where the label is not final"""
    positive: np.ndarray
    """float64 (n,): rows (not weights) where it happened, or did not if that is rarer"""

    @staticmethod
    def of(label: np.ndarray, weight: np.ndarray) -> Surprise:
        """From a label (n,) with NaN for not final."""
        final = ~np.isnan(label)
        w = np.where(final, weight, 0.0).astype(np.float64)
        y = np.where(final, label, 0.0).astype(np.float64)
        mean = (w * y).sum() / w.sum() if w.sum() else 0.0
        happened = final & (y > 0)
        rare = happened if happened.sum() * 2 <= final.sum() else final & ~happened
        return Surprise(w * (y - mean), w, rare.astype(np.float64))


def p_value(bins: np.ndarray, surprise: Surprise, clusters: np.ndarray) -> float:
    """Chance of a relation at least this strong between bins (n,) and a label, if there is none.

    clusters: int (n,) 0 and up: rows of one number are not independent. 1.0 if nothing can be said.
    """
    bins = _merged(bins, surprise.positive)
    size = int(bins.max(initial=0)) + 1
    if size < 2:
        return 1.0
    groups = int(clusters.max(initial=0)) + 1
    if groups < 10 * size:
        clusters, groups = np.arange(len(bins)), len(bins)
    place = clusters * size + bins
    sums = np.bincount(place, surprise.residual, minlength=groups * size).reshape(groups, size)
    total_weight = max(float(surprise.weight.sum()), 1e-300)
    share = np.bincount(bins, surprise.weight, minlength=size) / total_weight
    each = sums - sums.sum(axis=1, keepdims=True) * share
    each = each[np.any(sums != 0, axis=1)]
    return min(1.0, 2.0 * min(_any(each), _trend(each, np.bincount(bins, minlength=size))))


def _any(each: np.ndarray) -> float:
    """p-value of sums (clusters, bins): do those of any bin differ from 0?"""
    total, spread = each.sum(axis=0), each.T @ each
    values, vectors = np.linalg.eigh(spread)
    kept = values > 1e-9 * max(values.max(), 1e-300)
    degrees = int(kept.sum())
    n = len(each)
    if not degrees or n <= degrees + 1:
        return 1.0
    statistic = float(((total @ vectors[:, kept]) ** 2 / values[kept]).sum())
    # Hotelling: the spread is taken about 0, which caps the statistic at n.
    centred = statistic / max(1.0 - statistic / n, 1e-12)
    return float(stats.f.sf(centred * (n - degrees) / (n * degrees), degrees, n - degrees))


def _trend(each: np.ndarray, rows: np.ndarray) -> float:
    """p-value of one degree: do they rise or fall with the average rank of the bin?"""
    rank = np.cumsum(rows) - 0.5 * rows
    along = each @ (rank / rows.sum())
    n, squares = len(along), float((along**2).sum())
    if n < 3 or not squares:
        return 1.0
    statistic = along.sum() ** 2 / squares
    t_squared = (n - 1) * statistic / max(n - statistic, 1e-12)
    return float(stats.f.sf(t_squared, 1, n - 1))


def _merged(bins: np.ndarray, positive: np.ndarray) -> np.ndarray:
    """Bins joined to the next until each expects enough positives."""
    rows = np.bincount(bins)
    expected = rows * (positive.sum() / max(len(bins), 1))
    number = np.zeros(len(rows), np.int64)
    current, held = 0, 0.0
    for n, more in enumerate(expected.tolist()):
        number[n] = current
        held += more
        if held >= _LEAST_EXPECTED:
            current, held = current + 1, 0.0
    number[number == current] = max(current - 1, 0)  # a last one that is too small joins back
    found: np.ndarray = number[bins]
    return found


def significant(p_values: np.ndarray, false_discoveries: float) -> np.ndarray:
    """bool (f,): those that stand when at most this share of them may be chance."""
    order = np.argsort(p_values)
    count = len(order)
    passed = p_values[order] <= false_discoveries * np.arange(1, count + 1) / max(count, 1)
    last = int(np.flatnonzero(passed).max(initial=-1))
    found = np.zeros(count, bool)
    found[order[: last + 1]] = True
    return found
