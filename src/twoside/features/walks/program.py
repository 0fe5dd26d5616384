"""The statistics of a key as the arrays that a walk reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.statistic import Count, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Statistic: TypeAlias = Count | Rate | Since | ActiveDays

COUNT, RATE, SINCE, ACTIVE = 0, 1, 2, 3
ALWAYS = 2**31 - 1
"""A window of all days."""


@dataclass(frozen=True)
class Program:
    """Counters are by (slot, column): a column a kind of happening that is read, and one for others."""

    column_of: np.ndarray
    """int64 (kinds,): the column of each kind"""
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
    def of(features: Sequence[Statistic], codes: Mapping[str, int], *, every: bool) -> Program:
        """Of the features of a key; with `every`, each kind's column is its code."""
        sets: dict[tuple[str, ...], int] = {}
        kinds = dict(codes) if every else {}

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
                    rows.append((COUNT, number(f.events), 0, _place(bounds, f.days), 0.0, 0.0))
                case Rate():
                    some, over = number(f.events), number(f.over)
                    at = _place(bounds, f.days)
                    rows.append((RATE, some, over, at, f.prior, f.weight))
                case Since():
                    rows.append((SINCE, number(f.events), 0, _days(f.days), 0.0, 0.0))
                case ActiveDays():
                    number(f.events)
                    rows.append((ACTIVE, active.index(f.events), 0, f.days, 0.0, 0.0))
        column_of = np.full(max(codes.values()) + 1, len(kinds), np.int64)
        for kind, column in kinds.items():
            column_of[codes[kind]] = column
        marks = [
            [n for n, events in enumerate(active) if any(codes[kind] == code for kind in events)]
            for code in range(len(column_of))
        ]
        members = [[kinds[kind] for kind in events] for events in sets]
        what, above, below, window, prior, weight = zip(*rows, strict=True)
        return Program(
            column_of=column_of,
            columns=len(kinds) + (not every),
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
            timed=SINCE in what,
        )


def _days(days: int | None) -> int:
    return ALWAYS if days is None else days


def _place(bounds: np.ndarray, days: int | None) -> int:
    return int(np.searchsorted(bounds, _days(days)))
