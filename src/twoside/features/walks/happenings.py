"""The log of a scene in order of time, as arrays.

The order is (ts, later, id): at the same moment exposures come before events. The columns of the
two parties are not copied to every happening: it has the number of the version that held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numba import njit

from twoside.features.graph.happened import EXPOSE
from twoside.features.slots import Slots
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.graph.needs import Needs
    from twoside.features.graph.party import Party
    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake

_SIDES = ("person", "item")


@njit(cache=True, nogil=True)
def _held(start: np.ndarray, since: np.ndarray, rows: np.ndarray, ts: np.ndarray) -> np.ndarray:
    """int32 (n,): the last version of each row that began at or before `ts`, else -1."""
    found = np.full(rows.size, -1, np.int32)
    for i in range(rows.size):
        row = rows[i]
        if row < 0 or row >= start.size - 1:
            continue
        at = start[row + 1] - 1
        while at >= start[row] and since[at] > ts[i]:
            at -= 1
        if at >= start[row]:
            found[i] = at
    return found


@dataclass(frozen=True)
class Versions:
    """The versions of one side, by (row, time), and what each of them says."""

    start: np.ndarray
    """int64 (rows + 1,): the versions of row r are `start[r]:start[r + 1]`"""
    since: np.ndarray
    """int64 (versions,) ms"""
    columns: Mapping[str, np.ndarray]
    """(versions + 1,) each; the last stands for "not known yet" """

    @staticmethod
    def of(party: Party) -> Versions:
        """Out of the versions of a party: numbers and categories."""
        row = party.versions["row"].to_numpy()
        since = party.versions["valid_from_ms"].to_numpy()
        order = np.lexsort((since, row))
        start = np.zeros(int(row.max(initial=-1)) + 2, np.int64)
        np.cumsum(np.bincount(row, minlength=len(start) - 1), out=start[1:])
        columns = {}
        for name, kind in party.types.items():
            if kind not in ("number", "category"):
                continue
            unknown = np.nan if kind == "number" else -1
            values = np.append(party.versions[name].to_numpy()[order], unknown)
            columns[name] = values if kind == "number" else _small(values)
        return Versions(start, since[order], columns)

    def held(self, rows: np.ndarray, ts: np.ndarray) -> np.ndarray:
        """int32 (n,): the version of each row at each moment, -1 before its first."""
        found: np.ndarray = _held(self.start, self.since, rows, ts)
        return found


def _small(codes: np.ndarray) -> np.ndarray:
    """The codes in the smallest integers that hold them: every happening gets a copy."""
    most = int(codes.max(initial=0))
    kind = next(t for t in (np.int8, np.int16, np.int32) if most <= np.iinfo(t).max)
    return codes.astype(kind)


@dataclass(frozen=True)
class Rows:
    """Moments of pairs, in order of time: what happened, or what is asked."""

    ts: np.ndarray
    """int64 (n,) ms"""
    sides: Mapping[str, np.ndarray]
    """"person" and "item": int32 (n,) rows, -1 unknown"""
    held: Mapping[str, np.ndarray]
    """"person" and "item": int32 (n,) versions"""
    versions: Mapping[str, Versions]
    context: Mapping[str, np.ndarray]
    """Context column -> int32 (n,), -1 unknown"""
    _read: dict[str, np.ndarray] = field(default_factory=dict, init=False)

    def __len__(self) -> int:
        return len(self.ts)

    def part(self, part: str) -> np.ndarray:
        """(n,) codes of a part of a key, or the numbers of a column, such as "item.title": what
        its side said then; -1 or NaN where it is not known. Kept, many keys share a part."""
        side, _, column = part.partition(".")
        if side == "context":
            return self.context[column]
        if not column:
            return self.sides[side]
        if part not in self._read:
            self._read[part] = self.versions[side].columns[column][self.held[side]]
        return self._read[part]


@dataclass(frozen=True)
class Happenings:
    """What happened, from a first day on."""

    rows: Rows
    kind: np.ndarray
    """int8 (n,), see `graph.happened.codes`"""
    first_day: int
    begin: np.ndarray
    """int64 (days + 1,): where each day begins"""

    def days(self, first_day: int, last_day: int) -> tuple[int, np.ndarray]:
        """A first day at or before `first_day`, and int64 where each day from it to `last_day`
        begins, with the end of the last."""
        first = min(self.first_day, first_day)
        before = np.zeros(self.first_day - first, np.int64)
        begin = np.concatenate([before, self.begin])
        missing = last_day - first + 2 - len(begin)
        return first, np.append(begin, np.full(max(0, missing), begin[-1]))


def happenings(
    lake: Lake,
    scene: Scene,
    needs: Needs,
    codes: Mapping[str, int],
    versions: Mapping[str, Versions],
    first_day: int,
    last_day: int,
    cutoff_ms: int,
) -> Happenings:
    """All that any feature reads of requests on `first_day` to `last_day`."""
    context = sorted(needs.context)
    parts = []
    if EXPOSE in needs.days:
        first = _first(needs, [EXPOSE], first_day)
        columns = ["exposure_id", "ts_ms", "person", "item"]
        shown = _read(lake, "exposures", scene, first, last_day, columns, context, codes)
        shown["kind"] = np.zeros(len(shown["ts_ms"]), np.int8)
        parts.append(_by("exposure_id", shown))
    if needs.events:
        first = _first(needs, needs.events, first_day)
        columns = ["ts_ms", "event_id", "exposure_id", "person", "item"]
        acted = _read(lake, "events", scene, first, last_day, [*columns, "kind"], [], codes)
        acted |= _answered(lake, scene, context, last_day, acted.pop("exposure_id"))
        parts.append(_by("event_id", acted))
    return _in_order(lake, parts, versions, last_day, cutoff_ms)


def _first(needs: Needs, kinds: Sequence[str], first_day: int) -> int:
    reach = needs.reach(kinds)
    return ALWAYS if reach is None else first_day - reach


def _read(
    lake: Lake,
    table: str,
    scene: Scene,
    first_day: int,
    last_day: int,
    columns: list[str],
    context: list[str],
    codes: Mapping[str, int],
) -> dict[str, np.ndarray]:
    """Columns of some days as arrays; a context column that no day has is -1."""
    there = set(lake.columns(table, first_day, last_day))
    known = [name for name in context if name in there]
    rows = lake.read(table, first_day, last_day, [*columns, *known], scene.name)
    found = {name: rows[name].to_numpy() for name in [*columns, *known] if name != "kind"}
    if "kind" in columns:
        found["kind"] = _coded(rows["kind"].combine_chunks().dictionary_encode(), codes)
    missing = np.full(rows.num_rows, -1, np.int32)
    return found | {name: missing for name in context if name not in there}


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


def _answered(
    lake: Lake, scene: Scene, context: list[str], last_day: int, exposure: np.ndarray
) -> dict[str, np.ndarray]:
    """The context of the exposures (by id) that events answer, -1 where that is not known."""
    if not context:
        return {}
    shown = _read(lake, "exposures", scene, ALWAYS, last_day, ["exposure_id"], context, {})
    slots = Slots.of(shown["exposure_id"])
    at = slots.find(exposure)
    return {name: np.append(shown[name].astype(np.int32), np.int32(-1))[at] for name in context}


def _in_order(
    lake: Lake,
    parts: list[dict[str, np.ndarray]],
    versions: Mapping[str, Versions],
    last_day: int,
    cutoff_ms: int,
) -> Happenings:
    both = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    kept = (both["kind"] >= 0) & (both["ts_ms"] < cutoff_ms)
    order = np.flatnonzero(kept)
    order = order[np.argsort(both["ts_ms"][order], kind="stable")]
    ts, kind = both.pop("ts_ms")[order], both.pop("kind")[order]
    sides = {side: both.pop(side)[order].astype(np.int32, copy=False) for side in _SIDES}
    context = {name: values[order].astype(np.int32) for name, values in both.items()}
    held = {side: versions[side].held(sides[side], ts) for side in _SIDES}
    rows = Rows(ts, sides, held, versions, context)
    if not len(ts):
        return Happenings(rows, kind, last_day, np.zeros(1, np.int64))
    first, last = lake.calendar.day_of(ts[0]), lake.calendar.day_of(ts[-1])
    starts = [lake.calendar.start_of(day) for day in range(first, last + 2)]
    return Happenings(rows, kind, first, np.searchsorted(ts, starts))
