"""Counts, rates and the time since, of one key, by one walk through time.

A window of w days is the w whole days before the request's day and that day up to the request. So
a key's happenings are kept by kind and by *age*: today, 1 day, 2 to 3 days ... up to the longest
window, one counter each; a window is the sum of the youngest. A happening adds one to one
counter; at midnight the days whose age passes a bound move to the next counter. A request sums
what it needs, in the order of time, so that nothing at or after it is in the counters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numba import njit

from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import MOST_DAYS, ActiveDays
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.walks.keys import numbered
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.walks.happenings import Happenings, Rows
    from twoside.schema.calendar import Calendar

Statistic: TypeAlias = Count | Rate | Since | ActiveDays

_COUNT, _RATE, _SINCE, _ACTIVE = 0, 1, 2, 3
_NEVER = -(2**62)
_ALWAYS = 2**31 - 1
"""A window of all days."""


@dataclass(frozen=True)
class _Program:
    """The features of a key as the arrays that a walk reads."""

    column_of: np.ndarray
    """int32 (kinds,): the counters of each kind of happening, -1 where none reads it"""
    columns: int
    mark_start: np.ndarray
    mark_of: np.ndarray
    """The sets of which a kind of happening makes a day active: those of kind k are
    `mark_of[mark_start[k]:mark_start[k + 1]]`"""
    marks: int
    bounds: np.ndarray
    """int32: the oldest age, in days, of each counter, ascending from 0"""
    reach: int
    """Days before the request's day that are looked at"""
    set_start: np.ndarray
    set_column: np.ndarray
    """The kinds of set s: `set_column[set_start[s]:set_start[s + 1]]`"""
    what: np.ndarray
    some: np.ndarray
    over: np.ndarray
    """int32 (features,): sets"""
    window: np.ndarray
    """int32 (features,): the last counter of its window; of the others the days of it"""
    prior: np.ndarray
    weight: np.ndarray
    timed: bool
    """Whether last times are kept"""

    @staticmethod
    def of(features: Sequence[Statistic], codes: Mapping[str, int]) -> _Program:
        sets: dict[tuple[str, ...], int] = {}
        kinds: dict[str, int] = {}

        def number(events: tuple[str, ...]) -> int:
            for kind in events:
                kinds.setdefault(kind, len(kinds))
            return sets.setdefault(tuple(sorted(set(events))), len(sets))

        counted = {_days(f.days) for f in features if isinstance(f, Count | Rate)}
        active = list(dict.fromkeys(f.events for f in features if isinstance(f, ActiveDays)))
        bounds = np.array(sorted({0} | counted), np.int32)
        rows = []
        for f in features:
            match f:
                case Count():
                    rows.append((_COUNT, number(f.events), 0, _place(bounds, f.days), 0.0, 0.0))
                case Rate():
                    some, over = number(f.events), number(f.over)
                    at = _place(bounds, f.days)
                    rows.append((_RATE, some, over, at, f.prior, f.weight))
                case Since():
                    rows.append((_SINCE, number(f.events), 0, _days(f.days), 0.0, 0.0))
                case ActiveDays():
                    number(f.events)
                    rows.append((_ACTIVE, active.index(f.events), 0, f.days, 0.0, 0.0))
        column_of = np.full(max(codes.values()) + 1, -1, np.int32)
        for kind, column in kinds.items():
            column_of[codes[kind]] = column
        marks = [
            [n for n, events in enumerate(active) if any(codes[kind] == code for kind in events)]
            for code in range(len(column_of))
        ]
        members = [[kinds[kind] for kind in events] for events in sets]
        what, above, below, window, prior, weight = zip(*rows, strict=True)
        return _Program(
            column_of=column_of,
            columns=len(kinds),
            mark_start=np.cumsum([0, *map(len, marks)]).astype(np.int32),
            mark_of=np.array([n for each in marks for n in each], np.int32),
            marks=len(active),
            bounds=bounds,
            reach=max(_days(f.days) for f in features),
            set_start=np.cumsum([0, *map(len, members)]).astype(np.int32),
            set_column=np.array([c for each in members for c in each], np.int32),
            what=np.array(what, np.int32),
            some=np.array(above, np.int32),
            over=np.array(below, np.int32),
            window=np.array(window, np.int32),
            prior=np.array(prior, np.float64),
            weight=np.array(weight, np.float64),
            timed=_SINCE in what,
        )


