"""Permutation (drop one): how much worse the trees are when one feature is shuffled.

Source: Breiman 2001, "Random Forests", Machine Learning 45, section 10; the loss is log-loss on
days that the trees have not seen. Two features that say the same cover for each other, so both
may look unimportant: the consensus has other methods for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.features.selection.evidence import Evidence
    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class Permutation:
    """Settings of the shuffling."""

    rows: int = 20_000
    """Held-out rows scored, evenly spread."""
    repeats: int = 2
    """Shuffles of each feature; the mean loss counts."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """Rise of log-loss a row, 0 if it falls; 0 for what no tree asked."""
        found = np.zeros((len(evidence.names), len(evidence.targets)))
        for n, target in enumerate(evidence.targets):
            tick(n / len(evidence.targets))
            trees, table = evidence.trees(target), evidence.table(target)
            held = np.flatnonzero(table.held)
            held = held[:: max(1, -(-len(held) // self.rows))]
            if not len(held):
                continue
            values = table.values[held]
            label, weight = table.label[held], table.weight[held].astype(np.float64)
            rng = np.random.default_rng(evidence.seed)
            best = _loss(trees.inplace_predict(values), label, weight)
            used = sorted(int(f.removeprefix("f")) for f in trees.get_score())
            for done, feature in enumerate(used):
                tick((n + done / len(used)) / len(evidence.targets))
                own, worse = values[:, feature].copy(), 0.0
                for _ in range(self.repeats):
                    values[:, feature] = rng.permutation(own)
                    worse += _loss(trees.inplace_predict(values), label, weight) - best
                values[:, feature] = own
                found[feature, n] = max(0.0, worse / self.repeats)
        tick(1.0)
        return found


def _loss(chance: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float:
    sure = np.clip(chance.astype(np.float64), 1e-7, 1 - 1e-7)
    return float(-np.average(np.log(np.where(label > 0, sure, 1 - sure)), weights=weight))
