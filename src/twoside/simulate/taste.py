"""Taste as a direction: who likes what is the product of two vectors nobody can see.

A vector is a blend of what is known of its owner (two people of one trade lean the same way) and
of a remainder of his own, which only behaviour tells. The remainder drifts.
"""

from __future__ import annotations

import numpy as np


def blend(parts: list[tuple[float, np.ndarray]]) -> np.ndarray:
    """float32 (n, dim): sum of sqrt(share) * part.

    Each part is (n, dim) of unit variance; shares are of the variance, and are scaled to sum to 1.
    """
    total = sum(share for share, _ in parts)
    mixed = sum(np.sqrt(share / total) * part for share, part in parts)
    return np.asarray(mixed, np.float32)


def directions(rows: int, dim: int, rng: np.random.Generator) -> np.ndarray:
    """float32 (rows, dim): independent normal vectors."""
    return rng.standard_normal((rows, dim), dtype=np.float32)


def drift(own: np.ndarray, step: float, rng: np.random.Generator) -> np.ndarray:
    """The vectors one day later: a stationary walk (AR(1)) with correlation sqrt(1 - step^2).

    float32 (n, dim) -> float32 (n, dim); the variance stays 1.
    """
    moved = np.sqrt(1.0 - step * step) * own + step * directions(own.shape[0], own.shape[1], rng)
    return np.asarray(moved, np.float32)
