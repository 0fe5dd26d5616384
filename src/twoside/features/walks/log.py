"""What happened on a day, in order of time, as arrays; read a day at a time.

The order is (ts, later, id): at the same moment exposures come before events.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.features.graph.happened import EXPOSE
from twoside.features.slots import Slots
from twoside.features.walks.rows import Rows
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from twoside.features.walks.carried import Carried
    from twoside.features.walks.keys import Small, Sum
    from twoside.features.walks.rows import Versions
    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake

_MOST = 0.7
"""A choice that would keep more of a day than this share is not worth its copy."""


@dataclass(frozen=True)
class Happened:
    """The happenings of a day, or some of them."""

    rows: Rows
    kind: np.ndarray
    """int8 (n,), see `graph.happened.codes`"""
    _among: dict[str, Happened] = field(default_factory=dict, init=False)

    def among(self, side: str, asked: np.ndarray) -> Happened:
        """The happenings of those rows of a side that `asked`, bool (rows,), marks; all of them
        where that is nearly the same. Kept: the same `asked` is expected for a side."""
        if side not in self._among:
            rows = self.rows.sides[side]
            marked = np.append(asked, False)
            kept = np.flatnonzero(marked[np.minimum(rows, len(asked))])
            whole = len(kept) > _MOST * len(rows)
            self._among[side] = self if whole else self.take(kept)
        return self._among[side]

    def take(self, kept: np.ndarray) -> Happened:
        """Some of them, by their numbers in rising order."""
        return Happened(self.rows.take(kept), self.kind[kept])


class Log:
    """The log of a scene, a day at a time. What was read is kept until it is forgotten."""

    def __init__(
        self,
        lake: Lake,
        scene: Scene,
        kinds: Collection[str],
        codes: Mapping[str, int],
        context: Sequence[str],
        versions: Mapping[str, Versions],
        cutoff_ms: int,
        carried: Carried | None = None,
    ) -> None:
        """Of some `kinds` of happenings, with some `context` columns. `carried` days must be up
        to date; without them everything is read from the tables of the lake."""
        self.lake, self.scene, self.kinds, self.codes = lake, scene, kinds, codes
        self.context, self.versions, self.cutoff_ms = context, versions, cutoff_ms
        self.start = ALWAYS
        """The day that the walk begins with"""
        self._carried = carried
        self._days: dict[int, Happened] = {}
        self._sums: dict[int, dict[Small, Sum]] = {}
        self._small: list[Small] = []

    def begin(self, asked: int, reach: int) -> int:
        """The first day to walk, for requests from day `asked` on that look `reach` days back."""
        self.start = first_day(self.lake, asked, reach)
        return self.start

    def will_sum(self, key: Small) -> None:
        """Days will be summed by this key."""
        self._small.append(key)

    def day(self, day: int) -> Happened:
        """What happened on a day."""
        if day not in self._days:
            carried = self._carried
            self._days[day] = carried.happened(day, self) if carried else self.read(day)
        return self._days[day]

    def sum(self, day: int, key: Small) -> Sum:
        """What happened on a day to each value of a key, one of those that `will_sum` told."""
        if day not in self._sums:
            carried = self._carried
            self._sums[day] = carried.sums(day, self._small) if carried else {}
        known = self._sums[day]
        if key not in known:
            happened = self.day(day)
            known[key] = key.sum(happened.rows, happened.kind, len(self.codes))
        return known[key]

    def forget(self, before: int) -> None:
        """Let go of the days before one."""
        self._days = {day: kept for day, kept in self._days.items() if day >= before}
        self._sums = {day: kept for day, kept in self._sums.items() if day >= before}

    def read(self, day: int) -> Happened:
        """What happened on a day, out of the tables of the lake."""
        parts = []
        if EXPOSE in self.kinds:
            columns = ["exposure_id", "ts_ms", "person", "item"]
            shown = self._read(("exposures", day, day), columns, self.context)
            shown["kind"] = np.full(len(shown["ts_ms"]), self.codes[EXPOSE], np.int8)
            parts.append(_by("exposure_id", shown))
        if set(self.kinds) - {EXPOSE}:
            columns = ["ts_ms", "event_id", "exposure_id", "person", "item", "kind"]
            acted = self._read(("events", day, day), columns, [])
            answered = acted.pop("exposure_id")
            if self.context:
                acted |= self._answers.context(answered)
            parts.append(_by("event_id", acted))
        return self._in_order(parts)

    @cached_property
    def _answers(self) -> _Answers:
        last = self.lake.calendar.day_of(self.cutoff_ms)
        shown = self._read(("exposures", ALWAYS, last), ["exposure_id"], self.context)
        return _Answers(Slots.of(shown.pop("exposure_id")), shown)

    def _read(
        self, days: tuple[str, int, int], columns: list[str], context: Sequence[str]
    ) -> dict[str, np.ndarray]:
        """Columns of (table, first day, last day) as arrays; a context column that no day has is
        -1."""
        there = set(self.lake.columns(*days)) if context else set()
        known = [name for name in context if name in there]
        rows = self.lake.read(*days, [*columns, *known], self.scene.name)
        found = {name: rows[name].to_numpy() for name in [*columns, *known] if name != "kind"}
        if "kind" in columns:
            kinds = rows["kind"].combine_chunks().dictionary_encode()
            wanted = {kind: self.codes[kind] for kind in self.kinds}
            found["kind"] = _coded(kinds, wanted)
        missing = np.full(rows.num_rows, -1, np.int32)
        return found | {name: missing for name in context if name not in there}

    def _in_order(self, parts: list[dict[str, np.ndarray]]) -> Happened:
        both = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        kept = (both["kind"] >= 0) & (both["ts_ms"] < self.cutoff_ms)
        order = np.flatnonzero(kept)
        order = order[np.argsort(both["ts_ms"][order], kind="stable")]
        ts, kind = both.pop("ts_ms")[order], both.pop("kind")[order]
        sides = {
            side: both.pop(side)[order].astype(np.int32, copy=False) for side in ("person", "item")
        }
        context = {name: values[order].astype(np.int32) for name, values in both.items()}
        return Happened(Rows(ts, sides, context, self.versions), kind)


def first_day(lake: Lake, asked: int, reach: int) -> int:
    """The first day that requests from day `asked` on look at, `reach` days back."""
    days = [day for table in ("exposures", "events") for day in lake.days(table)[:1]]
    return max(min(days, default=asked), asked - reach)


class _Answers:
    """The context of all exposures, by id: what events answer."""

    def __init__(self, slots: Slots, columns: Mapping[str, np.ndarray]) -> None:
        self._slots = slots
        self._columns = {
            name: np.append(codes.astype(np.int32), np.int32(-1)) for name, codes in columns.items()
        }

    def context(self, exposure: np.ndarray) -> dict[str, np.ndarray]:
        """Of the exposures that events answer; -1 where that is not known."""
        at = self._slots.find(exposure)
        return {name: codes[at] for name, codes in self._columns.items()}


def _by(name: str, part: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The rows in order of a column, without that column."""
    number = part.pop(name)
    if (number[1:] > number[:-1]).all():
        return part
    order = np.argsort(number, kind="stable")
    return {name: values[order] for name, values in part.items()}


def _coded(kinds: pa.DictionaryArray, codes: Mapping[str, int]) -> np.ndarray:
    """int8 (n,) codes of kinds; -1 of those that no feature reads."""
    of = [codes.get(kind, -1) for kind in kinds.dictionary.to_pylist()]
    found: np.ndarray = np.array([*of, -1], np.int8)[kinds.indices.to_numpy()]
    return found
