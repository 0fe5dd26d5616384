"""The recruiting world kept in files: its logs as a lake, its truth apart from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.world import RecruitingWorld
from twoside.schema.calendar import DAY_MS
from twoside.schema.progress import Tick, quiet
from twoside.schema.tables import ORIGIN
from twoside.store.artefacts import Artefacts
from twoside.store.coding import coded
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from twoside.domains.recruiting.logs import DayTables
    from twoside.domains.recruiting.settings import WorldSettings
    from twoside.simulate.play import Played
    from twoside.store.stage import Stage

_NAME = "world"
_KINDS = ("company", "boss", "job", "seeker")
_ORIGIN = {column.name: column for column in ORIGIN}


def make(settings: WorldSettings, root: Path, tick: Tick = quiet) -> tuple[Lake, RecruitingWorld]:
    """A new lake with all days of a new world, and the world at the end of them.

    The truth goes to `truth_of(root)`.
    """
    lake = Lake.create(root, DOMAIN.name, settings.calendar)
    world = RecruitingWorld.start(settings)
    _number_words(world, lake)
    for n in range(settings.days):
        _write(world.live_day(), lake)
        tick((n + 1) / settings.days)
    Artefacts(truth_of(root)).publish(_NAME, {"world": world.pack()}, {"lake": root.name})
    return lake, world


def add_played(lake: Lake, world: RecruitingWorld, played: Played, days: range) -> None:
    """What was played in `world` after the end of its lake, as further days of `lake` (a copy):
    all three tables, what changed of entities, and late answers to what the lake had shown."""
    calendar = lake.calendar
    late = world.pending.table()
    events = pa.concat_tables([played.events, late]).sort_by(
        [("ts_ms", "ascending"), ("event_id", "ascending")]
    )
    with lake.stage() as stage:
        entities = world.take_versions()
        for kind in sorted(entities, key=_KINDS.index):
            _versions(kind, entities[kind], stage)
        exposures = played.exposures
        for n, name in enumerate(exposures.column_names):
            if name in _ORIGIN:
                words = pc.if_else(pc.equal(exposures[name], ""), None, exposures[name])
                codes = pa.array(stage.codes(_ORIGIN[name], words), pa.int32())
                exposures = exposures.set_column(n, name, codes)
        tables = {"requests": played.requests, "exposures": exposures, "events": events}
        for name, rows in tables.items():
            day_of = (rows["ts_ms"].to_numpy() + calendar.offset_ms) // DAY_MS
            for day in days:
                stage.day(name, day, rows.filter(pa.array(day_of == day)))
        stage.commit()


def reopen(root: Path) -> RecruitingWorld:
    """The world of a lake, at the end of its days."""
    return RecruitingWorld.unpack(Artefacts(truth_of(root)).load(_NAME).parts["world"])


def truth_of(root: Path) -> Path:
    """Where the truth of a lake's world lies: beside the lake, never in it."""
    return root.with_name(root.name + ".truth")


def _number_words(world: RecruitingWorld, lake: Lake) -> None:
    """Give all words their codes in the world's own order, so that both mean the same."""
    with lake.stage() as stage:
        for entity in DOMAIN.entities:
            for column in entity.columns:
                if column.type in ("category", "categories") and not column.refers_to:
                    stage.codes(column, world.vocabulary(entity.kind, column.name))
        stage.commit()


def _write(day: DayTables, lake: Lake) -> None:
    with lake.stage() as stage:
        # bosses and companies first: jobs refer to their rows
        for kind in sorted(day.entities, key=_KINDS.index):
            _versions(kind, day.entities[kind], stage)
        for table in ("requests", "exposures", "events"):
            stage.day(table, day.day, getattr(day, table))
        stage.commit()


def _versions(kind: str, spelt: pa.Table, stage: Stage) -> None:
    if not spelt.num_rows:
        return
    entity = DOMAIN.entity(kind)
    stage.rows(kind, spelt["id"])
    columns = {name: spelt[name] for name in ("row", "valid_from_ms")}
    for column in entity.columns:
        columns[column.name] = coded(column, spelt[column.name].combine_chunks(), stage)
    stage.entities(entity, pa.table(columns))
