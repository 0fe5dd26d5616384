"""Product: an item must be good in every target that counts; none makes up for another.

    score = product over targets t of  (p_t + smooth) ^ power_t

Its logarithm is a weighted sum of log-probabilities, so a target's scale does not matter: a rare
one weighs as much as a frequent one. A negative power is for targets that are not wanted.
Source: the weighted product model, Bridgman 1922, "Dimensional Analysis"; for estimates of
unlike scale see Miller and Starr 1969, "Executive Decisions and Operations Research".
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twoside.funnel.rerank.fuse import in_order


@dataclass(frozen=True)
class Product:
    """Settings of the product of powers."""

    powers: dict[str, float] = field(default_factory=dict)
    """Exponent of a target. Without any, all are 1; once some are set, others are 0."""
    smooth: float = 1e-4
    """Added to every probability, so that a 0 does not end the comparison."""

    def fuse(self, targets: tuple[str, ...], probabilities: np.ndarray) -> np.ndarray:
        """float32 (n, len(targets)) -> float32 (n,)."""
        powers = in_order(self.powers, targets, 0.0 if self.powers else 1.0, "fusion.powers")
        logs = np.log(np.asarray(probabilities, float) + self.smooth)
        return np.asarray(np.exp(logs @ powers), np.float32)
