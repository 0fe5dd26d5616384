"""By how much two scores of the same rows differ in AUC, and how sure that is.

The AUC is a mean over pairs, so each row has a part in it: a positive, the share of negatives that
lie below it; a negative, the share of positives above it. The difference of two AUCs is a sum of
differences of parts, and rows of one person go together.
Source: DeLong, DeLong & Clarke-Pearson 1988, "Comparing the areas under two or more correlated
receiver operating characteristic curves", Biometrics 44; by persons, Obuchowski 1997,
"Nonparametric analysis of clustered ROC curve data", Biometrics 53. Rows count by their weight.
"""

from __future__ import annotations

import numpy as np


def auc_parts(label: np.ndarray, score: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """float64 (n,): of a positive, the weighted share of negatives below it, ties half; of a
    negative, the share of positives above it. The weighted mean over either class is the AUC."""
    positive = label > 0
    found = np.empty(len(score))
    for mine, others in ((positive, ~positive), (~positive, positive)):
        order = np.argsort(score[others], kind="stable")
        upto = np.concatenate(([0.0], np.cumsum(weight[others][order])))
        sorted_scores = score[others][order]
        below = upto[np.searchsorted(sorted_scores, score[mine], "left")]
        not_above = upto[np.searchsorted(sorted_scores, score[mine], "right")]
        share = 0.5 * (below + not_above) / upto[-1]
        found[mine] = share if others is not positive else 1.0 - share
    return found


def auc_difference(
    label: np.ndarray, weight: np.ndarray, person: np.ndarray, one: np.ndarray, other: np.ndarray
) -> tuple[float, float]:
    """(AUC of `one` less AUC of `other`, its standard error), each the mean over trainings.

    one, other: float (trainings, n). The error holds what other persons would say (all trainings
    together) and what other trainings would say (from their spread), as independent.
    """
    positive = label > 0
    share = np.where(positive, weight / weight[positive].sum(), weight / weight[~positive].sum())
    differences = np.array(
        [
            auc_parts(label, a, weight) - auc_parts(label, b, weight)
            for a, b in zip(one, other, strict=True)
        ]
    )
    by_training = (differences[:, positive] * share[positive]).sum(axis=1)
    mean = differences.mean(axis=0)
    found = float(by_training.mean())
    # Both classes' parts have the AUC as their mean: what is left of each row moves the estimate.
    moves = share * (mean - found)
    groups = np.unique(person, return_inverse=True)[1]
    of_persons = np.bincount(groups, moves)
    variance = float((of_persons**2).sum()) * len(of_persons) / max(1, len(of_persons) - 1)
    if len(by_training) > 1:
        variance += float(by_training.var(ddof=1)) / len(by_training)
    return found, variance**0.5
