"""The loss of order inside a list and its derivatives, for models that learn by them.

Of each positive i of a list whose negatives j have the scores s_j, all in log-odds:

    loss_i = log(1 + Z / e^(s_i))        Z = sum over j of e^(s_j)

with q_i = Z / (Z + e^(s_i)) and r_ij = e^(s_j) / (Z + e^(s_i)) the derivatives are -q_i by s_i
and r_ij by s_j, the second ones q_i (1 - q_i) and r_ij (1 - r_ij). It is `nn.losses.within_lists`
(source there).
"""

from __future__ import annotations

import numpy as np
from numba import njit


class Lists:
    """Which rows are of one list."""

    def __init__(self, request_id: np.ndarray) -> None:
        """From int64 (n,), in any order."""
        self.order = np.argsort(request_id, kind="stable")
        edges = np.flatnonzero(np.diff(request_id[self.order])) + 1
        self.start = np.concatenate(([0], edges, [len(request_id)])).astype(np.int64)

    def slopes(
        self, score: np.ndarray, label: np.ndarray, weight: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """First and second derivatives float64 (n,) of the summed loss, from log-odds float (n,)
        and labels (n,): 1, 0, NaN for not known; a row counts as `weight` (n,) rows."""
        first, second = np.zeros(len(score)), np.zeros(len(score))
        odds = np.exp(np.clip(score, -30, 30))
        _add_slopes(odds, label, weight, self.order, self.start, first, second)
        return first, second


@njit(cache=True, nogil=True)
def _add_slopes(
    odds: np.ndarray,
    label: np.ndarray,
    weight: np.ndarray,
    order: np.ndarray,
    start: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
) -> None:
    for one in range(len(start) - 1):
        rows = order[start[one] : start[one + 1]]
        against = 0.0
        for row in rows:
            if label[row] == 0:
                against += weight[row] * odds[row]
        if against == 0:
            continue
        for row in rows:
            if label[row] != 1:
                continue
            whole = against + odds[row]
            missed = against / whole
            first[row] -= weight[row] * missed
            second[row] += weight[row] * missed * (1 - missed)
            for other in rows:
                if label[other] == 0:
                    share = weight[other] * odds[other] / whole
                    first[other] += weight[row] * share
                    second[other] += weight[row] * share * (1 - share)
