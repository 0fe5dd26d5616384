"""AUC: the chance that a positive is scored above a negative; a tie counts one half.

Source: Hanley & McNeil 1982, "The Meaning and Use of the Area under a ROC Curve", Radiology 143:
the area is the Mann-Whitney U statistic over (positives x negatives).
"""

from __future__ import annotations

import numpy as np
from numba import njit


def auc(label: np.ndarray, score: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Of labels (n,) that are 0 or 1 and scores (n,), any floats. NaN with one class only.

    weight (n,): a row counts as so many rows; None is 1 each.
    """
    order = np.argsort(score, kind="stable")
    counted = np.ones(len(order)) if weight is None else np.asarray(weight, np.float64)[order]
    wins, pairs = wins_and_pairs(label[order] > 0, score[order], counted, 0, len(order))
    return float(wins / pairs) if pairs else float("nan")


@njit(cache=True, nogil=True)
def wins_and_pairs(
    positive: np.ndarray, score: np.ndarray, weight: np.ndarray, start: int, stop: int
) -> tuple[float, float]:
    """Pairs (positive, negative) of the rows [start, stop) that are in the right order, ties as
    one half, and the number of all such pairs. Rows are sorted by score, rising.

    positive: bool (n,), score: float (n,), weight: float64 (n,), as how many rows each counts.
    """
    wins = 0.0
    below = 0.0  # negatives with a lower score
    positives = 0.0
    row = start
    while row < stop:
        tied_positives = 0.0
        tied_negatives = 0.0
        end = row
        while end < stop and score[end] == score[row]:
            if positive[end]:
                tied_positives += weight[end]
            else:
                tied_negatives += weight[end]
            end += 1
        if end == row:  # a NaN score equals nothing, not even itself: alone, and the highest
            end = row + 1
            tied_positives = weight[row] if positive[row] else 0.0
            tied_negatives = weight[row] - tied_positives
        wins += tied_positives * (below + 0.5 * tied_negatives)
        below += tied_negatives
        positives += tied_positives
        row = end
    return wins, positives * below
