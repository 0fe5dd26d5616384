"""Log-loss: minus the mean log-probability that was given to what happened, in nats."""

from __future__ import annotations

import numpy as np

_TINY = 1e-7
"""float32 probabilities of exactly 0 or 1 would cost infinitely much."""


def logloss(label: np.ndarray, probability: np.ndarray, weight: np.ndarray | None = None) -> float:
    """Of labels (n,) 0 or 1 and probabilities (n,). NaN without rows.

    weight (n,): a row counts as so many; None is 1 each.
    """
    if not len(label):
        return float("nan")
    p = np.clip(probability.astype(np.float64), _TINY, 1.0 - _TINY)
    return float(-np.average(np.where(label > 0, np.log(p), np.log1p(-p)), weights=weight))
