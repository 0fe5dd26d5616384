"""SHAP: the mean |share| that a feature has in the trees' log-odds of a row.

Source: Lundberg et al. 2020, "From local explanations to global understanding with explainable AI
for trees", Nature Machine Intelligence 2; the exact TreeSHAP that XGBoost has (`pred_contribs`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import xgboost as xgb

if TYPE_CHECKING:
    from twoside.features.selection.evidence import Evidence
    from twoside.schema.progress import Tick

_CHUNK = 500


@dataclass(frozen=True)
class Shap:
    """Settings of the explanation."""

    rows: int = 4_000
    """Held-out rows explained, evenly spread."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """Weighted mean of |log-odds| by feature and target."""
        found = np.zeros((len(evidence.names), len(evidence.targets)))
        for n, target in enumerate(evidence.targets):
            tick(n / len(evidence.targets))
            trees, table = evidence.trees(target), evidence.table(target)
            held = np.flatnonzero(table.held)
            held = held[:: max(1, -(-len(held) // self.rows))]
            weight = table.weight[held].astype(np.float64)
            for first in range(0, len(held), _CHUNK):
                rows = slice(first, first + _CHUNK)
                told = trees.predict(
                    xgb.DMatrix(table.values[held[rows]], nthread=1), pred_contribs=True
                )
                found[:, n] += weight[rows] @ np.abs(told[:, :-1])
                tick((n + first / len(held)) / len(evidence.targets))
            found[:, n] /= max(weight.sum(), 1e-12)
        tick(1.0)
        return found
