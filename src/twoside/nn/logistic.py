"""Logistic regression by Newton's method: closed steps, no learning rate.

Source: McCullagh & Nelder 1989, "Generalized Linear Models", section 2.5 (iteratively
reweighted least squares), with an L2 penalty on all weights but the bias.
"""

from __future__ import annotations

import numpy as np


def fit_logistic(
    values: np.ndarray, label: np.ndarray, weight: np.ndarray, penalty: float, steps: int = 25
) -> tuple[np.ndarray, float]:
    """Weights float64 (m,) and bias that minimise
    sum_i weight_i * log-loss_i + penalty / 2 * |weights|^2.

    values float (n, m), label (n,) 0 or 1, weight (n,).
    """
    rows = np.column_stack([values, np.ones(len(values))]).astype(np.float64)
    ridge = np.full(rows.shape[1], penalty, np.float64)
    ridge[-1] = 1e-9  # the bias is free, but one class alone must not send it to infinity
    rate = np.average(label, weights=weight) if weight.sum() > 0 else 0.5
    found = np.zeros(rows.shape[1])
    found[-1] = _log_odds(min(max(float(rate), 1e-6), 1 - 1e-6))
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-np.clip(rows @ found, -30, 30)))
        slope = rows.T @ (weight * (label - chance)) - ridge * found
        curved = weight * chance * (1.0 - chance)
        bend = (rows * curved[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        found += step * min(1.0, 5.0 / max(np.abs(step).max(), 1e-12))
        if np.abs(step).max() < 1e-7:
            break
    return found[:-1], float(found[-1])


def _log_odds(rate: float) -> float:
    return float(np.log(rate) - np.log1p(-rate))
