"""One writer a family of features: it reads the states and fills its columns of the matrix.

A writer is built once for the features that are asked, each with its column in the matrix, and
then writes batch after batch. It looks the states' arrays up at every batch, since they grow.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from twoside.features.online.batch import Batch


class Writer(Protocol):
    """Fills some columns."""

    def write(self, batch: Batch, out: np.ndarray) -> None:
        """Fill this writer's columns of `out`, float32 (total candidates, features)."""
