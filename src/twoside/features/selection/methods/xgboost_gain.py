"""XGBoost gain: what all splits on a feature together took off the loss.

Source: Breiman et al. 1984, "Classification and Regression Trees", section 5.3.4, in the gain of
Chen & Guestrin 2016 (equation 7), summed over all trees. It favours features of many values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.features.selection.evidence import Evidence
    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class XGBoostGain:
    """No settings: the trees are the evidence's."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """Total gain by feature and target; 0 for what no tree asked."""
        found = np.zeros((len(evidence.names), len(evidence.targets)))
        for n, target in enumerate(evidence.targets):
            tick(n / len(evidence.targets))
            gains = evidence.trees(target).get_score(importance_type="total_gain")
            for name, gain in gains.items():
                found[int(name.removeprefix("f")), n] = gain
        tick(1.0)
        return found
