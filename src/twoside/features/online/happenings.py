"""Exposures and events of one scene as aligned arrays, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from twoside.schema.domain import Domain, Scene

EXPOSE = "expose"
_FEW = 16
"""Up to so many rows plain Python is faster than Arrow's functions."""


def kinds_of(domain: Domain) -> tuple[str, ...]:
    """All kinds of happenings; the place of a kind is its number."""
    return (EXPOSE, *(kind.name for kind in domain.events if kind.name != EXPOSE))


@dataclass(frozen=True)
class Happenings:
    """n happenings in order of (ts_ms, exposures before events, id). Arrays are aligned."""

    kind: np.ndarray
    """int32 (n,): place in `kinds_of(domain)`"""
    person: np.ndarray
    """int32 (n,) rows"""
    item: np.ndarray
    """int32 (n,) rows"""
    ts_ms: np.ndarray
    """int64 (n,)"""
    exposure: np.ndarray
    """int64 (n,): the exposure itself, or the one that an event answers (-1 unknown)"""
    context: np.ndarray
    """int32 (n, contexts): category codes that came with the row; -1 unknown"""

    def __len__(self) -> int:
        return len(self.ts_ms)

    def between(self, first: int, end: int) -> Happenings:
        """Rows first to end - 1, without copying."""
        part = slice(first, end)
        return Happenings(
            self.kind[part],
            self.person[part],
            self.item[part],
            self.ts_ms[part],
            self.exposure[part],
            self.context[part],
        )

    def where(self, keep: np.ndarray) -> Happenings:
        """Those where `keep` (bool or indices) says so."""
        return Happenings(
            self.kind[keep],
            self.person[keep],
            self.item[keep],
            self.ts_ms[keep],
            self.exposure[keep],
            self.context[keep],
        )


def happenings(
    exposures: pa.Table | None,
    events: pa.Table | None,
    scene: Scene,
    kinds: tuple[str, ...],
    contexts: tuple[str, ...],
) -> Happenings:
    """The scene's rows of both tables. `contexts` are the context columns that keys need."""
    shown = _rows(exposures, "exposure_id", scene, kinds, contexts)
    done = _rows(events, "event_id", scene, kinds, contexts)
    parts = [part for part in (shown, done) if part is not None]
    if not parts:
        return _joined([_empty(len(contexts))])
    both = _joined(parts)
    # Two sorted runs: a stable sort by time merges them in one pass and keeps exposures first.
    if len(parts) == 2:
        both = both.where(np.argsort(both.ts_ms, kind="stable"))
    return both


def _rows(
    table: pa.Table | None,
    id_column: str,
    scene: Scene,
    kinds: tuple[str, ...],
    contexts: tuple[str, ...],
) -> Happenings | None:
    if table is None or table.num_rows == 0:
        return None
    table = _of_scene(table, scene.name)
    if table.num_rows == 0:
        return None
    shown = id_column == "exposure_id"
    ts_ms, ids = _numpy(table, "ts_ms", np.int64), _numpy(table, id_column, np.int64)
    n = len(ts_ms)
    rows = Happenings(
        kind=np.zeros(n, np.int32) if shown else _kind_numbers(table.column("kind"), kinds),
        person=_numpy(table, "person", np.int32),
        item=_numpy(table, "item", np.int32),
        ts_ms=ts_ms,
        exposure=ids if shown else _numpy(table, "exposure_id", np.int64),
        context=np.column_stack([_context(table, name) for name in contexts])
        if contexts
        else np.empty((n, 0), np.int32),
    )
    if n == 1:
        return rows
    later, same = ts_ms[1:] > ts_ms[:-1], ts_ms[1:] == ts_ms[:-1]
    in_order = np.all(later | (same & (ids[1:] >= ids[:-1])))
    return rows if in_order else rows.where(np.lexsort((ids, ts_ms)))


def _of_scene(table: pa.Table, scene: str) -> pa.Table:
    if table.num_rows <= _FEW:
        keep = [name == scene for name in table.column("scene").to_pylist()]
        return table if all(keep) else table.filter(pa.array(keep))
    of_scene = pc.equal(table.column("scene"), scene)
    return table if pc.all(of_scene).as_py() else table.filter(of_scene)


def _kind_numbers(column: pa.ChunkedArray, kinds: tuple[str, ...]) -> np.ndarray:
    if len(column) <= _FEW and (few := column.to_pylist()) and set(few) <= set(kinds):
        return np.array([kinds.index(kind) for kind in few], np.int32)
    numbers = pc.index_in(column, value_set=pa.array(kinds))
    if numbers.null_count:
        name = column.filter(pc.is_null(numbers))[0].as_py()
        raise DataError(f"events have a kind {name!r}. {did_you_mean(str(name), kinds)}")
    return np.asarray(numbers.to_numpy(), np.int32)


def _numpy(table: pa.Table, name: str, dtype: type) -> np.ndarray:
    column = table.column(name)
    if column.null_count:
        column = pc.fill_null(column, -1)
    values: np.ndarray = np.ascontiguousarray(column.to_numpy(), dtype)
    # Arrow's own memory is read-only, which to numba is another type: kernels would compile twice.
    return values if values.flags.writeable else values.copy()


def _context(table: pa.Table, name: str) -> np.ndarray:
    if name not in table.column_names:
        return np.full(table.num_rows, -1, np.int32)
    return _numpy(table, name, np.int32)


def _joined(parts: list[Happenings]) -> Happenings:
    if len(parts) == 1:
        return parts[0]
    return Happenings(
        np.concatenate([p.kind for p in parts]),
        np.concatenate([p.person for p in parts]),
        np.concatenate([p.item for p in parts]),
        np.concatenate([p.ts_ms for p in parts]),
        np.concatenate([p.exposure for p in parts]),
        np.concatenate([p.context for p in parts]),
    )


def _empty(contexts: int) -> Happenings:
    none = np.empty(0, np.int32)
    stamps = np.empty(0, np.int64)
    return Happenings(none, none, none, stamps, stamps, np.empty((0, contexts), np.int32))
