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
_ALWAYS = 2**31 - 1
"""A window of all days."""


@dataclass(frozen=True)
class _Program:
    """The features of a key as the arrays that a walk reads."""

    column_of: np.ndarray
    """int64 (kinds,): the counters of each kind of happening; `columns` where none reads it"""
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
        column_of = np.full(max(codes.values()) + 1, len(kinds), np.int64)
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
    slot: np.ndarray,
    kind: np.ndarray,
    column_of: np.ndarray,
    columns: int,
    counts: np.ndarray,
    last: np.ndarray,
) -> None:
    """Count happenings `first` to `end` in the counters (slots x columns) of an age, and keep the
    last of each if `last` has any. What nobody asks about goes to a slot or column of its own:
    cheaper than to ask."""
    if not last.size:
        for i in range(first, end):
            counts[slot[i] * columns + column_of[kind[i]]] += 1
        return
    for i in range(first, end):
        at = slot[i] * columns + column_of[kind[i]]
        counts[at] += 1
        last[at] = i


@njit(cache=True, nogil=True)
def _subtract(
    first: int,
    end: int,
    slot: np.ndarray,
    kind: np.ndarray,
    column_of: np.ndarray,
    columns: int,
    counts: np.ndarray,
) -> None:
    for i in range(first, end):
        counts[slot[i] * columns + column_of[kind[i]]] -= 1


@njit(cache=True, nogil=True)
def _mark(
    first: int,
    end: int,
    days: int,
    slot: np.ndarray,
    kind: np.ndarray,
    mark_start: np.ndarray,
    mark_of: np.ndarray,
    active: np.ndarray,
) -> None:
    """Note that the keys of happenings `first` to `end` were active some days ago."""
    if not mark_of.size or days > MOST_DAYS:
        return
    for i in range(first, end):
        for j in range(mark_start[kind[i]], mark_start[kind[i] + 1]):
            active[slot[i], mark_of[j]] |= 1 << days


@njit(cache=True, nogil=True)
def _answer(
    s: int,
    columns: int,
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    ts: np.ndarray,
    now: int,
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
    """The features of one request out of the counters of slot `s`."""
    base = s * columns
    for n in range(totals.shape[0]):
        so_far = 0
        for a in range(totals.shape[1]):
            for j in range(set_start[n], set_start[n + 1]):
                so_far += counts[a, base + set_column[j]]
            totals[n, a] = so_far
    for f in range(what.size):
        if what[f] == _COUNT:
            into[places[f]] = totals[some[f], window[f]]
        elif what[f] == _RATE:
            above = totals[some[f], window[f]] + weight[f] * prior[f]
            into[places[f]] = above / (totals[over[f], window[f]] + weight[f])
        elif what[f] == _ACTIVE:
            days = active[s, some[f]] & ((1 << (window[f] + 1)) - 1)
            ones = 0
            while days:
                days &= days - 1
                ones += 1
            into[places[f]] = ones
        else:
            latest = -1
            for j in range(set_start[some[f]], set_start[some[f] + 1]):
                latest = max(latest, last[base + set_column[j]])
            known = latest >= 0
            if known and window[f] != _ALWAYS:
                known = ts[latest] >= midnight - window[f] * DAY_MS
            into[places[f]] = (now - ts[latest]) / HOUR_MS if known else np.nan


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
    columns: int,
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
    counts: np.ndarray,
    active: np.ndarray,
    last: np.ndarray,
    values: np.ndarray,
    places: np.ndarray,
) -> None:
    """`counts` int32 (ages + 1, slots * columns); the last row is for what no counter wants."""
    totals = np.zeros((set_start.size - 1, bounds.size), np.int64)
    for day in range(max(first_day, first_asked - reach), first_asked):
        age, d = 0, day - first_day
        while age < bounds.size and bounds[age] < first_asked - day:
            age += 1
        _add(begin[d], begin[d + 1], slot, kind, column_of, columns, counts[age], last)
        days = first_asked - day
        _mark(begin[d], begin[d + 1], days, slot, kind, mark_start, mark_of, active)
    for n in range(asked_begin.size - 1):
        day = first_asked + n
        midnight = day * DAY_MS - offset_ms
        at, end = begin[day - first_day], begin[day - first_day + 1]
        for q in range(asked_begin[n], asked_begin[n + 1]):
            until = at
            while until < end and ts[until] < asked_ts[q]:
                until += 1
            if until > at:
                _add(at, until, slot, kind, column_of, columns, counts[0], last)
                _mark(at, until, 0, slot, kind, mark_start, mark_of, active)
            at = until
            _answer(
                asked_slot[q],
                columns,
                counts,
                active,
                last,
                ts,
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
        _add(at, end, slot, kind, column_of, columns, counts[0], last)
        _mark(at, end, 0, slot, kind, mark_start, mark_of, active)
        active <<= 1
        for a in range(bounds.size):
            d = day - bounds[a] - first_day
            if bounds[a] != _ALWAYS and d >= 0:
                older = counts[a + 1]
                _subtract(begin[d], begin[d + 1], slot, kind, column_of, columns, counts[a])
                _add(begin[d], begin[d + 1], slot, kind, column_of, columns, older, last[:0])


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
    keys = numbered(asked, past.rows, key)
    slots = keys.size + 2
    cells = slots * (program.columns + 1)
    first = calendar.day_of(int(asked.ts[0]))
    last = calendar.day_of(int(asked.ts[-1]))
    midnights = [calendar.start_of(day) for day in range(first, last + 2)]
    first_day, begin = past.days(first, last)
    _walk(
        begin,
        first_day,
        first,
        keys.past,
        past.kind,
        past.rows.ts,
        np.searchsorted(asked.ts, midnights),
        keys.asked,
        asked.ts,
        row,
        calendar.offset_ms,
        program.column_of,
        program.columns + 1,
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
        np.zeros((len(program.bounds) + 1, cells), np.int32),
        np.zeros((slots, program.marks), np.int64),
        np.full(cells if program.timed else 0, -1, np.int32),
        values,
        np.array(places, np.int64),
    )
