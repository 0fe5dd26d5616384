"""The keys of happenings, numbered: those that somebody asks about, or all of a small key."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError
from twoside.features.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.walks.rows import Rows, Versions
    from twoside.store.lake import Lake

NEVER = -(2**62)
"""A moment before all others."""
_DENSE = 2**21
"""Keys that a plain table may have a place for: it stays in the cache."""
_SMALL = 2**15
"""Keys whose counts of a day are added up as a whole, asked about or not."""
_MOST = 2**62
"""Different keys that one integer can tell apart."""


@njit(cache=True, nogil=True)
def _one(first: np.ndarray, size: int, table: np.ndarray, other: int, slots: np.ndarray) -> None:
    for i in range(first.size):
        slots[i] = table[first[i]] if 0 <= first[i] < size else other


@njit(cache=True, nogil=True)
def _two(
    first: np.ndarray,
    second: np.ndarray,
    first_size: int,
    second_size: int,
    table: np.ndarray,
    other: int,
    slots: np.ndarray,
) -> None:
    for i in range(first.size):
        if 0 <= first[i] < first_size and 0 <= second[i] < second_size:
            slots[i] = table[np.int64(first[i]) * second_size + second[i]]
        else:
            slots[i] = other


@njit(cache=True, nogil=True)
def _onto(codes: np.ndarray, part: np.ndarray, size: int) -> None:
    """One more part into the codes of a key; -1 where a part is unknown or too large."""
    for i in range(codes.size):
        if codes[i] >= 0 and 0 <= part[i] < size:
            codes[i] = codes[i] * size + part[i]
        else:
            codes[i] = -1


@njit(cache=True, nogil=True)
def _plain_one(first: np.ndarray, size: int, codes: np.ndarray) -> None:
    for i in range(first.size):
        codes[i] = first[i] if 0 <= first[i] < size else size


@njit(cache=True, nogil=True)
def _plain_two(
    first: np.ndarray, second: np.ndarray, first_size: int, second_size: int, codes: np.ndarray
) -> None:
    for i in range(first.size):
        if 0 <= first[i] < first_size and 0 <= second[i] < second_size:
            codes[i] = np.int64(first[i]) * second_size + second[i]
        else:
            codes[i] = first_size * second_size


@njit(cache=True, nogil=True)
def _sum(
    slot: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    kinds: int,
    counts: np.ndarray,
    last: np.ndarray,
) -> None:
    for i in range(slot.size):
        at = slot[i] * kinds + kind[i]
        counts[at] += 1
        last[at] = ts[i]


@dataclass(frozen=True)
class Asked:
    """The keys that are asked about have the numbers 0 to `size` - 1; two more stand for others."""

    key: tuple[str, ...]
    sizes: tuple[int, ...]
    numbers: np.ndarray
    """int32 (asked,); `size` + 1: a part is unknown, and nothing ever counts for it"""
    size: int
    table: np.ndarray | None
    """int32: the number of each possible key, where there are not too many"""
    slots: Slots | None

    @staticmethod
    def of(asked: Rows, key: tuple[str, ...]) -> Asked:
        """The keys of what is asked."""
        parts = [asked.part(part) for part in key]
        sizes = tuple(max(1, 1 + int(part.max(initial=-1))) for part in parts)
        space = prod(sizes)
        if space >= _MOST:
            raise DataError(
                f"key {', '.join(key)}: {' x '.join(map(str, sizes))} values are more than 2^62. "
                "Use a key of fewer parts."
            )
        wanted = _codes(parts, sizes)
        if space <= _DENSE:
            there = np.zeros(space, np.bool_)
            there[wanted[wanted >= 0]] = True
            size = int(there.sum())
            table = np.full(space, size, np.int32)
            table[there] = np.arange(size)
            numbers = np.where(wanted >= 0, table[wanted], size + 1).astype(np.int32)
            return Asked(key, sizes, numbers, size, table, None)
        slots = Slots()
        found = slots.claim(wanted)
        numbers = np.where(found >= 0, found, slots.used + 1).astype(np.int32)
        return Asked(key, sizes, numbers, slots.used, None, slots)

    def find(self, past: Rows) -> np.ndarray:
        """int32 (n,): the number of each happening's key; `size`: nobody asks about it."""
        parts = [past.part(part) for part in self.key]
        found = np.empty(len(past), np.int32)
        if self.slots is not None:
            at = self.slots.find(_codes(parts, self.sizes))
            found[:] = np.where(at >= 0, at, self.size)
            return found
        assert self.table is not None
        match parts:
            case [first]:
                _one(first, self.sizes[0], self.table, self.size, found)
            case [first, second]:
                one, other = self.sizes
                _two(first, second, one, other, self.table, self.size, found)
            case _:
                codes = _codes(parts, self.sizes)
                _one(codes, prod(self.sizes), self.table, self.size, found)
        return found


