"""Pearson: |correlation| of a feature and a label, each feature by itself.

Cheap and linear: it sees neither a bow nor what works only together with another feature.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.features.analysis.measures import pearson

if TYPE_CHECKING:
    from twoside.features.selection.evidence import Evidence
    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class Pearson:
    """Settings of the correlation."""

    block: int = 64
    """Columns taken together."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """|correlation| over the rows that are not held out; 0 where a column does not vary."""
        found = np.zeros((len(evidence.names), len(evidence.targets)))
        for n, target in enumerate(evidence.targets):
            table = evidence.table(target)
            fit = ~table.held
            label, weight = table.label[fit, None], table.weight[fit]
            for first in range(0, len(found), self.block):
                tick((n + first / len(found)) / len(evidence.targets))
                values = np.ascontiguousarray(table.values[fit, first : first + self.block].T)
                straight = pearson(values, label, weight[:, None])[:, 0]
                found[first : first + self.block, n] = np.abs(np.nan_to_num(straight))
        tick(1.0)
        return found
