"""GAUC: AUC within a person, averaged over people by their impressions.

A list is ordered for one person at a time, so how people differ from each other must not count.
People with one class only cannot tell order and are left out.
Source: Zhu et al. 2017, "Optimized Cost per Click in Taobao Display Advertising", KDD, eq. 10.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from twoside.metrics.auc import wins_and_pairs


@dataclass(frozen=True)
class Gauc:
    """The figure and how sure it is."""

    value: float
    """NaN when nobody has both classes."""
    error: float
    """Standard error, from a bootstrap over people."""
    people: int
    """People with both classes."""


def gauc(
    person: np.ndarray,
    label: np.ndarray,
    score: np.ndarray,
    seed: int,
    draws: int = 200,
    weight: np.ndarray | None = None,
) -> Gauc:
    """Of people (n,) int, labels (n,) 0 or 1, scores (n,). `draws` bootstrap samples of people.

    weight (n,): an impression counts as so many; None is 1 each.
    """
    value, impressions = auc_by_person(person, label, score, weight)
    if not len(value):
        return Gauc(float("nan"), float("nan"), 0)
    rng = np.random.default_rng(seed)
    means = np.empty(draws)
    for draw in range(draws):
        taken = rng.integers(0, len(value), len(value))
        means[draw] = np.average(value[taken], weights=impressions[taken])
    error = float(means.std(ddof=1)) if draws > 1 else float("nan")
    return Gauc(float(np.average(value, weights=impressions)), error, len(value))


def auc_by_person(
    person: np.ndarray, label: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """AUC float64 (m,) and impressions float64 (m,) of the people with both classes.

    weight (n,): an impression counts as so many; None is 1 each.
    """
    order = np.lexsort((score, person))
    person = person[order]
    edges = np.flatnonzero(np.diff(person)) + 1
    start = np.concatenate(([0], edges, [len(person)])) if len(person) else np.zeros(1, np.int64)
    counted = np.ones(len(order)) if weight is None else np.asarray(weight, np.float64)[order]
    value = _auc_of_runs(label[order] > 0, score[order], counted, start.astype(np.int64))
    both = ~np.isnan(value)
    upto = np.concatenate(([0.0], np.cumsum(counted)))
    return value[both], (upto[start[1:]] - upto[start[:-1]])[both]


@njit(cache=True, nogil=True)
def _auc_of_runs(
    positive: np.ndarray, score: np.ndarray, weight: np.ndarray, start: np.ndarray
) -> np.ndarray:
    value = np.full(len(start) - 1, np.nan)
    for run in range(len(start) - 1):
        wins, pairs = wins_and_pairs(positive, score, weight, start[run], start[run + 1])
        if pairs > 0:
            value[run] = wins / pairs
    return value
