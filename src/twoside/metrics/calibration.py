"""Calibration: do predicted probabilities sum to what happens, overall and from low to high?"""

from __future__ import annotations

import numpy as np

from twoside.schema.evaluation import Calibration


def calibration(
    label: np.ndarray, probability: np.ndarray, weight: np.ndarray | None = None
) -> float:
    """Sum of predictions over sum of labels: 1 is right. NaN when nothing happened.

    weight (n,): a row counts as so many; None is 1 each.
    """
    counted = np.ones(len(label)) if weight is None else weight.astype(np.float64)
    happened = float(label @ counted)
    return float(probability @ counted) / happened if happened else float("nan")


def curve(
    label: np.ndarray,
    probability: np.ndarray,
    bins: int = 20,
    weight: np.ndarray | None = None,
) -> Calibration:
    """Mean prediction and mean label in bins of equal size, from low to high predictions.

    weight (n,): a row counts as so many, so bins are of equal weight; None is 1 each.
    """
    order = np.argsort(probability, kind="stable")
    counted = np.ones(len(order)) if weight is None else weight.astype(np.float64)
    upto = np.cumsum(counted[order])
    middle = (upto - 0.5 * counted[order]) / upto[-1] if len(order) else upto
    edges = np.searchsorted(middle, np.arange(1, bins) / bins)
    parts = [part for part in np.split(order, edges) if len(part)]

    def mean(values: np.ndarray, part: np.ndarray) -> float:
        return float(np.average(values[part], weights=counted[part]))

    return Calibration(
        predicted=tuple(mean(probability, part) for part in parts),
        observed=tuple(mean(label, part) for part in parts),
        rows=tuple(len(part) for part in parts),
    )
