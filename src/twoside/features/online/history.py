"""A lake's past taken in at the start, with every entity as it was when things happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from twoside.schema.progress import Tick, quiet
from twoside.store.versions import unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twoside.features.online.states import OnlineStates
    from twoside.schema.entities import Entity
    from twoside.store.lake import Lake


def remember(states: OnlineStates, lake: Lake, before_ms: int, tick: Tick = quiet) -> None:
    """Take in everything of the states' scene that lies in the lake strictly before a moment.

    An event counts under the groups that its parties had then, as in the offline engine, although
    the states' own tables are those of now.
    """
    scene = states.scene
    people, items = (
        Timeline(lake, states.domain.entity(kind), states.past.columns_at_events(side), before_ms)
        for side, kind in (("person", scene.person), ("item", scene.item))
    )
    last = lake.calendar.day_of(before_ms - 1)
    days = [d for d in sorted({*lake.days("exposures"), *lake.days("events")}) if d <= last]
    for n, day in enumerate(days):
        exposures, events = (
            _before(lake.read(table, day, day, scene=scene.name), before_ms)
            for table in ("exposures", "events")
        )
        states.apply(states.happenings(exposures, events), people, items)
        tick((n + 1) / len(days))


def _before(rows: pa.Table, before_ms: int) -> pa.Table:
    return rows.filter(pc.less(rows["ts_ms"], before_ms))


@njit(cache=True, nogil=True)
def _at(rows: np.ndarray, ts_ms: np.ndarray, start: np.ndarray, since: np.ndarray) -> np.ndarray:
    found = np.full(rows.size, -1, np.int32)
    for i in range(rows.size):
        if not 0 <= rows[i] < start.size - 1:
            continue
        for version in range(start[rows[i] + 1] - 1, start[rows[i]] - 1, -1):
            if since[version] <= ts_ms[i]:
                found[i] = version
                break
    return found


class Timeline:
    """All versions of one side up to a moment: what `Party` is for now, for any time before."""

    def __init__(self, lake: Lake, entity: Entity, columns: Iterable[str], before_ms: int) -> None:
        self._entity = entity
        last_day = lake.calendar.day_of(before_ms)
        names = sorted(set(columns))
        stored = lake.versions(entity.kind, names, last_day).sort_by(
            [("row", "ascending"), ("valid_from_ms", "ascending")]
        )
        row = stored["row"].to_numpy()
        self._start = np.zeros(len(lake.rows(entity.kind)) + 1, np.int64)
        np.cumsum(np.bincount(row, minlength=len(self._start) - 1), out=self._start[1:])
        self._since = np.array(stored["valid_from_ms"].to_numpy())
        self._columns = {name: self._padded(stored, name) for name in names}

    def at(self, rows: np.ndarray, ts_ms: np.ndarray) -> np.ndarray:
        """int32 (n,): the version of each entity in force at its moment; -1 before the first."""
        return _at(rows, ts_ms, self._start, self._since)  # type: ignore[no-any-return]

    def column(self, name: str) -> np.ndarray:
        """(versions + 1,) values; the last is unknown."""
        return self._columns[name]

    def matrix(self, names: tuple[str, ...], dtype: type) -> np.ndarray:
        """(versions + 1, names): several columns side by side."""
        columns = [self._columns[name] for name in names]
        joined = np.column_stack(columns) if columns else np.empty((len(self._since) + 1, 0))
        return np.ascontiguousarray(joined, dtype)

    def _padded(self, stored: pa.Table, name: str) -> np.ndarray:
        missing = unknown(self._entity.column(name), 1)
        if name not in stored.column_names:
            return np.repeat(missing.to_numpy(), stored.num_rows + 1)
        values = pc.fill_null(stored[name], missing[0]).to_numpy()
        return np.concatenate([values, missing.to_numpy()])