def _days(days: int | None) -> int:
    return _ALWAYS if days is None else days


def _place(bounds: np.ndarray, days: int | None) -> int:
    return int(np.searchsorted(bounds, _days(days)))


@njit(cache=True, nogil=True)
def _add(
    first: int,
    end: int,
    age: int,
    days: int,
    slot: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    column_of: np.ndarray,
    mark_start: np.ndarray,
    mark_of: np.ndarray,
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    timed: bool,
) -> None:
    """Count happenings `first` to `end`, some days ago, in the counter `age` (-1: in none)."""
    for i in range(first, end):
        s = slot[i]
        if s < 0:
            continue
        c = column_of[kind[i]]
        if c < 0:
            continue
        if age >= 0:
            counts[s, c, age] += 1
        if timed:
            last[s, c] = ts[i]
        if days <= MOST_DAYS:
            for j in range(mark_start[kind[i]], mark_start[kind[i] + 1]):
                active[s, mark_of[j]] |= 1 << days


@njit(cache=True, nogil=True)
def _move(
    first: int,
    end: int,
    age: int,
    slot: np.ndarray,
    kind: np.ndarray,
    column_of: np.ndarray,
    counts: np.ndarray,
) -> None:
    """Take happenings out of the counter `age` and into the next, if there is one."""
    older = age + 1 < counts.shape[2]
    for i in range(first, end):
        s = slot[i]
        if s < 0:
            continue
        c = column_of[kind[i]]
        if c < 0:
            continue
        counts[s, c, age] -= 1
        if older:
            counts[s, c, age + 1] += 1


@njit(cache=True, nogil=True)
def _answer(
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    ts: int,
    midnight: int,
    set_start: np.ndarray,
    set_column: np.ndarray,
    what: np.ndarray,
    some: np.ndarray,
    over: np.ndarray,
    window: np.ndarray,
    prior: np.ndarray,
    weight: np.ndarray,
    totals: np.ndarray,
    into: np.ndarray,
    places: np.ndarray,
) -> None:
    """The features of one request out of its key's counters (columns, ages) and last times."""
    for s in range(totals.shape[0]):
        sum_so_far = 0
        for a in range(totals.shape[1]):
            for j in range(set_start[s], set_start[s + 1]):
                sum_so_far += counts[set_column[j], a]
            totals[s, a] = sum_so_far
    for f in range(what.size):
        if what[f] == 0:
            into[places[f]] = totals[some[f], window[f]]
        elif what[f] == 1:
            above = totals[some[f], window[f]] + weight[f] * prior[f]
            into[places[f]] = above / (totals[over[f], window[f]] + weight[f])
        elif what[f] == 3:
            days = active[some[f]] & ((1 << (window[f] + 1)) - 1)
            ones = 0
            while days:
                days &= days - 1
                ones += 1
            into[places[f]] = ones
        else:
            latest = _NEVER
            for j in range(set_start[some[f]], set_start[some[f] + 1]):
                latest = max(latest, last[set_column[j]])
            known = latest != _NEVER
            if known and window[f] != _ALWAYS:
                known = latest >= midnight - window[f] * DAY_MS
            into[places[f]] = (ts - latest) / HOUR_MS if known else np.nan


