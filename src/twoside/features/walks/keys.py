"""The keys that somebody asks about, numbered; and which of them each happening counts for."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError
from twoside.features.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.walks.happenings import Rows

_DENSE = 2**21
"""Keys that a plain table may have a place for: it stays in the cache."""
_MOST = 2**62
"""Different keys that one integer can tell apart."""
_BLOCK = 1 << 20


@dataclass(frozen=True)
class Numbered:
    """The keys that are asked about have the numbers 0 to `size` - 1; two more stand for others."""

    asked: np.ndarray
    """int32 (asked,); `size` + 1: a part is unknown, and nothing ever counts for it"""
    past: np.ndarray
    """int32 (past,); `size`: nobody asks about the key"""
    size: int


@njit(cache=True, nogil=True)
def _one(first: np.ndarray, table: np.ndarray, other: int, slots: np.ndarray) -> None:
    for i in range(first.size):
        slots[i] = table[first[i]] if first[i] >= 0 else other


@njit(cache=True, nogil=True)
def _two(
    first: np.ndarray,
    second: np.ndarray,
    size: int,
    table: np.ndarray,
    other: int,
    slots: np.ndarray,
) -> None:
    for i in range(first.size):
        known = first[i] >= 0 and second[i] >= 0
        slots[i] = table[np.int64(first[i]) * size + second[i]] if known else other


@njit(cache=True, nogil=True)
def _onto(codes: np.ndarray, part: np.ndarray, size: int) -> None:
    """One more part into the codes of a key; -1 where a part is unknown."""
    for i in range(codes.size):
        if codes[i] >= 0 and part[i] >= 0:
            codes[i] = codes[i] * size + part[i]
        else:
            codes[i] = -1


def numbered(asked: Rows, past: Rows, key: Sequence[str]) -> Numbered:
    """The keys of what is asked and of what happened."""
    parts = [(asked.part(part), past.part(part)) for part in key]
    sizes = [1 + max(int(a.max(initial=-1)), int(b.max(initial=-1))) for a, b in parts]
    space = prod(max(size, 1) for size in sizes)
    if space >= _MOST:
        raise DataError(
            f"key {', '.join(key)}: {' x '.join(map(str, sizes))} values are more than 2^62. "
            "Use a key of fewer parts."
        )
    wanted = _codes([a for a, _ in parts], sizes)
    then = [b for _, b in parts]
    found = np.empty(len(past), np.int32)
    if space <= _DENSE:
        there = np.zeros(space, np.bool_)
        there[wanted[wanted >= 0]] = True
        size = int(there.sum())
        table = np.full(space, size, np.int32)
        table[there] = np.arange(size)
        numbers = np.where(wanted >= 0, table[wanted], size + 1).astype(np.int32)
        _in_table(then, sizes, table, size, found)
        return Numbered(numbers, found, size)
    slots = Slots()
    numbers = slots.claim(wanted)
    size = slots.used
    for block in _blocks(len(past)):
        at = slots.find(_codes([part[block] for part in then], sizes))
        found[block] = np.where(at >= 0, at, size)
    return Numbered(np.where(numbers >= 0, numbers, size + 1).astype(np.int32), found, size)


def _in_table(
    parts: Sequence[np.ndarray],
    sizes: Sequence[int],
    table: np.ndarray,
    other: int,
    found: np.ndarray,
) -> None:
    match parts:
        case [first]:
            _one(first, table, other, found)
        case [first, second]:
            _two(first, second, sizes[1], table, other, found)
        case _:
            for block in _blocks(len(found)):
                codes = _codes([part[block] for part in parts], sizes)
                _one(codes, table, other, found[block])


def _codes(parts: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    codes = parts[0].astype(np.int64)
    for part, size in zip(parts[1:], sizes[1:], strict=True):
        _onto(codes, part, size)
    return codes


def _blocks(size: int) -> list[slice]:
    """Slices that keep what is made on the way small."""
    return [slice(first, first + _BLOCK) for first in range(0, size, _BLOCK)]
