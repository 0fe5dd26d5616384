"""Items as points, near to each other as far as two dimensions can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class ItemMap:
    """The main plane of some items' vectors."""

    rows: np.ndarray
    """int32 (n,), the most liked first"""
    x: np.ndarray
    """float64 (n,)"""
    y: np.ndarray
    """float64 (n,)"""
    told: tuple[float, float]
    """Share of the variance that each axis tells, 0 to 1."""
    of: int
    """Open items that have a vector; some of them are drawn."""
