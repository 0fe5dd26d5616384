"""Counts, rates and the time since, of one key, by one walk through time.

A window of w days is the w whole days before the request's day and that day up to the request. So
a key's happenings are kept by kind and by *age*: today, 1 day, 2 to 3 days ... up to the longest
window, one counter each; a window is the sum of the youngest. A happening adds one to one
counter; at midnight the days whose age passes a bound move to the next counter. A request sums
what it needs, in the order of time, so that nothing at or after it is in the counters.

Of a key of few values whole days are not walked again: their counts are added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.kinds.behaviour import MOST_DAYS
from twoside.features.walks.keys import NEVER, Asked, Small
from twoside.features.walks.program import ALWAYS, Program
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.walks.log import Happened, Log
    from twoside.features.walks.program import (
        Actives,
        Counts,
        Lasts,
        Marks,
        Rates,
        Sets,
        Statistic,
    )
    from twoside.features.walks.questions import Questions


@njit(cache=True, nogil=True)
def _add(
    first: int,
    end: int,
    slot: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    column_of: np.ndarray,
    columns: int,
    counts: np.ndarray,
    last: np.ndarray,
) -> None:
    """Count happenings `first` to `end` in the counters (slots x columns) of an age, and keep the
    time of the last of each if `last` has any. What nobody asks about goes to a slot or column of
    its own: cheaper than to ask."""
    if not last.size:
        for i in range(first, end):
            counts[slot[i] * columns + column_of[kind[i]]] += 1
        return
    for i in range(first, end):
        at = slot[i] * columns + column_of[kind[i]]
        counts[at] += 1
        last[at] = ts[i]


@njit(cache=True, nogil=True)
def _subtract(
    slot: np.ndarray, kind: np.ndarray, column_of: np.ndarray, columns: int, counts: np.ndarray
) -> None:
    for i in range(slot.size):
        counts[slot[i] * columns + column_of[kind[i]]] -= 1


@njit(cache=True, nogil=True)
def _mark(
    first: int,
    end: int,
    days: int,
    slot: np.ndarray,
    kind: np.ndarray,
    marks: Marks,
    active: np.ndarray,
) -> None:
    """Note that the keys of happenings `first` to `end` were active some days ago."""
    if not marks.of.size or days > MOST_DAYS:
        return
    for i in range(first, end):
        for j in range(marks.start[kind[i]], marks.start[kind[i] + 1]):
            active[slot[i], marks.of[j]] |= 1 << days


@njit(cache=True, nogil=True)
def _total(base: int, counts: np.ndarray, sets: Sets, totals: np.ndarray) -> None:
    """float64 `totals` (sets x ages): how often each set happened in the window of each age."""
    ages = counts.shape[0] - 1
    for s in range(sets.start.size - 1):
        so_far = 0
        for a in range(ages):
            for j in range(sets.start[s], sets.start[s + 1]):
                so_far += counts[a, base + sets.column[j]]
            totals[s * ages + a] = so_far


@njit(cache=True, nogil=True)
def _hours(
    base: int, last: np.ndarray, sets: Sets, s: int, days: int, now: int, midnight: int
) -> float:
    """Since the last of a set; NaN if there was none in the window."""
    latest = NEVER
    for j in range(sets.start[s], sets.start[s + 1]):
        latest = max(latest, last[base + sets.column[j]])
    if latest == NEVER or (days != ALWAYS and latest < midnight - days * DAY_MS):
        return np.nan
    return (now - latest) / HOUR_MS


@njit(cache=True, nogil=True)
def _ones(bits: int) -> int:
    ones = 0
    while bits:
        bits &= bits - 1
        ones += 1
    return ones


@njit(cache=True, nogil=True)
def _play(
    slot: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    asked_slot: np.ndarray,
    asked_ts: np.ndarray,
    asked_row: np.ndarray,
    midnight: int,
    column_of: np.ndarray,
    columns: int,
    marks: Marks,
    sets: Sets,
    count: Counts,
    rate: Rates,
    since: Lasts,
    days: Actives,
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    values: np.ndarray,
) -> None:
    """A day's happenings and requests in order of time. `counts` int32 (ages + 1, slots x
    columns); the last row is for what no counter wants."""
    totals = np.zeros((sets.start.size - 1) * (counts.shape[0] - 1), np.float64)
    at = 0
    for q in range(asked_ts.size):
        until = at
        while until < ts.size and ts[until] < asked_ts[q]:
            until += 1
        if until > at:
            _add(at, until, slot, kind, ts, column_of, columns, counts[0], last)
            _mark(at, until, 0, slot, kind, marks, active)
        at = until
        row, base = asked_row[q], asked_slot[q] * columns
        _total(base, counts, sets, totals)
        for f in range(count.place.size):
            values[row, count.place[f]] = totals[count.at[f]]
        for f in range(rate.place.size):
            above = totals[rate.above[f]] + rate.add[f]
            values[row, rate.place[f]] = above / (totals[rate.below[f]] + rate.weight[f])
        for f in range(since.place.size):
            values[row, since.place[f]] = _hours(
                base, last, sets, since.set[f], since.days[f], asked_ts[q], midnight
            )
        for f in range(days.place.size):
            window = (1 << (days.days[f] + 1)) - 1
            values[row, days.place[f]] = _ones(active[asked_slot[q], days.mark[f]] & window)
    _add(at, ts.size, slot, kind, ts, column_of, columns, counts[0], last)
    _mark(at, ts.size, 0, slot, kind, marks, active)


class KeyWalk:
    """The features of one key: told of whole days, days with requests, and midnights in turn."""

    def __init__(
        self,
        asked: Questions,
        key: tuple[str, ...],
        features: Sequence[Statistic],
        log: Log,
        values: np.ndarray,
        places: Sequence[int],
    ) -> None:
        """Features go to `places` of `values` (float32 (rows, columns))."""
        self._asked, self._log = asked, log
        self._values = values
        program = Program.of(features, places, log.codes, every=False)
        self._small = None if program.marked else Small.of(key, log.versions, log.lake)
        if self._small:
            log.will_sum(self._small)
            self._program = Program.of(features, places, log.codes, every=True)
            found = self._small.find(asked.rows)
            # For what is asked, unknown is a slot that nothing ever counts for.
            self._numbers = np.where(found < self._small.size, found, found + 1).astype(np.int32)
            self._slots = self._small.size + 2
        else:
            self._program = program
            self._keys = Asked.of(asked.rows, key)
            self._numbers, self._slots = self._keys.numbers, self._keys.size + 2
        self._of = next((side for side in ("person", "item") if side in key), None)

    @property
    def small(self) -> Small | None:
        """The key, if whole days are summed by it."""
        return self._small

    @property
    def reach(self) -> int:
        """Whole days before a request that are looked at."""
        return self._program.reach

    @property
    def bounds(self) -> list[int]:
        """The ages, in days, that a midnight moves."""
        return [int(age) for age in self._program.bounds if age != ALWAYS]

    @property
    def memory_bytes(self) -> int:
        """Of the counters."""
        p = self._program
        ages = len(p.bounds) + 1
        return self._slots * (p.columns * (4 * ages + 8 * p.timed) + 8 * p.marked)

    def start(self) -> None:
        """Nothing has happened."""
        p = self._program
        cells = self._slots * p.columns
        self._counts = np.zeros((len(p.bounds) + 1, cells), np.int32)
        self._active = np.zeros((self._slots, p.marked), np.int64)
        self._last = np.full(cells if p.timed else 0, NEVER, np.int64)

    def end(self) -> None:
        """Let go of the counters."""
        del self._counts, self._active, self._last

    def whole(self, day: int, days: int) -> None:
        """A day that lies some days before the first that is asked."""
        p = self._program
        if days > p.reach:
            return
        counts = self._counts[np.searchsorted(p.bounds, days)]
        if self._small:
            found = self._log.sum(day, self._small)
            counts[: len(found.counts)] += found.counts
            if p.timed:
                self._last[: len(found.last)] = np.maximum(
                    self._last[: len(found.last)], found.last
                )
            return
        past = self._past(day)
        slot, kind, ts = self._keys.find(past.rows), past.kind, past.rows.ts
        _add(0, len(ts), slot, kind, ts, p.column_of, p.columns, counts, self._last)
        _mark(0, len(ts), days, slot, kind, p.marks, self._active)

    def play(self, day: int) -> None:
        """A day that is asked."""
        p, asked = self._program, self._asked
        at = asked.on(day)
        past = self._past(day)
        _play(
            self._small.find(past.rows) if self._small else self._keys.find(past.rows),
            past.kind,
            past.rows.ts,
            self._numbers[at],
            asked.rows.ts[at],
            asked.row[at],
            self._log.lake.calendar.start_of(day),
            p.column_of,
            p.columns,
            p.marks,
            p.sets,
            p.counts,
            p.rates,
            p.lasts,
            p.actives,
            self._counts,
            self._active,
            self._last,
            self._values,
        )

    def midnight(self, day: int) -> None:
        """The end of a day: what is as old as a bound moves on."""
        p = self._program
        self._active <<= 1
        for age, bound in enumerate(self.bounds):
            then = day - bound
            if then < self._log.start:
                continue
            younger, older = self._counts[age], self._counts[age + 1]
            if self._small:
                moved = self._log.sum(then, self._small).counts
                younger[: len(moved)] -= moved
                older[: len(moved)] += moved
                continue
            past = self._past(then)
            slot, kind, ts = self._keys.find(past.rows), past.kind, past.rows.ts
            _subtract(slot, kind, p.column_of, p.columns, younger)
            _add(0, len(ts), slot, kind, ts, p.column_of, p.columns, older, self._last[:0])

    def _past(self, day: int) -> Happened:
        """A day's happenings that can count for what is asked."""
        happened = self._log.day(day)
        return happened.among(self._of, self._asked.known(self._of)) if self._of else happened
