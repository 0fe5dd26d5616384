"""Feature tables written by Spark: for days whose matrix one machine cannot hold.

    FOLDER/dt=YYYY-MM-DD/*.parquet

The columns and values are those of `samples.daily`; rows are in no order and a day has as many
files as Spark makes of it. Nothing passes through this process but the versions of the two parties
and a few counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from twoside.features.derived import in_order
from twoside.features.engines import graphs
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    import ibis.expr.types as ir

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
    found = asked.select("row", "exposure_id", "day", "shown_day")
    cutoff = lake.calendar.start_of(days[-1] + 1)
    for table in graphs.feature_tables(
        engine, lake, tables.domain, tables.scene, tables.features, asked, cutoff
    ):
        found = found.left_join(table, "row").drop("row_right")
    engine.write(_columns(engine, tables, found, days), folder, "dt")
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
    for f in in_order(tables.features):
        of, over = found[f.of].cast("float64"), found[f.over].cast("float64")
        # A quotient of float32 in float64, rounded to float32, is the quotient in float32.
        value = ibis.ifelse(over == 0, float("nan"), of / over).cast("float32")
        found = found.mutate(**{f.name: value})
    return found.select(*tables.schema().names, "dt")
