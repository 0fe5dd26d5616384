"""Feature tables written by Spark: for days whose matrix one machine cannot hold.

    FOLDER/dt=YYYY-MM-DD/*.parquet

The columns and values are those of `samples.daily`; rows are in no order and a day has as many
files as Spark makes of it. Nothing passes through this process but the versions of the two parties
and a few counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pyarrow as pa

from twoside.features.derived import Derived, in_order, sources
from twoside.features.engines import graphs
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from twoside.features.definition import Feature
    from twoside.features.engines.spark import Spark
    from twoside.samples.daily import FeatureTables


def write(
    engine: Spark, tables: FeatureTables, first_day: int, last_day: int, folder: str
) -> list[int]:
    """Write the tables of the days of a range that the lake has; those days. Days of the folder
    outside the range stay as they are."""
    lake = tables.lake
    days = tables.days(first_day, last_day)
    asked = engine.kept(_asked(engine, tables, days))
    known = asked.select("row", "exposure_id", "day", "shown_day")
    cutoff = lake.calendar.start_of(days[-1] + 1)
    found = graphs.feature_tables(
        engine, lake, tables.domain, tables.scene, tables.features, asked, cutoff
    )
    joined = engine.joined([known, *found], "row")
    engine.write(_columns(engine, tables, joined, days), folder, "dt")
    return days


def _asked(engine: Spark, tables: FeatureTables, days: list[int]) -> ir.Table:
    """An exposure's own id is its row: a number in order would need all of them in one place."""
    rows = tables.asked(engine, days[0], days[-1])
    return rows.filter(rows.shown_day.isin(days)).mutate(row=rows.exposure_id)


def _columns(engine: Spark, tables: FeatureTables, found: ir.Table, days: list[int]) -> ir.Table:
    """All columns in the order of the tables, derived features too, and the day as `dt`."""
    asked_on = np.arange(days[0] - 1, days[-1] + 1)
    covered = {"day": asked_on.astype(np.int32), **tables.coverage(asked_on)}
    dates = {"shown_day": np.array(days, np.int32), "dt": [iso(day) for day in days]}
    for known, by in ((covered, "day"), (dates, "shown_day")):
        found = found.inner_join(engine.table(pa.table(known)), by)
    for level in _levels(tables.features):
        found = found.mutate(**{f.name: _quotient(found[f.of], found[f.over]) for f in level})
    return found.select(*tables.schema().names, "dt")


def _levels(features: Sequence[Feature]) -> list[list[Derived]]:
    """The derived features, each level out of those before it: a column after the other would be
    a plan as deep as they are many."""
    depth: dict[str, int] = {}
    levels: dict[int, list[Derived]] = {}
    for f in in_order(features):
        depth[f.name] = 1 + max(depth.get(name, 0) for name in sources(f))
        levels.setdefault(depth[f.name], []).append(f)
    return [levels[level] for level in sorted(levels)]


def _quotient(of: Any, over: Any) -> Any:
    """Of float32 columns, NaN over 0. The quotient in float64, rounded, is that in float32."""
    wide = of.cast("float64") / over.cast("float64")
    return ibis.ifelse(over == 0, float("nan"), wide).cast("float32")
