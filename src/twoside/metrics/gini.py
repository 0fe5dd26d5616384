"""How unequally things are shared out: 0 all alike, near 1 one has all.

    G = sum_i (2 i - n - 1) x_i / (n sum_i x_i),   x sorted up, i from 1

Source: Gini 1912, "Variabilità e mutabilità"; the sorted form as in Dixon et al. 1987,
"Bootstrapping the Gini coefficient of inequality". Its greatest value is (n - 1) / n.
"""

from __future__ import annotations

import numpy as np


def gini(shares: np.ndarray) -> float:
    """Of non-negative numbers (n,); NaN when there are none or all are 0."""
    x = np.sort(np.asarray(shares, float))
    n, total = len(x), float(x.sum())
    if total <= 0:
        return float("nan")
    i = np.arange(1, n + 1)
    return float(((2 * i - n - 1) * x).sum() / (n * total))
