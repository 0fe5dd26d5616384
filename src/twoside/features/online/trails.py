"""Trails: everything a person was shown, or did, in the last days, however much that was.

One log for all people, in order of arrival; each row knows the person's row before it. So the
memory is that of what happened in the days kept, and one person is read by walking back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twoside.features.online.happenings import Happenings

_NONE = -1


@njit(cache=True, nogil=True)
def _append(
    first: int,
    filled: int,
    taken: np.ndarray,
    new_person: np.ndarray,
    new_item: np.ndarray,
    new_ts_ms: np.ndarray,
    new_kind: np.ndarray,
    head: np.ndarray,
    before: np.ndarray,
    items: np.ndarray,
    ts_ms: np.ndarray,
    kind: np.ndarray,
) -> int:
    """Link new rows, the first of which has number first + filled; returns how far it is filled."""
    for i in range(new_person.size):
        p = new_person[i]
        if p < 0 or not taken[new_kind[i]]:
            continue
        before[filled] = head[p]
        head[p] = first + filled
        items[filled] = new_item[i]
        ts_ms[filled] = new_ts_ms[i]
        kind[filled] = new_kind[i]
        filled += 1
    return filled


@njit(cache=True, nogil=True)
def _back(
    person: int, since_ms: int, head: np.ndarray, before: np.ndarray, first: int, ts_ms: np.ndarray
) -> np.ndarray:
    """int64 rows of one person since a moment, oldest first."""
    found, n = np.empty(64, np.int64), 0
    at = head[person] if 0 <= person < head.size else _NONE
    while at >= first:
        if ts_ms[at - first] >= since_ms:
            if n == found.size:
                found = np.concatenate((found, np.empty_like(found)))
            found[n] = at - first
            n += 1
        at = before[at - first]
    return found[:n][::-1].copy()


class Trails:
    """What happened to all people in the last `days` days, of the kinds that are `taken` (bool)."""

    def __init__(self, days: int, taken: np.ndarray) -> None:
        self.days = days
        self._taken = taken
        self._first = 0
        """The number of the oldest row kept: numbers go up for ever."""
        self._filled = 0
        self._head = np.zeros(0, np.int64)
        self._before = np.empty(0, np.int64)
        self._item = np.empty(0, np.int32)
        self._ts_ms = np.empty(0, np.int64)
        self._kind = np.empty(0, np.int8)

    def hold(self, people: int) -> None:
        """Have people 0 to people - 1."""
        more = people - len(self._head)
        if more > 0:
            more = max(more, len(self._head) // 8)
            self._head = np.concatenate([self._head, np.full(more, _NONE, np.int64)])

    def add(self, rows: Happenings) -> None:
        """Take those of the trail's kinds; people are known rows or -1."""
        most = self._filled + len(rows)
        if most > len(self._item):
            self._resize(max(most, len(self._item) + len(self._item) // 2, 1024))
        self._filled = _append(
            self._first,
            self._filled,
            self._taken,
            rows.person,
            rows.item,
            rows.ts_ms,
            rows.kind,
            self._head,
            self._before,
            self._item,
            self._ts_ms,
            self._kind,
        )

    def forget(self, before_ms: int) -> None:
        """Drop the rows at the front that are older than a moment."""
        times = self._ts_ms[: self._filled]
        newer = np.flatnonzero(times >= before_ms)
        gone = int(newer[0]) if len(newer) else self._filled
        for name in ("_before", "_item", "_ts_ms", "_kind"):
            setattr(self, name, getattr(self, name)[gone : self._filled].copy())
        self._first += gone
        self._filled -= gone

    def rows(self, person: int, since_ms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """int32 items, int64 ts_ms and int8 kind numbers of one person, oldest first."""
        found = _back(person, since_ms, self._head, self._before, self._first, self._ts_ms)
        return self._item[found], self._ts_ms[found], self._kind[found]

    def items(self, person: int, since_ms: int, kinds: np.ndarray) -> np.ndarray:
        """int32 items, sorted, without repeats; `kinds` is bool, by kind number."""
        found, _, kind = self.rows(person, since_ms)
        return np.unique(found[kinds[kind]])

    def _resize(self, capacity: int) -> None:
        for name in ("_before", "_item", "_ts_ms", "_kind"):
            old = getattr(self, name)
            room = np.empty(capacity, old.dtype)
            room[: self._filled] = old[: self._filled]
            setattr(self, name, room)

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Everything to store, by name."""
        yield "first", np.array([self._first])
        yield "head", self._head
        for name in ("before", "item", "ts_ms", "kind"):
            yield name, getattr(self, f"_{name}")[: self._filled]

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        self._first, self._filled = int(arrays["first"][0]), len(arrays["item"])
        for name in ("head", "before", "item", "ts_ms", "kind"):
            setattr(self, f"_{name}", arrays[name].copy())

    def memory_bytes(self) -> int:
        """Bytes held."""
        arrays = (self._head, self._before, self._item, self._ts_ms, self._kind)
        return int(sum(array.nbytes for array in arrays))
