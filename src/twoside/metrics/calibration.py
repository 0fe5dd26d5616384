"""Calibration: do predicted probabilities sum to what happens, overall and from low to high?"""

from __future__ import annotations

import numpy as np

from twoside.schema.evaluation import Calibration


def calibration(label: np.ndarray, probability: np.ndarray) -> float:
    """Sum of predictions over sum of labels: 1 is right. NaN when nothing happened."""
    happened = float(label.sum(dtype=np.float64))
    return float(probability.sum(dtype=np.float64)) / happened if happened else float("nan")


def curve(label: np.ndarray, probability: np.ndarray, bins: int = 20) -> Calibration:
    """Mean prediction and mean label in bins of equal size, from low to high predictions."""
    order = np.argsort(probability, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    return Calibration(
        predicted=tuple(float(probability[part].mean(dtype=np.float64)) for part in parts),
        observed=tuple(float(label[part].mean(dtype=np.float64)) for part in parts),
        rows=tuple(len(part) for part in parts),
    )
