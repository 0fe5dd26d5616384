"""Codes as slots of an embedding table: frequent codes get their own, the rest share one.

A vector that was learned from three rows is noise; codes rarer than a limit, codes never seen
and unknown ones (-1) all use slot 0 of their column.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit


@dataclass(frozen=True)
class Vocabulary:
    """The slots of c category columns, in one common numbering."""

    slot: np.ndarray
    """int32 (total codes,): the slot of each code of each column, columns one after another"""
    start: np.ndarray
    """int64 (c + 1,): column j owns `slot[start[j]:start[j + 1]]`"""
    first: np.ndarray
    """int32 (c,): the shared slot of each column"""
    slots: int
    """Slots in all."""

    @staticmethod
    def fit(codes: np.ndarray, cardinalities: list[int], fewest: int) -> Vocabulary:
        """From codes float32 (n, c); codes seen at least `fewest` times get a slot."""
        start = np.zeros(len(cardinalities) + 1, np.int64)
        np.cumsum(cardinalities, out=start[1:])
        slot = np.empty(start[-1], np.int32)
        first = np.empty(len(cardinalities), np.int32)
        slots = 0
        for column, size in enumerate(cardinalities):
            seen = codes[:, column]
            seen = seen[(seen >= 0) & (seen < size)].astype(np.int64)
            frequent = np.bincount(seen, minlength=size) >= fewest
            first[column] = slots
            own = slots + np.cumsum(frequent)
            slot[start[column] : start[column + 1]] = np.where(frequent, own, slots)
            slots += 1 + int(frequent.sum())
        return Vocabulary(slot, start, first, slots)

    def slots_of(self, codes: np.ndarray) -> np.ndarray:
        """float32 (n, c) codes -> int32 (n, c) slots."""
        found = np.empty(codes.shape, np.int32)
        _look_up(codes, self.slot, self.start, self.first, found)
        return found


@njit(cache=True, nogil=True)
def _look_up(
    codes: np.ndarray, slot: np.ndarray, start: np.ndarray, first: np.ndarray, found: np.ndarray
) -> None:
    for row in range(codes.shape[0]):
        for column in range(codes.shape[1]):
            code = codes[row, column]
            size = start[column + 1] - start[column]
            if code >= 0 and code < size:  # a NaN is neither
                found[row, column] = slot[start[column] + int(code)]
            else:
                found[row, column] = first[column]