@dataclass(frozen=True)
class Sum:
    """What happened on a day to each value of a key, by (code, kind)."""

    counts: np.ndarray
    """int32 (cells,)"""
    last: np.ndarray
    """int64 (cells,) ms; `NEVER` where nothing happened"""


@dataclass(frozen=True)
class Small:
    """A key of few possible values: its codes are its numbers, one more stands for unknown."""

    key: tuple[str, ...]
    sizes: tuple[int, ...]

    @staticmethod
    def of(key: tuple[str, ...], versions: Mapping[str, Versions], lake: Lake) -> Small | None:
        """None if there may be many values: of rows, or of too many words."""
        sizes = []
        for part in key:
            side, _, column = part.partition(".")
            if not column:
                return None
            if side == "context":
                sizes.append(len(lake.vocabulary(column)))
            else:
                sizes.append(1 + int(versions[side].columns[column].max(initial=0)))
        found = Small(key, tuple(max(1, size) for size in sizes))
        return found if found.size <= _SMALL else None

    @property
    def size(self) -> int:
        """How many values it can have."""
        return prod(self.sizes)

    def find(self, rows: Rows) -> np.ndarray:
        """int32 (n,): the code of each row's key; `size` where a part is unknown."""
        found = np.empty(len(rows), np.int32)
        match [rows.part(part) for part in self.key]:
            case [first]:
                _plain_one(first, self.size, found)
            case [first, second]:
                one, other = self.sizes
                _plain_two(first, second, one, other, found)
            case parts:
                codes = _codes(parts, self.sizes)
                found[:] = np.where(codes >= 0, codes, self.size)
        return found

    def grown(self, found: Sum, sizes: tuple[int, ...]) -> Sum:
        """A sum of when the parts had fewer values, of the `sizes` then."""
        if sizes == self.sizes:
            return found
        kinds = len(found.counts) // (prod(sizes) + 1)
        room = tuple(slice(size) for size in sizes)

        def larger(cells: np.ndarray, nothing: int) -> np.ndarray:
            whole = np.full((*self.sizes, kinds), nothing, cells.dtype)
            whole[room] = cells[:-kinds].reshape(*sizes, kinds)
            return np.append(whole.reshape(-1), cells[-kinds:])

        return Sum(larger(found.counts, 0), larger(found.last, NEVER))

    def sum(self, rows: Rows, kind: np.ndarray, kinds: int) -> Sum:
        """Of a day's happenings; the last code stands for unknown."""
        cells = (self.size + 1) * kinds
        found = Sum(np.zeros(cells, np.int32), np.full(cells, NEVER, np.int64))
        _sum(self.find(rows), kind, rows.ts, kinds, found.counts, found.last)
        return found


def _codes(parts: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    codes = np.zeros(len(parts[0]), np.int64)
    for part, size in zip(parts, sizes, strict=True):
        _onto(codes, part, size)
    return codes
