"""A funnel with its live state, as of one moment of a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.features.online import OnlineStates, context_sizes, remember, texts, translations
from twoside.funnel.pipeline import Funnel
from twoside.schema.progress import Tick, quiet

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.funnel.learned import Learned
    from twoside.funnel.settings import FunnelSettings


def live_states(declared: Declared, before_ms: int, tick: Tick = quiet) -> OnlineStates:
    """What happened strictly before a moment, day by day through the online states."""
    lake, scene, domain = declared.lake, declared.scene, declared.domain
    states = OnlineStates.start(
        declared.features,
        scene,
        domain,
        lake.calendar,
        lake.entity_table(scene.person, before_ms),
        lake.entity_table(scene.item, before_ms),
        translate=translations(declared.features, scene, domain, lake),
        context_sizes=context_sizes(scene, lake),
        texts=texts(declared.features, scene, lake),
    )
    remember(states, lake, before_ms, tick)
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
    states = live_states(declared.chosen(settings.training), before_ms, tick)
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
