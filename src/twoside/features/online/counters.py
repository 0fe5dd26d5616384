"""Counters: what one key had in each window, as running sums.

A window of w days is today so far and the w whole days before it. So an event adds one to every
window that counts its kind, and once a day the day that leaves a window is subtracted from it.
For that each day leaves a log behind: which cells (slot, kind) had events, and how many. Memory
is one number a (slot, window) and one a (cell, day) that happened, never one a cell.

Which days had any event is one integer a slot with a bit a day: bit 0 is today, bit 1 yesterday.
A new day shifts it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.kinds.behaviour import MOST_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NEVER = -(2**62)
"""A last time before all times."""
EVER = -1
"""The window of `days=None`."""
_NO_COUNTS = np.empty(0, np.int32)
_MOST_LATE = 64
"""Small logs of late events that a day may have before they are folded into one."""


@dataclass(frozen=True)
class CounterNeed:
    """What the features need to know of one key."""

    key: tuple[str, ...]
    """Parts such as "person" and "item.title", sorted."""
    sums: tuple[tuple[tuple[str, ...], int], ...]
    """(events, window in days or EVER): one column of `Counters.sums` each"""
    lasts: tuple[tuple[str, ...], ...]
    """events: one column of `Counters.last` each"""
    active: tuple[tuple[tuple[str, ...], int], ...] = ()
    """(events, longest window in days): one column of `Counters.active` each"""


@njit(cache=True, nogil=True)
def _add(
    slots: np.ndarray,
    kinds: np.ndarray,
    ts_ms: np.ndarray,
    age: int,
    longest: int,
    sums: np.ndarray,
    window: np.ndarray,
    sum_start: np.ndarray,
    sum_columns: np.ndarray,
    last: np.ndarray,
    last_start: np.ndarray,
    last_columns: np.ndarray,
    active: np.ndarray,
    active_days: np.ndarray,
    active_start: np.ndarray,
    active_columns: np.ndarray,
    logged: np.ndarray,
    log: np.ndarray,
    filled: int,
) -> int:
    """Count n events of a day `age` days ago; returns how far the log is filled."""
    for i in range(slots.size):
        s = slots[i]
        if s < 0:
            continue
        k = kinds[i]
        for j in range(sum_start[k], sum_start[k + 1]):
            c = sum_columns[j]
            if window[c] == EVER or age <= window[c]:
                sums[s, c] += 1
        for j in range(last_start[k], last_start[k + 1]):
            c = last_columns[j]
            last[s, c] = max(last[s, c], ts_ms[i])
        for j in range(active_start[k], active_start[k + 1]):
            c = active_columns[j]
            if age <= active_days[c]:
                active[s, c] |= np.int64(1) << np.int64(age)
        if logged[k] and age <= longest:
            log[filled] = s * logged.size + k
            filled += 1
    return filled


@njit(cache=True, nogil=True)
def _subtract(
    cells: np.ndarray,
    counts: np.ndarray,
    days: int,
    sums: np.ndarray,
    window: np.ndarray,
    sum_start: np.ndarray,
    sum_columns: np.ndarray,
) -> None:
    """Take a day's log out of all columns whose window is `days`."""
    kinds = sum_start.size - 1
    for i in range(cells.size):
        s, k = cells[i] // kinds, cells[i] % kinds
        count = counts[i] if counts.size else 1
        for j in range(sum_start[k], sum_start[k + 1]):
            if window[sum_columns[j]] == days:
                sums[s, sum_columns[j]] -= count


