"""Figures of one day of one scene, on which quality gates look."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.schema.tables import DAY_TABLES
from twoside.store import parquet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake

Kind = Literal["volume", "nulls", "labels", "duplicates"]
_KEYS = {"requests": "request_id", "exposures": "exposure_id", "events": "event_id"}

_FREE = {"value"}
"""Unknown by declaration for most kinds of events."""


@dataclass(frozen=True)
class Figure:
    """One number of a day."""

    kind: Kind
    value: float
    rows: int
    """Of how many rows it is a share; for its chance error."""


def columns(lake: Lake, table: str, day: int) -> dict[str, str]:
    """column -> type, as the files of the day say."""
    found: dict[str, str] = {}
    for file in lake.files(table, day, day):
        found |= {field.name: str(field.type) for field in parquet.schema(Path(file))}
    return found


def figures(lake: Lake, scene: Scene, day: int) -> Mapping[str, Figure]:
    """name -> figure of a day whose columns are as declared."""
    found: dict[str, Figure] = {}
    tables = {name: lake.read(name, day, day, scene=scene.name) for name in DAY_TABLES}
    for name, table in tables.items():
        rows = table.num_rows
        found[f"volume of {name}"] = Figure("volume", float(rows), rows)
        if not rows:
            continue
        for column in (name for name in table.column_names if name not in _FREE):
            share = _unknown(table[column])
            found[f"nulls of {name}.{column}"] = Figure("nulls", share, rows)
        distinct = pc.count_distinct(table[_KEYS[name]]).as_py()
        found[f"duplicates of {name}.{_KEYS[name]}"] = Figure(
            "duplicates", 1 - distinct / rows, rows
        )
    exposures, events = tables["exposures"], tables["events"]
    found |= _repeated("exposures", exposures, ["request_id", "item"])
    found |= _repeated("events", events, ["person", "item", "kind", "ts_ms", "exposure_id"])
    shown = exposures.num_rows
    if shown:
        for target in scene.targets:
            of_target = pc.is_in(events["kind"], pa.array(target.events, pa.string()))
            came = pc.sum(of_target).as_py() or 0
            found[f"rate of {target.name}"] = Figure("labels", came / shown, shown)
    return found


def _repeated(name: str, table: pa.Table, keys: list[str]) -> dict[str, Figure]:
    """The share of rows that say again what another row says."""
    if not table.num_rows:
        return {}
    share = 1 - table.group_by(keys).aggregate([]).num_rows / table.num_rows
    return {f"duplicates of {name} by {', '.join(keys)}": Figure("duplicates", share, len(table))}


def _unknown(column: pa.ChunkedArray) -> float:
    """The share of values that say nothing: null, NaN, a negative code or id, an empty text."""
    if pa.types.is_floating(column.type):
        unknown = pc.is_nan(column)
    elif pa.types.is_string(column.type):
        unknown = pc.equal(column, "")
    else:
        unknown = pc.less(column, 0)
    return float(np.mean(pc.fill_null(unknown, True).to_numpy()))
