"""Weighted: the worth of an item is the sum of what may follow, each at its worth.

    score = sum over targets t of  weight_t * p_t ^ power_t

With powers of 1 (the default) and weights in one currency this is the expected value of showing
the item. A negative weight is for targets that are not wanted. A power below 1 flattens the
differences of a target, above 1 sharpens them.
Source: Covington et al. 2016, "Deep Neural Networks for YouTube Recommendations", section 4
(expected value); the form with powers is common in feeds, for instance Zhao et al. 2019,
"Recommending What Video to Watch Next: A Multitask Ranking System", section 4.4, who combine
targets by a hand-tuned weighted function.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twoside.funnel.rerank.fuse import in_order


@dataclass(frozen=True)
class Weighted:
    """Settings of the weighted sum."""

    weights: dict[str, float] = field(default_factory=dict)
    """Worth of a target. Without any, all targets weigh 1; once some are set, others weigh 0."""
    powers: dict[str, float] = field(default_factory=dict)
    """Exponent of a target's probability; without one, 1."""

    def fuse(self, targets: tuple[str, ...], probabilities: np.ndarray) -> np.ndarray:
        """float32 (n, len(targets)) -> float32 (n,)."""
        weights = in_order(self.weights, targets, 0.0 if self.weights else 1.0, "fusion.weights")
        powers = in_order(self.powers, targets, 1.0, "fusion.powers")
        p = np.asarray(probabilities, float)
        if np.any(powers != 1):
            p = p**powers
        return np.asarray(p @ weights, np.float32)
