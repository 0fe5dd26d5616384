"""Kinds of people by how much they have liked: what is worth asking differs between them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.funnel.recall.past import Past

NAMES = ("new", "light", "heavy")
"""What the numbers of a kind mean."""


def kinds_of(past: Past, heavy: int) -> np.ndarray:
    """int64 (n,): 0 of those who like nothing that is known of, 2 of those who like at least
    `heavy` items, 1 of the others. What was refused last is not liked."""
    liked = np.concatenate([[0], np.cumsum((past.weight > 0) & ~past.refused)])
    count = liked[past.start[1:]] - liked[past.start[:-1]]
    return np.where(count == 0, 0, np.where(count < heavy, 1, 2)).astype(np.int64)
