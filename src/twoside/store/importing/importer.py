"""The way of an import, from somebody's files to the days of a lake.

Everything is checked before anything is written, and everything that is written appears at once:
a killed import leaves the lake as it was, and the same files imported again leave it the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np

from twoside.errors import LakeError
from twoside.schema.progress import quiet
from twoside.store.importing import refused
from twoside.store.importing.days import write_days
from twoside.store.importing.entities import import_entities, unknown_entities
from twoside.store.importing.events import number_events, read_events
from twoside.store.importing.exposures import number_exposures, read_exposures
from twoside.store.importing.plan import Plan, make_plan
from twoside.store.importing.report import ImportReport
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.schema.domain import Domain
    from twoside.schema.progress import Tick
    from twoside.store.importing.mapping import LogMapping
    from twoside.store.stage import Stage


def import_logs(
    mapping: LogMapping,
    data: Path,
    lake: Path,
    domain: Domain,
    tick: Tick = quiet,
    memory_gb: float = 2.0,
) -> ImportReport:
    """Read the files in `data` by a mapping into the lake, which is made if there is none.

    Beyond `memory_gb` the database spills to the lake's staging folder."""
    with duckdb.connect(":memory:") as db:
        plan = make_plan(db, mapping, data, domain)
        into = _lake(lake, plan)
        with into.stage() as stage:
            scratch = stage.scratch()
            db.execute(f"set memory_limit = '{memory_gb:.3f}GB'")
            db.execute(f"set temp_directory = '{scratch}'")
            report = _import(db, plan, stage, tick)
            stage.rejects(mapping.name or "import", refused.kept(db, mapping.name or "import"))
            stage.commit()
    tick(1.0)
    return report


def _lake(root: Path, plan: Plan) -> Lake:
    if not (root / "lake.json").exists():
        return Lake.create(root, plan.domain.name, plan.calendar)
    lake = Lake.open(root)
    if lake.domain != plan.domain.name:
        raise LakeError(
            f"{root}: a lake of the domain '{lake.domain}', but the mapping is of "
            f"'{plan.domain.name}'. Choose another folder."
        )
    if lake.calendar != plan.calendar:
        raise LakeError(
            f"{root}: its days are counted at UTC{lake.calendar.utc_offset_hours:+g} h, but the "
            f"mapping says {plan.calendar.utc_offset_hours:+g} h. Make them the same."
        )
    return lake


def _import(db: duckdb.DuckDBPyConnection, plan: Plan, stage: Stage, tick: Tick) -> ImportReport:
    refused.begin(db)
    entities = {
        planned.entity.kind: import_entities(db, plan, planned, stage) for planned in plan.entities
    }
    tick(0.1)
    read_exposures(db, plan)
    tables = [*(["told_exposures"] if plan.exposures else []), *read_events(db, plan)]
    sides = {"person": plan.scene.person, "item": plan.scene.item}
    for side, kind in sides.items():
        if kind in entities:
            _refuse_unknown(db, stage, tables, side, kind)
    for side, kind in sides.items():
        if kind not in entities:
            entities[kind] = _found_in_logs(db, plan, stage, tables, side, kind)
    tick(0.3)
    number_exposures(db, plan)
    number_events(db, plan)
    tick(0.5)
    days = write_days(db, plan, stage, lambda done: tick(0.5 + 0.45 * done))
    return _report(db, plan, days, entities)


def _known(db: duckdb.DuckDBPyConnection, stage: Stage, side: str, kind: str) -> str:
    """A table (word, number) of all rows of a kind."""
    name = "people_known" if side == "person" else "items_known"
    numbering = stage.known(kind)
    given = numbering.table()
    db.register("given", given)
    db.execute(f"create or replace temp table {name} as select word, number from given")
    db.unregister("given")
    return name


def _refuse_unknown(
    db: duckdb.DuckDBPyConnection, stage: Stage, tables: list[str], side: str, kind: str
) -> None:
    known = _known(db, stage, side, kind)
    for table in tables:
        db.execute(
            f"update {table} set reason = 'unknown {side}' "
            f"where reason is null and {side}_id not in (select word from {known})"
        )


def _found_in_logs(
    db: duckdb.DuckDBPyConnection,
    plan: Plan,
    stage: Stage,
    tables: list[str],
    side: str,
    kind: str,
) -> int:
    """Rows for a kind that has no file: in order of first appearance in the logs."""
    rows = " union all ".join(
        f"select {side}_id as id, ts, {n} as place, row_ from {table} where reason is null"
        for n, table in enumerate(tables)
    )
    found = db.sql(
        f"select id from ({rows}) group by id order by min(ts), min(place), min(row_), id"
    ).to_arrow_table()
    before = len(stage.known(kind))
    numbers = stage.rows(kind, found["id"])
    unknown_entities(plan.domain.entity(kind), np.sort(numbers[numbers >= before]), stage)
    _known(db, stage, side, kind)
    return len(found)


def _report(
    db: duckdb.DuckDBPyConnection, plan: Plan, days: list[int], entities: dict[str, int]
) -> ImportReport:
    events = dict(
        db.execute("select kind, count(*) from happened group by 1 order by 1").fetchall()
    )
    requests = exposures = people = items = 0
    if plan.exposures:
        (requests,) = db.execute("select count(*) from requests").fetchone() or (0,)
        exposures, people, items = db.execute(
            "select count(*), count(distinct person), count(distinct item) from shown"
        ).fetchone() or (0, 0, 0)
    return ImportReport(
        plan.domain.name,
        plan.scene.name,
        tuple(days),
        entities,
        requests,
        exposures,
        people,
        items,
        events,
        refused.counts(db),
    )
