"""The logs of a scene summed up from its lake, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.metrics.logs import LogSummary, LogTally
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared


def summed_up(declared: Declared) -> LogSummary:
    """Counts by day and position, and how unequal and lively the log is."""
    lake, scene = declared.lake, declared.scene
    tally = LogTally(len(lake.rows(scene.person)), len(lake.rows(scene.item)))
    exposed = ["person", "item", "ts_ms", "position", "exposure_id"]
    for day in lake.days("exposures"):
        exposures = lake.read("exposures", day, day, exposed, scene.name)
        events = lake.read("events", day, day, ["kind", "exposure_id"], scene.name)
        tally.add(iso(day), exposures, events)
    return tally.result()
