"""Features that are computed from other columns of the matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.features.derived import fill

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from twoside.features.definition import Feature
    from twoside.features.online.batch import Batch


class Derivations:
    """All of a list; comes after the other writers."""

    def __init__(self, features: Sequence[Feature]) -> None:
        self._features = features

    def write(self, batch: Batch, out: np.ndarray) -> None:  # noqa: ARG002
        fill(out, self._features)
