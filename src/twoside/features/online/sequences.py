"""The last behaviours of every person: a ring of the newest N for one set of event kinds.

A row of the ring keeps what was known of the item when it happened, so that a later change of the
item does not rewrite the past. Late happenings are put where their time belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from twoside.features.online.happenings import Happenings
    from twoside.features.online.history import Timeline
    from twoside.features.online.parties import Party


_EARLIEST = np.iinfo(np.int64).min


@dataclass(frozen=True)
class SequenceNeed:
    """What the features need to know of the behaviours of one set of kinds."""

    events: tuple[str, ...]
    length: int
    """Newest behaviours kept."""
    codes: tuple[str, ...] = ()
    """Category columns of the item."""
    numbers: tuple[str, ...] = ()
    """Number columns of the item."""


@njit(cache=True, nogil=True)
def _push(
    taken: np.ndarray,
    version: np.ndarray,
    persons: np.ndarray,
    kinds: np.ndarray,
    item: np.ndarray,
    ts_ms: np.ndarray,
    new_codes: np.ndarray,
    new_numbers: np.ndarray,
    count: np.ndarray,
    items: np.ndarray,
    times: np.ndarray,
    kind_of: np.ndarray,
    codes: np.ndarray,
    numbers: np.ndarray,
) -> None:
    length = items.shape[1]
    for i in range(persons.size):
        p = persons[i]
        if p < 0 or not taken[kinds[i]]:
            continue
        held = min(count[p], length)
        place = count[p]
        while place > count[p] - held and times[p, (place - 1) % length] > ts_ms[i]:
            place -= 1
        if held == length and place == count[p] - held:
            continue  # older than all of a full ring
        for move in range(count[p], place, -1):
            to, source = move % length, (move - 1) % length
            items[p, to] = items[p, source]
            times[p, to] = times[p, source]
            kind_of[p, to] = kind_of[p, source]
            codes[p, to] = codes[p, source]
            numbers[p, to] = numbers[p, source]
        at = place % length
        items[p, at] = item[i]
        times[p, at] = ts_ms[i]
        kind_of[p, at] = kinds[i]
        codes[p, at] = new_codes[version[i]]
        numbers[p, at] = new_numbers[version[i]]
        count[p] += 1


@njit(cache=True, nogil=True)
def _newest(
    count: np.ndarray, times: np.ndarray, persons: np.ndarray, most: int, since: np.ndarray
) -> np.ndarray:
    """int64 start (n + 1,) of the at most `most` newest of each person, not before `since` (n,)."""
    length = times.shape[1]
    start = np.zeros(persons.size + 1, np.int64)
    for i in range(persons.size):
        p = persons[i]
        held = min(count[p], length, most) if 0 <= p < count.size else 0
        while held > 0 and times[p, (count[p] - held) % length] < since[i]:
            held -= 1
        start[i + 1] = start[i] + held
    return start


@njit(cache=True, nogil=True)
def _gather(
    ring: np.ndarray, count: np.ndarray, persons: np.ndarray, start: np.ndarray
) -> np.ndarray:
    """Values of the ring, oldest first within a person."""
    values = np.empty(start[-1], ring.dtype)
    for i in range(persons.size):
        held = start[i + 1] - start[i]
        for j in range(held):
            values[start[i] + j] = ring[persons[i], (count[persons[i]] - held + j) % ring.shape[1]]
    return values


class Sequences:
    """Rings of all people for one set of event kinds."""

    def __init__(self, need: SequenceNeed, kinds: tuple[str, ...]) -> None:
        self.need = need
        self._taken = np.array([kind in need.events for kind in kinds])
        length = need.length
        self.count = np.zeros(0, np.int64)
        """int64 (people,): how many came in ever; the next goes to place count % length"""
        self._rings: dict[str, np.ndarray] = {
            "item": np.zeros((0, length), np.int32),
            "ts_ms": np.zeros((0, length), np.int64),
            "kind": np.zeros((0, length), np.int8),
            "codes": np.zeros((0, length, len(need.codes)), np.int32),
            "numbers": np.zeros((0, length, len(need.numbers)), np.float64),
        }

    def hold(self, people: int) -> None:
        """Have rings for people 0 to people - 1."""
        more = people - len(self.count)
        if more > 0:
            more = max(more, len(self.count) // 8)
            self.count = np.concatenate([self.count, np.zeros(more, np.int64)])
            for name, ring in self._rings.items():
                room = np.zeros((more, *ring.shape[1:]), ring.dtype)
                self._rings[name] = np.concatenate([ring, room])

    def add(self, rows: Happenings, versions: np.ndarray, items: Party | Timeline) -> None:
        """Take those of the sequence's kinds; people and items are known rows or -1, `versions`
        int32 (n,) says where `items` has what was known of the item."""
        rings = self._rings
        _push(
            self._taken,
            versions,
            rows.person,
            rows.kind,
            rows.item,
            rows.ts_ms,
            items.matrix(self.need.codes, np.int32),
            items.matrix(self.need.numbers, np.float64),
            self.count,
            rings["item"],
            rings["ts_ms"],
            rings["kind"],
            rings["codes"],
            rings["numbers"],
        )

    def newest(
        self, persons: np.ndarray, most: int, since_ms: np.ndarray | None = None
    ) -> np.ndarray:
        """int64 start (n + 1,): how many of the at most `most` newest each person has, of those
        not before `since_ms` (n,)."""
        since = np.full(len(persons), _EARLIEST) if since_ms is None else since_ms
        return _newest(self.count, self._rings["ts_ms"], persons, most, since)  # type: ignore[no-any-return]

    def values(self, name: str, persons: np.ndarray, start: np.ndarray) -> np.ndarray:
        """Of the behaviours that `newest` counted, oldest first: "item", "ts_ms", "kind", or a
        column of the item."""
        if name in ("item", "ts_ms", "kind"):
            ring = self._rings[name]
        elif name in self.need.codes:
            ring = self._rings["codes"][:, :, self.need.codes.index(name)]
        else:
            ring = self._rings["numbers"][:, :, self.need.numbers.index(name)]
        return _gather(ring, self.count, persons, start)  # type: ignore[no-any-return]

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Everything to store, by name."""
        yield "count", self.count
        yield from self._rings.items()

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        self.count = arrays["count"].copy()
        self._rings = {name: arrays[name].copy() for name in self._rings}

    def memory_bytes(self) -> int:
        """Bytes held."""
        return int(self.count.nbytes + sum(ring.nbytes for ring in self._rings.values()))
