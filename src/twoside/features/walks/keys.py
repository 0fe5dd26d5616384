"""The keys that somebody asks about, numbered; and which of them each happening counts for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError
from twoside.features.online.slots import Slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.walks.happenings import Rows

_DENSE = 2**21
"""Keys that a plain table may have a place for: it stays in the cache."""
_MOST = 2**62
"""Different keys that one integer can tell apart."""
_BLOCK = 1 << 20


@njit(cache=True, nogil=True)
def _onto(codes: np.ndarray, part: np.ndarray, size: int) -> None:
    """One more part into the codes of a key; -1 where a part is unknown."""
    for i in range(codes.size):
        if codes[i] >= 0 and part[i] >= 0:
            codes[i] = codes[i] * size + part[i]
        else:
            codes[i] = -1


@njit(cache=True, nogil=True)
def _looked_up(table: np.ndarray, codes: np.ndarray, slots: np.ndarray) -> None:
    for i in range(codes.size):
        slots[i] = table[codes[i]] if codes[i] >= 0 else -1


def numbered(asked: Rows, past: Rows, key: Sequence[str]) -> tuple[np.ndarray, np.ndarray, int]:
    """int32 (asked,) and int32 (past,) numbers of the keys that are asked about, -1 of others and
    of keys with an unknown part; and how many there are."""
    parts = [(asked.part(part), past.part(part)) for part in key]
    sizes = [1 + max(int(a.max(initial=-1)), int(b.max(initial=-1))) for a, b in parts]
    space = 1
    for size in sizes:
        space *= max(size, 1)
    if space >= _MOST:
        raise DataError(
            f"key {', '.join(key)}: {' x '.join(map(str, sizes))} values are more than 2^62. "
            "Use a key of fewer parts."
        )
    wanted = _codes([a for a, _ in parts], sizes)
    found = np.empty(len(past), np.int32)
    if space <= _DENSE:
        there = np.unique(wanted)
        there = there[there >= 0]
        table = np.full(space, -1, np.int32)
        table[there] = np.arange(len(there))
        numbers = np.empty(len(wanted), np.int32)
        _looked_up(table, wanted, numbers)
        for block in _blocks(len(past)):
            codes = _codes([b[block] for _, b in parts], sizes)
            _looked_up(table, codes, found[block])
        return numbers, found, len(there)
    slots = Slots()
    numbers = slots.claim(wanted)
    for block in _blocks(len(past)):
        found[block] = slots.find(_codes([b[block] for _, b in parts], sizes))
    return numbers, found, slots.used


def _codes(parts: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    codes = parts[0].astype(np.int64)
    for part, size in zip(parts[1:], sizes[1:], strict=True):
        _onto(codes, part, size)
    return codes


def _blocks(size: int) -> list[slice]:
    """Slices that keep what is made on the way small."""
    return [slice(first, first + _BLOCK) for first in range(0, size, _BLOCK)]
