"""Permutation (drop one): how much worse the trees are when one feature is shuffled.

Source: Breiman 2001, "Random Forests", Machine Learning 45, section 10; the loss is log-loss on
days that the trees have not seen. What no tree asks is worth exactly nothing, and of a shuffled
feature only the trees that ask it answer otherwise: so all features take seconds, not hours. Two
features that say the same cover for each other, so both may look unimportant: the consensus has
other methods for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.features.selection.tree_walk import TreeWalk

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
            walk = TreeWalk.of(trees, table.values[held])
            label, weight = table.label[held], table.weight[held].astype(np.float64)
            rng = np.random.default_rng(evidence.seed)
            best = _loss(walk.log_odds, label, weight)
            for place, feature in enumerate(walk.asked.tolist()):
                tick((n + place / len(walk.asked)) / len(evidence.targets))
                worse = 0.0
                for _ in range(self.repeats):
                    shuffled = rng.permutation(walk.values[:, place])
                    worse += _loss(walk.otherwise(place, shuffled), label, weight) - best
                found[feature, n] = max(0.0, worse / self.repeats)
        tick(1.0)
        return found


def _loss(log_odds: np.ndarray, label: np.ndarray, weight: np.ndarray) -> float:
    """Weighted mean log-loss: log(1 + exp(-log-odds)) of what happened, of -log-odds otherwise."""
    return float(
        np.average(np.logaddexp(0.0, np.where(label > 0, -log_odds, log_odds)), weights=weight)
    )
