"""MAP: the mean over lists of average precision, how early a list has what is taken from it.

    AP   = sum over positives of  precision at its place / positives
    AP@k = the same over positives at place k or before / min(k, positives)

Lists without a positive have nothing to be early and are left out; every other list counts once.
Rows with equal scores have no order: all stand at the last place of their tie.
Source: Manning, Raghavan & Schuetze 2008, "Introduction to Information Retrieval", section 8.4;
divided by min(k, positives) a perfect list has 1 at every k.
"""

from __future__ import annotations

import numpy as np
from numba import njit


def mean_average_precision(
    group: np.ndarray,
    label: np.ndarray,
    score: np.ndarray,
    k: int | None = None,
    weight: np.ndarray | None = None,
) -> float:
    """Of lists (n,) int (requests, or people), labels (n,) 0 or 1, scores (n,); NaN when no list
    has a positive.

    k: only places up to it; None is all. weight (n,): a row counts as so many; None is 1 each.
    """
    value = average_precision(group, label, score, k, weight)
    return float(value.mean()) if len(value) else float("nan")


def average_precision(
    group: np.ndarray,
    label: np.ndarray,
    score: np.ndarray,
    k: int | None = None,
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """float64 (m,): AP of each list with a positive, in order of `group`; arguments as above."""
    order = np.lexsort((-score, group))
    counted = np.ones(len(order)) if weight is None else np.asarray(weight, np.float64)[order]
    edges = np.flatnonzero(np.diff(group[order])) + 1
    start = np.concatenate(([0], edges, [len(order)])) if len(order) else np.zeros(1, np.int64)
    value = _of_runs(
        label[order] > 0, score[order], counted, start.astype(np.int64), np.inf if k is None else k
    )
    return np.asarray(value[~np.isnan(value)], np.float64)


@njit(cache=True, nogil=True)
def _of_runs(
    positive: np.ndarray, score: np.ndarray, weight: np.ndarray, start: np.ndarray, k: float
) -> np.ndarray:
    value = np.full(len(start) - 1, np.nan)
    for run in range(len(start) - 1):
        place, found, total = 0.0, 0.0, 0.0
        row = start[run]
        while row < start[run + 1]:
            end, of_tie = row, 0.0
            while end < start[run + 1] and (end == row or score[end] == score[row]):
                place += weight[end]
                of_tie += weight[end] if positive[end] else 0.0
                end += 1
            found += of_tie
            if place <= k and of_tie > 0:
                total += of_tie * found / place
            row = end
        if found > 0:
            value[run] = total / min(k, found)
    return value