@njit(cache=True, nogil=True)
def _walk(
    begin: np.ndarray,
    first_day: int,
    first_asked: int,
    slot: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    asked_begin: np.ndarray,
    asked_slot: np.ndarray,
    asked_ts: np.ndarray,
    asked_row: np.ndarray,
    offset_ms: int,
    column_of: np.ndarray,
    mark_start: np.ndarray,
    mark_of: np.ndarray,
    bounds: np.ndarray,
    reach: int,
    set_start: np.ndarray,
    set_column: np.ndarray,
    what: np.ndarray,
    some: np.ndarray,
    over: np.ndarray,
    window: np.ndarray,
    prior: np.ndarray,
    weight: np.ndarray,
    timed: bool,
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    unknown_counts: np.ndarray,
    unknown_active: np.ndarray,
    unknown_last: np.ndarray,
    values: np.ndarray,
    places: np.ndarray,
) -> None:
    totals = np.zeros((set_start.size - 1, bounds.size), np.int64)
    for day in range(max(first_day, first_asked - reach), first_asked):
        age, d = 0, day - first_day
        while age < bounds.size and bounds[age] < first_asked - day:
            age += 1
        age = age if age < bounds.size else -1
        _add(
            begin[d],
            begin[d + 1],
            age,
            first_asked - day,
            slot,
            kind,
            ts,
            column_of,
            mark_start,
            mark_of,
            counts,
            active,
            last,
            timed,
        )
    for n in range(asked_begin.size - 1):
        day = first_asked + n
        midnight = day * DAY_MS - offset_ms
        at, end = begin[day - first_day], begin[day - first_day + 1]
        for q in range(asked_begin[n], asked_begin[n + 1]):
            until = at
            while until < end and ts[until] < asked_ts[q]:
                until += 1
            _add(
                at,
                until,
                0,
                0,
                slot,
                kind,
                ts,
                column_of,
                mark_start,
                mark_of,
                counts,
                active,
                last,
                timed,
            )
            at = until
            s = asked_slot[q]
            _answer(
                counts[s] if s >= 0 else unknown_counts,
                active[s] if s >= 0 else unknown_active,
                last[s] if s >= 0 else unknown_last,
                asked_ts[q],
                midnight,
                set_start,
                set_column,
                what,
                some,
                over,
                window,
                prior,
                weight,
                totals,
                values[asked_row[q]],
                places,
            )
        if n + 2 == asked_begin.size:
            return
        _add(
            at,
            end,
            0,
            0,
            slot,
            kind,
            ts,
            column_of,
            mark_start,
            mark_of,
            counts,
            active,
            last,
            timed,
        )
        active <<= 1
        for a in range(bounds.size):
            leaving = day - bounds[a] - first_day
            if bounds[a] != _ALWAYS and leaving >= 0:
                _move(begin[leaving], begin[leaving + 1], a, slot, kind, column_of, counts)


def windows(
    asked: Rows,
    row: np.ndarray,
    past: Happenings,
    key: tuple[str, ...],
    features: Sequence[Statistic],
    codes: Mapping[str, int],
    calendar: Calendar,
    values: np.ndarray,
    places: Sequence[int],
) -> None:
    """Write the features of a key into `values` (float32 (rows, columns)): of the i-th asked, in
    order of time, into row `row[i]` at `places`."""
    program = _Program.of(features, codes)
    asked_slot, slot, size = numbered(asked, past.rows, key)
    ages = (program.columns, len(program.bounds))
    last_shape = (size, program.columns) if program.timed else (size, 1)
    first = calendar.day_of(int(asked.ts[0]))
    last = calendar.day_of(int(asked.ts[-1]))
    midnights = [calendar.start_of(day) for day in range(first, last + 2)]
    first_day, begin = past.days(first, last)
    _walk(
        begin,
        first_day,
        first,
        slot,
        past.kind,
        past.rows.ts,
        np.searchsorted(asked.ts, midnights),
        asked_slot,
        asked.ts,
        row,
        calendar.offset_ms,
        program.column_of,
        program.mark_start,
        program.mark_of,
        program.bounds,
        program.reach,
        program.set_start,
        program.set_column,
        program.what,
        program.some,
        program.over,
        program.window,
        program.prior,
        program.weight,
        program.timed,
        np.zeros((size, *ages), np.int32),
        np.zeros((size, program.marks), np.int64),
        np.full(last_shape, _NEVER, np.int64),
        np.zeros(ages, np.int32),
        np.zeros(program.marks, np.int64),
        np.full(last_shape[1], _NEVER, np.int64),
        values,
        np.array(places, np.int64),
    )
