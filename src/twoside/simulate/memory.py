"""What pairs remember of each other: how often one was looked at, and whether it is settled.

A pair that has talked or said no is settled: showing it again starts nothing new. A pair that was
looked at and left is looked at less gladly each time. Entries are chained per left row and per
right row, so all that one party remembers is found without a search over pairs.
"""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

SETTLED = 255
"""The state of a settled pair; below it a state is the number of views."""


class PairMemory(NamedTuple):
    """Entries 0 to used[0] - 1; the arrays have room for more. Heads and links are -1 at the end
    of a chain."""

    used: np.ndarray
    """int64 (1,)"""
    left: np.ndarray
    """int32 (room,)"""
    right: np.ndarray
    """int32 (room,)"""
    state: np.ndarray
    """uint8 (room,): views, or SETTLED"""
    left_head: np.ndarray
    """int32 (lefts,)"""
    left_next: np.ndarray
    """int32 (room,)"""
    right_head: np.ndarray
    """int32 (rights,)"""
    right_next: np.ndarray
    """int32 (room,)"""


def blank(lefts: int, rights: int) -> PairMemory:
    """Nobody knows anybody."""
    return PairMemory(
        np.zeros(1, np.int64),
        *(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.uint8)),
        *(np.full(lefts, -1, np.int32), np.empty(0, np.int32)),
        *(np.full(rights, -1, np.int32), np.empty(0, np.int32)),
    )


def with_room(memory: PairMemory, entries: int, lefts: int, rights: int) -> PairMemory:
    """The same memory with room for `entries` more, and for that many rows."""
    need = int(memory.used[0]) + entries
    room = len(memory.left)
    if need > room:
        room = max(need, room + room // 2)

    def longer(array: np.ndarray, size: int, fill: int = -1) -> np.ndarray:
        if len(array) >= size:
            return array
        return np.concatenate([array, np.full(size - len(array), fill, array.dtype)])

    return PairMemory(
        memory.used,
        longer(memory.left, room),
        longer(memory.right, room),
        longer(memory.state, room, 0),
        longer(memory.left_head, lefts),
        longer(memory.left_next, room),
        longer(memory.right_head, rights),
        longer(memory.right_next, room),
    )


@njit(cache=True, nogil=True)
def recall_left(memory: Any, row: int, at: np.ndarray) -> None:
    """Write the entries of a left row into `at`, int32 (rights,): entry number by right row."""
    entry = memory.left_head[row]
    while entry >= 0:
        at[memory.right[entry]] = entry
        entry = memory.left_next[entry]


@njit(cache=True, nogil=True)
def forget_left(memory: Any, row: int, at: np.ndarray) -> None:
    """Take them out of `at` again (-1)."""
    entry = memory.left_head[row]
    while entry >= 0:
        at[memory.right[entry]] = -1
        entry = memory.left_next[entry]


@njit(cache=True, nogil=True)
def recall_right(memory: Any, row: int, at: np.ndarray) -> None:
    """Write the entries of a right row into `at`, int32 (lefts,): entry number by left row."""
    entry = memory.right_head[row]
    while entry >= 0:
        at[memory.left[entry]] = entry
        entry = memory.right_next[entry]


@njit(cache=True, nogil=True)
def forget_right(memory: Any, row: int, at: np.ndarray) -> None:
    """Take them out of `at` again (-1)."""
    entry = memory.right_head[row]
    while entry >= 0:
        at[memory.left[entry]] = -1
        entry = memory.right_next[entry]


@njit(cache=True, nogil=True)
def remember(memory: Any, left: int, right: int) -> int:
    """A new entry for a pair that has none; its number."""
    entry = memory.used[0]
    memory.used[0] = entry + 1
    memory.left[entry] = left
    memory.right[entry] = right
    memory.state[entry] = 0
    memory.left_next[entry] = memory.left_head[left]
    memory.left_head[left] = entry
    memory.right_next[entry] = memory.right_head[right]
    memory.right_head[right] = entry
    return entry
