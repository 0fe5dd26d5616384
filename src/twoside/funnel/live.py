"""A funnel with its live state, as of one moment of a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.compute as pc

from twoside.features.online import OnlineStates
from twoside.funnel.pipeline import Funnel
from twoside.schema.progress import Tick, quiet

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.funnel.learn import Declared
    from twoside.funnel.learned import Learned
    from twoside.funnel.settings import FunnelSettings


def live_states(declared: Declared, before_ms: int, tick: Tick = quiet) -> OnlineStates:
    """What happened strictly before a moment, day by day through the online states.

    Entities are taken as they are at that moment, so an old event of a job that has changed its
    title since counts under the new one; offline features count it under the old one.
    """
    lake, scene = declared.lake, declared.scene
    states = OnlineStates.start(
        declared.features,
        scene,
        declared.domain,
        lake.calendar,
        lake.entity_table(scene.person, before_ms),
        lake.entity_table(scene.item, before_ms),
        context_sizes={
            column.name: len(lake.vocabulary(column.name))
            for column in scene.context
            if column.type == "category"
        },
    )
    last = lake.calendar.day_of(before_ms - 1)
    days = [d for d in sorted({*lake.days("exposures"), *lake.days("events")}) if d <= last]
    for n, day in enumerate(days):
        rows = [
            _before(lake.read(table, day, day, scene=scene.name), before_ms)
            for table in ("exposures", "events")
        ]
        states.update(*rows)
        tick((n + 1) / len(days))
    return states


def live_funnel(
    declared: Declared,
    settings: FunnelSettings,
    learned: Learned,
    before_ms: int,
    tick: Tick = quiet,
    ranker: str = "",
) -> Funnel:
    """A funnel that knows all that happened strictly before a moment."""
    states = live_states(declared, before_ms, tick)
    people = declared.lake.entity_table(declared.scene.person, before_ms)
    items = declared.lake.entity_table(declared.scene.item, before_ms)
    return Funnel(learned, settings, states, people, items, ranker)


def catch_up(declared: Declared, funnel: Funnel, first_day: int, end_day: int) -> None:
    """Let a funnel learn of the days from `first_day` up to, not including, `end_day`."""
    lake, scene = declared.lake, declared.scene
    for day in range(first_day, end_day):
        funnel.update(
            *[lake.read(table, day, day, scene=scene.name) for table in ("exposures", "events")]
        )
    if end_day > first_day:
        now_ms = lake.calendar.start_of(end_day)
        funnel.tables(*[lake.entity_table(kind, now_ms) for kind in (scene.person, scene.item)])


def _before(rows: pa.Table, before_ms: int) -> pa.Table:
    return rows.filter(pc.less(rows["ts_ms"], before_ms))