class Counters:
    """Window sums and last times of all slots of one key."""

    def __init__(self, need: CounterNeed, kinds: tuple[str, ...]) -> None:
        self.need = need
        self.size = 0
        """Slots in use; those after it were never seen."""
        windows = [days for _, days in need.sums]
        self.sums = np.zeros((0, len(need.sums)), np.int32)
        """int32 (capacity, columns)"""
        self.last = np.zeros((0, len(need.lasts)), np.int64)
        """int64 (capacity, columns) ms; NEVER before the first"""
        self.active = np.zeros((0, len(need.active)), np.int64)
        """int64 (capacity, columns): bit n is set if the day n days ago had an event"""
        self._window = np.array(windows, np.int32)
        self._longest = max([days for days in windows if days != EVER], default=-1)
        self._sum_start, self._sum_columns = _by_kind([e for e, _ in need.sums], kinds)
        self._last_start, self._last_columns = _by_kind(list(need.lasts), kinds)
        self._active_days = np.array([days for _, days in need.active], np.int64)
        self._active_start, self._active_columns = _by_kind([e for e, _ in need.active], kinds)
        finite = {kind for events, days in need.sums if days != EVER for kind in events}
        self._logged = np.array([kind in finite for kind in kinds])
        self._today = np.empty(1024, np.int32)
        self._filled = 0
        self._past: dict[int, list[tuple[np.ndarray, np.ndarray]]] = {}
        """Day -> int32 cells and their counts (empty: one each), first the day's own, then what
        came late."""

    def hold(self, size: int) -> None:
        """Have slots 0 to size - 1."""
        capacity = len(self.sums)
        if size > capacity:
            more = max(size, capacity + capacity // 8, 64) - capacity
            self.sums = np.concatenate([self.sums, np.zeros((more, self.sums.shape[1]), np.int32)])
            never = np.full((more, self.last.shape[1]), NEVER, np.int64)
            self.last = np.concatenate([self.last, never])
            none = np.zeros((more, self.active.shape[1]), np.int64)
            self.active = np.concatenate([self.active, none])
        self.size = max(self.size, size)

    def add(
        self, slots: np.ndarray, kinds: np.ndarray, ts_ms: np.ndarray, day: int, today: int
    ) -> None:
        """Count events of one day, at or before today. Slots -1 count nowhere."""
        if day == today:
            self._make_room(len(slots))
            self._filled = self._count(slots, kinds, ts_ms, 0, self._today, self._filled)
            return
        log = np.empty(len(slots), np.int32)
        filled = self._count(slots, kinds, ts_ms, today - day, log, 0)
        if filled:
            parts = self._past.setdefault(day, [])
            parts.append((log[:filled].copy(), _NO_COUNTS))
            if len(parts) > _MOST_LATE:
                late = np.concatenate([_unfolded(*part) for part in parts[1:]])
                self._past[day] = [parts[0], _folded(late)]

    def advance(self, today: int, to_day: int) -> None:
        """Begin a new day: what leaves a window leaves its sums."""
        if self.active.size:
            later = min(to_day - today, MOST_DAYS + 1)
            self.active = (self.active << later) & ((1 << (self._active_days + 1)) - 1)
        if self._longest < 0:
            return
        if self._filled:
            self._past.setdefault(today, []).append(_folded(self._today[: self._filled]))
            self._filled = 0
        windows = sorted({int(w) for w in self._window if w != EVER})
        for day in sorted(self._past):
            for days in windows:
                if today - days <= day < to_day - days:
                    for cells, counts in self._past[day]:
                        self._take_out(cells, counts, days)
            if day < to_day - self._longest:
                del self._past[day]

    def _count(
        self,
        slots: np.ndarray,
        kinds: np.ndarray,
        ts_ms: np.ndarray,
        age: int,
        log: np.ndarray,
        filled: int,
    ) -> int:
        return _add(  # type: ignore[no-any-return]
            slots,
            kinds,
            ts_ms,
            age,
            self._longest,
            self.sums,
            self._window,
            self._sum_start,
            self._sum_columns,
            self.last,
            self._last_start,
            self._last_columns,
            self.active,
            self._active_days,
            self._active_start,
            self._active_columns,
            self._logged,
            log,
            filled,
        )

    def _take_out(self, cells: np.ndarray, counts: np.ndarray, days: int) -> None:
        _subtract(
            cells,
            counts,
            days,
            self.sums,
            self._window,
            self._sum_start,
            self._sum_columns,
        )

    def _make_room(self, more: int) -> None:
        if self._filled + more > len(self._today):
            room = np.empty(max(2 * len(self._today), self._filled + more), np.int32)
            room[: self._filled] = self._today[: self._filled]
            self._today = room

    def warm_up(self) -> None:
        """Compile what only a new day needs."""
        self._take_out(_NO_COUNTS, _NO_COUNTS, 0)

    @property
    def forgets(self) -> bool:
        """All windows end: a slot whose sums are 0 is as one that was never seen."""
        counts = bool(len(self._window)) or bool(self.need.active)
        return counts and not self.need.lasts and EVER not in self._window

    def alive(self) -> np.ndarray:
        """bool (size,): has something in a window."""
        sums, active = self.sums[: self.size], self.active[: self.size]
        return np.asarray(sums.any(axis=1) | active.any(axis=1))

    def keep(self, alive: np.ndarray) -> None:
        """Drop the other slots and number those kept anew, in their order."""
        self.sums, self.last = self.sums[: self.size][alive], self.last[: self.size][alive]
        self.active = self.active[: self.size][alive]
        number = np.where(alive, np.cumsum(alive) - 1, -1)
        self.size = len(self.sums)
        for day, parts in self._past.items():
            # A dead slot's cells in a longer log are of kinds that no longer window counts.
            self._past[day] = [_renumbered(*part, number, len(self._logged)) for part in parts]

    def arrays(self) -> Iterator[tuple[str, np.ndarray]]:
        """Everything to store, by name."""
        yield "sums", self.sums[: self.size]
        yield "last", self.last[: self.size]
        yield "active", self.active[: self.size]
        yield "today", self._today[: self._filled]
        for day, parts in self._past.items():
            for n, (cells, counts) in enumerate(parts):
                yield f"cells.{day}.{n}", cells
                yield f"counts.{day}.{n}", counts

    def restore(self, arrays: Mapping[str, np.ndarray]) -> None:
        """Take over what `arrays` gave."""
        self.size = len(arrays["sums"])
        self.sums, self.last = arrays["sums"].copy(), arrays["last"].copy()
        self.active = arrays["active"].copy()
        self._filled = len(arrays["today"])
        self._today = np.concatenate([arrays["today"], np.empty(1024, np.int32)])
        self._past = {}
        for name in arrays:
            if name.startswith("cells."):
                counts = arrays[name.replace("cells.", "counts.")]
                self._past.setdefault(int(name.split(".")[1]), []).append((arrays[name], counts))

    def memory_bytes(self) -> int:
        """Bytes held."""
        parts = [part for parts in self._past.values() for part in parts]
        logs = sum(cells.nbytes + counts.nbytes for cells, counts in parts)
        held = (self.sums, self.last, self.active, self._today)
        return int(sum(array.nbytes for array in held) + logs)


def _by_kind(sets: list[tuple[str, ...]], kinds: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """For each kind the places of the sets that hold it: int32 start (kinds + 1,), int32 places."""
    places = [[c for c, events in enumerate(sets) if kind in events] for kind in kinds]
    start = np.zeros(len(kinds) + 1, np.int32)
    np.cumsum([len(p) for p in places], out=start[1:])
    return start, np.array([c for p in places for c in p], np.int32)


def _folded(log: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A day's log as (cells, counts), or as it is (counts empty) where that is smaller."""
    cells = np.sort(log)
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    if 2 * len(first) >= len(cells):
        return cells, _NO_COUNTS
    return cells[first], np.diff(first, append=len(cells)).astype(np.int32)


def _renumbered(
    cells: np.ndarray, counts: np.ndarray, number: np.ndarray, kinds: int
) -> tuple[np.ndarray, np.ndarray]:
    slots = number[cells // kinds]
    keep = slots >= 0
    return (slots * kinds + cells % kinds)[keep].astype(np.int32), (
        counts[keep] if len(counts) else counts
    )


def _unfolded(cells: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.repeat(cells, counts) if len(counts) else cells
