"""The statistics of a key as the arrays that a walk reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

import numpy as np

from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.statistic import Count, Rate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Statistic: TypeAlias = Count | Rate | Since | ActiveDays

ALWAYS = 2**31 - 1
"""A window of all days."""


class Sets(NamedTuple):
    """Of set s of kinds, the columns are `column[start[s]:start[s + 1]]`."""

    start: np.ndarray
    column: np.ndarray


class Marks(NamedTuple):
    """The sets of which a kind of happening makes a day active: those of kind k are
    `of[start[k]:start[k + 1]]`."""

    start: np.ndarray
    of: np.ndarray


class Counts(NamedTuple):
    """int64 (n,) each: the place of a feature, and where its count stands among the totals, which
    are by (set, age)."""

    place: np.ndarray
    at: np.ndarray


class Rates(NamedTuple):
    """(n,) each: (totals[above] + add) / (totals[below] + weight)."""

    place: np.ndarray
    above: np.ndarray
    below: np.ndarray
    add: np.ndarray
    weight: np.ndarray


class Lasts(NamedTuple):
    """int64 (n,) each: the time since the last of a set in a window of days."""

    place: np.ndarray
    set: np.ndarray
    days: np.ndarray


class Actives(NamedTuple):
    """int64 (n,) each: on how many days of a window a mark was set."""

    place: np.ndarray
    mark: np.ndarray
    days: np.ndarray


@dataclass(frozen=True)
class Program:
    """Counters are by (slot, column): a column a kind of happening that is read, and one for
    others."""

    column_of: np.ndarray
    """int64 (kinds,): the column of each kind"""
    columns: int
    bounds: np.ndarray
    """int32: the oldest age, in days, of each counter, ascending from 0"""
    reach: int
    """Days before the request's day that are looked at"""
    sets: Sets
    marks: Marks
    marked: int
    """How many sets are marked"""
    counts: Counts
    rates: Rates
    lasts: Lasts
    actives: Actives

    @property
    def timed(self) -> bool:
        """Whether last times are kept."""
        return bool(len(self.lasts.place))

    @staticmethod
    def of(
        features: Sequence[Statistic],
        places: Sequence[int],
        codes: Mapping[str, int],
        *,
        every: bool,
    ) -> Program:
        """Of the features of a key and their places; with `every`, each kind's column is its
        code."""
        sets: dict[tuple[str, ...], int] = {}
        kinds = dict(codes) if every else {}

        def number(events: tuple[str, ...]) -> int:
            for kind in events:
                kinds.setdefault(kind, len(kinds))
            return sets.setdefault(tuple(sorted(set(events))), len(sets))

        counted = {_days(f.days) for f in features if isinstance(f, Count | Rate)}
        bounds = np.array(sorted({0} | counted), np.int32)

        def total(events: tuple[str, ...], days: int | None) -> int:
            return number(events) * len(bounds) + int(np.searchsorted(bounds, _days(days)))

        active = list(dict.fromkeys(f.events for f in features if isinstance(f, ActiveDays)))
        counts, rates, lasts, actives = [], [], [], []
        for f, place in zip(features, places, strict=True):
            match f:
                case Count():
                    counts.append((place, total(f.events, f.days)))
                case Rate():
                    above, below = total(f.events, f.days), total(f.over, f.days)
                    rates.append((place, above, below, f.weight * f.prior, f.weight))
                case Since():
                    lasts.append((place, number(f.events), _days(f.days)))
                case ActiveDays():
                    number(f.events)
                    actives.append((place, active.index(f.events), f.days))
        column_of = np.full(max(codes.values()) + 1, len(kinds), np.int64)
        for kind, column in kinds.items():
            column_of[codes[kind]] = column
        marks = [
            [n for n, events in enumerate(active) if any(codes[kind] == code for kind in events)]
            for code in range(len(column_of))
        ]
        return Program(
            column_of=column_of,
            columns=len(kinds) + (not every),
            bounds=bounds,
            reach=max(_days(f.days) for f in features),
            sets=Sets(*_flat([[kinds[kind] for kind in events] for events in sets])),
            marks=Marks(*_flat(marks)),
            marked=len(active),
            counts=Counts(*_columns(counts, "ii")),
            rates=Rates(*_columns(rates, "iiiff")),
            lasts=Lasts(*_columns(lasts, "iii")),
            actives=Actives(*_columns(actives, "iii")),
        )


def _days(days: int | None) -> int:
    return ALWAYS if days is None else days


def _flat(lists: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    start = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return start, np.array([n for each in lists for n in each], np.int64)


def _columns(rows: Sequence[tuple[float, ...]], types: str) -> list[np.ndarray]:
    kinds = {"i": np.int64, "f": np.float64}
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return [np.array(c, kinds[t]) for c, t in zip(columns, types, strict=True)]
