"""Vectors of bags: the weighted sum of what is in each, and vectors of length 1."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError

if TYPE_CHECKING:
    from twoside.funnel.recall.bags import Bags


def sums(bags: Bags, table: np.ndarray) -> np.ndarray:
    """float32 (rows, dim): sum of weight * table[word] over each bag; zeros if it is empty."""
    vector = np.zeros((len(bags.start) - 1, table.shape[1]), np.float32)
    add(vector, bags, table)
    return vector


def add(vector: np.ndarray, bags: Bags, table: np.ndarray) -> None:
    """The same, added to `vector` float32 (rows, dim) in place."""
    _add(vector, bags.start, bags.word, bags.weight, table)


def normal(vector: np.ndarray) -> np.ndarray:
    """float32 (rows, dim): of length 1; zeros stay zeros. NaN or infinity, which too large steps
    of learning leave, is a `DataError`."""
    length = np.sqrt((vector * vector).sum(axis=1, keepdims=True))
    wrong = np.flatnonzero(~np.isfinite(length))
    if len(wrong):
        raise DataError(
            f"bag vectors: {len(wrong)} rows hold NaN or infinity, the first is row {wrong[0]}. "
            "Learn them again with a smaller `learning_rate`."
        )
    return np.asarray(vector / np.maximum(length, 1e-12), np.float32)


@njit(cache=True, nogil=True)
def _add(vector, start, word, weight, table):  # type: ignore[no-untyped-def]
    for i in range(len(start) - 1):
        for e in range(start[i], start[i + 1]):
            for c in range(vector.shape[1]):
                vector[i, c] += weight[e] * table[word[e], c]
