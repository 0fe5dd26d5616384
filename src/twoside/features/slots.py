"""Slots: a dense row number for every key that was ever seen, in an open hash table.

A key of two parts is one int64 (the first part in the upper 32 bits); a key of three parts is the
slot of its first two with the third. Linear probing over interleaved (key, slot) rows, so that a
look-up usually touches one cache line; Fibonacci hashing (Knuth 1973, TAOCP 3, section 6.4).
"""

from __future__ import annotations

import numpy as np
from numba import njit

_EMPTY = -1
_FULLEST = 0.7
_GROWTH = 1.4


@njit(cache=True, nogil=True)
def _place(key: int, size: int) -> int:
    """The upper 32 bits of the mixed key as a fraction of `size` (below 2^31)."""
    mixed = (np.uint64(key) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
    return np.int64((mixed * np.uint64(size)) >> np.uint64(32))  # type: ignore[return-value]


@njit(cache=True, nogil=True)
def pair_keys(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """int64 (n,) keys of two int32 (n,) codes; -1 where one of them is unknown."""
    keys = np.empty(first.size, np.int64)
    for i in range(first.size):
        known = first[i] >= 0 and second[i] >= 0
        keys[i] = (np.int64(first[i]) << 32) | np.int64(second[i]) if known else -1
    return keys


@njit(cache=True, nogil=True)
def _find(table: np.ndarray, keys: np.ndarray) -> np.ndarray:
    size = table.shape[0]
    slots = np.full(keys.size, -1, np.int32)
    for i in range(keys.size):
        if keys[i] < 0:
            continue
        at = _place(keys[i], size)
        while table[at, 0] != _EMPTY:
            if table[at, 0] == keys[i]:
                slots[i] = table[at, 1]
                break
            at = at + 1 if at + 1 < size else 0
    return slots


@njit(cache=True, nogil=True)
def _claim(
    table: np.ndarray, used: int, most: int, begin: int, keys: np.ndarray, slots: np.ndarray
) -> tuple[int, int]:
    """From row `begin` on; returns (slots used, the row where the table was full or the end)."""
    size = table.shape[0]
    for i in range(begin, keys.size):
        slots[i] = -1
        if keys[i] < 0:
            continue
        at = _place(keys[i], size)
        while table[at, 0] != _EMPTY and table[at, 0] != keys[i]:
            at = at + 1 if at + 1 < size else 0
        if table[at, 0] == _EMPTY:
            if used >= most:
                return used, i
            table[at, 0] = keys[i]
            table[at, 1] = used
            used += 1
        slots[i] = table[at, 1]
    return used, keys.size


@njit(cache=True, nogil=True)
def _moved(table: np.ndarray, size: int) -> np.ndarray:
    larger = np.full((size, 2), _EMPTY, np.int64)
    for row in range(table.shape[0]):
        if table[row, 0] == _EMPTY:
            continue
        at = _place(table[row, 0], size)
        while larger[at, 0] != _EMPTY:
            at = at + 1 if at + 1 < size else 0
        larger[at, 0] = table[row, 0]
        larger[at, 1] = table[row, 1]
    return larger


class Slots:
    """int64 keys (0 or more) -> slots 0, 1, 2 ... in order of first sight."""

    def __init__(self, table: np.ndarray | None = None) -> None:
        self._table = np.full((1024, 2), _EMPTY, np.int64) if table is None else table
        """int64 (size, 2): key and slot"""
        self.used = 0

    def find(self, keys: np.ndarray) -> np.ndarray:
        """int32 (n,) slots; -1 where the key was never seen or is below 0."""
        return _find(self._table, keys)  # type: ignore[no-any-return]

    def claim(self, keys: np.ndarray) -> np.ndarray:
        """int32 (n,) slots, new ones for keys that are new; -1 where the key is below 0."""
        slots = np.empty(len(keys), np.int32)
        done = 0
        while True:
            most = int(self._table.shape[0] * _FULLEST)
            self.used, done = _claim(self._table, self.used, most, done, keys, slots)
            if done == len(keys):
                return slots
            self._table = _moved(self._table, int(self._table.shape[0] * _GROWTH))

    def keys(self) -> np.ndarray:
        """int64 (used,): the key of every slot."""
        keys = np.empty(self.used, np.int64)
        there = self._table[:, 0] != _EMPTY
        keys[self._table[there, 1]] = self._table[there, 0]
        return keys

    @staticmethod
    def of(keys: np.ndarray) -> Slots:
        """The slots that `keys` described."""
        size = max(1024, int(len(keys) / _FULLEST) + 2)
        slots = Slots(np.full((size, 2), _EMPTY, np.int64))
        slots.claim(keys)
        return slots

    def memory_bytes(self) -> int:
        """Bytes held."""
        return int(self._table.nbytes)
