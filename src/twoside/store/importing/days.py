"""The days of an import: numbered rows become the day tables of the lake, one day at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.schema.tables import DAY_TABLES
from twoside.store.importing.exposures import context_name, request_id
from twoside.store.importing.source import text

if TYPE_CHECKING:
    import duckdb

    from twoside.schema.entities import Column
    from twoside.schema.progress import Tick
    from twoside.store.importing.plan import Plan
    from twoside.store.stage import Stage


def write_days(db: duckdb.DuckDBPyConnection, plan: Plan, stage: Stage, tick: Tick) -> list[int]:
    """Stage every day that the logs have; returns the days, in order.

    A day with exposures is replaced whole, in all three tables; a day with events only (a reply
    that came after the last list) is replaced in `events`."""
    shown = _days(db, "shown") if plan.exposures else set()
    asked = _days(db, "requests") if plan.exposures else set()
    happened = _days(db, "happened")
    days = sorted(shown | asked | happened)
    for n, day in enumerate(days):
        if day in shown | asked:
            _write(db, plan, stage, "requests", day)
            _write(db, plan, stage, "exposures", day)
        _write(db, plan, stage, "events", day)
        tick((n + 1) / len(days))
    return days


def _days(db: duckdb.DuckDBPyConnection, table: str) -> set[int]:
    return {day for (day,) in db.execute(f"select distinct day from {table}").fetchall()}


def _write(db: duckdb.DuckDBPyConnection, plan: Plan, stage: Stage, table: str, day: int) -> None:
    scene, own_id = text(plan.scene.name), request_id(plan, "day", "n")
    match table:
        case "requests":
            columns = f"{own_id} as request_id, ts as ts_ms, {scene} as scene, person"
            source = "requests"
        case "exposures":
            context = "".join(f", {context_name(column)}" for column in plan.context)
            columns = (
                f"{own_id} as exposure_id, request_id, ts as ts_ms, {scene} as scene, person, "
                f"item, position{context}"
            )
            source = "shown"
        case _:
            columns = (
                f"{own_id} as event_id, ts as ts_ms, {scene} as scene, kind, person, item, "
                f'actor as "by", exposure_id, value'
            )
            source = "happened"
    found = db.sql(f"select {columns} from {source} where day = {day} order by n").to_arrow_table()
    rows = found.select(DAY_TABLES[table].names).cast(DAY_TABLES[table])
    if table == "exposures":
        for column in plan.context:
            rows = rows.append_column(column.name, _context(found, column, stage))
    stage.day(table, day, rows, scene=plan.scene.name)


def _context(found: pa.Table, column: Column, stage: Stage) -> pa.Array:
    values = found[context_name(column).strip('"')]
    if column.type == "category":
        return pa.array(stage.codes(column, values), pa.int32())
    return values.combine_chunks().cast(pa.float64()).fill_null(np.nan)
