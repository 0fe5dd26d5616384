"""Logistic regression, add one: the feature that would help most comes next, given those before.

At each step a regression on the features chosen so far is fitted, and every other one is judged by
its score test: the square of what it has in common with the residuals, over what of its variance
the chosen ones do not explain. So a copy of a chosen feature is worth nothing.
Source: Rao 1948, "Large sample tests of statistical hypotheses", Proc. Cambridge Phil. Soc. 44;
as a way to choose, Perkins, Lacker & Theiler 2003, "Grafting", JMLR 3. Ours enters ranks, not
values, and an unknown as the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

if TYPE_CHECKING:
    from twoside.features.selection.evidence import Evidence, Table
    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class LogisticForward:
    """Settings of the forward choice."""

    most: int = 25
    """Features chosen a target; the others keep the score that they had at the end."""
    rows: int = 30_000
    """Rows learned from, evenly spread."""
    ridge: float = 1.0
    """L2 on the weights of the chosen ones, against the sum of log-losses."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """The score statistic (chi-squared of one degree) when chosen, or at the end."""
        found = np.zeros((len(evidence.names), len(evidence.targets)))
        for n, target in enumerate(evidence.targets):
            parts = len(evidence.targets)

            def part(done: float, n: int = n, parts: int = parts) -> None:
                tick((n + done) / parts)

            part(0.0)
            found[:, n] = self._forward(evidence.table(target), part)
        tick(1.0)
        return found

    def _forward(self, table: Table, tick: Tick) -> np.ndarray:
        fit = np.flatnonzero(~table.held)
        fit = fit[:: max(1, -(-len(fit) // self.rows))]
        label = table.label[fit].astype(np.float64)
        weight = table.weight[fit] / table.weight[fit].mean()
        ranks = np.empty((table.values.shape[1], len(fit)), np.float32)
        for n in range(len(ranks)):
            ranks[n] = _ranked(table.values[fit, n])
            tick(0.2 * n / len(ranks))
        chosen: list[int] = []
        found = np.zeros(len(ranks))
        steps = min(self.most, len(ranks))
        for step in range(steps + 1):
            design = np.vstack([np.ones(len(fit)), ranks[chosen]]).astype(np.float64)
            score = _score_test(ranks, design, label, weight, self.ridge)
            score[chosen] = -1.0
            if step == steps or score.max() < 1e-9:
                rest = [n for n in range(len(ranks)) if n not in chosen]
                found[rest] = score[rest]
                break
            chosen.append(int(score.argmax()))
            found[chosen[-1]] = score[chosen[-1]]
            tick(0.2 + 0.8 * (step + 1) / (steps + 1))
        return found


def _ranked(values: np.ndarray) -> np.ndarray:
    """Average ranks of mean 0 and variance 1; 0 for unknown."""
    known = np.isfinite(values)
    found = np.zeros(len(values))
    found[known] = rankdata(values[known]) - 0.5 * (known.sum() + 1)
    spread = found.std()
    return found / spread if spread > 0 else found


def _score_test(
    ranks: np.ndarray, design: np.ndarray, label: np.ndarray, weight: np.ndarray, ridge: float
) -> np.ndarray:
    """float64 (features,): the statistic of adding each to the design (k, n)."""
    chance = _fitted(design, label, weight, ridge)
    bend = weight * chance * (1 - chance)
    slope = ranks @ (weight * (label - chance)).astype(np.float32)
    own = (ranks**2) @ bend.astype(np.float32)
    shared = (ranks @ (design * bend).T.astype(np.float32)).astype(np.float64)
    inner = (design * bend) @ design.T + 1e-9 * np.eye(len(design))
    left = own - np.einsum("fk,fk->f", shared, np.linalg.solve(inner, shared.T).T)
    free = left > 1e-3 * np.maximum(own, 1e-12)
    return np.where(free, slope.astype(np.float64) ** 2 / np.where(free, left, 1.0), 0.0)


def _fitted(design: np.ndarray, label: np.ndarray, weight: np.ndarray, ridge: float) -> np.ndarray:
    """float64 (n,): chances of the regression on the design (k, n), by Newton's method."""
    beta = np.zeros(len(design))
    penalty = np.full(len(design), ridge)
    penalty[0] = 1e-9
    for _ in range(30):
        chance = 1.0 / (1.0 + np.exp(-np.clip(beta @ design, -30, 30)))
        slope = design @ (weight * (label - chance)) - penalty * beta
        bend = (design * (weight * chance * (1 - chance))) @ design.T + np.diag(penalty)
        step = np.linalg.solve(bend, slope)
        beta += step * min(1.0, 5.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-6:
            break
    fitted: np.ndarray = 1.0 / (1.0 + np.exp(-np.clip(beta @ design, -30, 30)))
    return fitted
