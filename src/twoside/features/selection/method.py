"""What a selection method is: settings that give every feature a score for every target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from twoside.features.selection.evidence import Evidence
    from twoside.schema.progress import Tick

PACKAGE = "twoside.features.selection.methods"


class SelectionMethod(Protocol):
    """The settings of a method: a frozen dataclass, one a file in `methods/`."""

    def scores(self, evidence: Evidence, tick: Tick) -> np.ndarray:
        """float64 (features, targets), 0 and up: the larger, the more a feature is worth. Scales
        may differ between targets; ticks come often, for they are where a budget can stop it."""
