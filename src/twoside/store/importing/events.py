"""Events of an import: conditions on exposures and files of their own become one table.

told_events_<k>   rows of the k-th event's own file, with the reason if one is refused
happened          day, n, ts, kind, person, item, actor, exposure_id, value: n counts the day
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.store.importing.exposures import (
    first_reason,
    number_checks,
    pair_checks,
    request_id,
)
from twoside.store.importing.refused import refuse, refuse_unreadable
from twoside.store.importing.source import ROW, text

if TYPE_CHECKING:
    import duckdb

    from twoside.store.importing.plan import Plan, PlannedEvent


def read_events(db: duckdb.DuckDBPyConnection, plan: Plan) -> list[str]:
    """Make the tables of events with a file, refuse what is wrong in a row by itself, and return
    their names."""
    return [_read(db, plan, k, event) for k, event in plan.events_of_files()]


def _read(db: duckdb.DuckDBPyConnection, plan: Plan, k: int, event: PlannedEvent) -> str:
    told, source = event.told, event.source
    conditions = (event.when, event.by_item_when) if event.by_item_when else (event.when,)
    numbers = [name for condition in conditions for name in condition.numbers]
    numbers += [told.value] if told.value else []
    checks = [
        *pair_checks(plan, source, told.person, told.item, told.time, told.time_unit),
        *number_checks(source, numbers),
    ]
    wrong_condition = " or ".join(source.is_wrong_number(c) for c in event.when.numbers) or "false"
    again = f"id is not null and row_number() over (partition by id order by {ROW}) > 1"
    by_item = event.by_item_when.sql if event.by_item_when else str(event.by == "item")
    name = f"told_events_{k}"
    db.execute(
        f"create or replace temp table {name} as with told as (select "
        f"row_number() over () as {ROW}, "
        f"{source.word(told.person)} as person_id, {source.word(told.item)} as item_id, "
        f"{source.ms(told.time, told.time_unit)} as ts, "
        f"{source.word(told.id)} as id, "
        f"{by_item} as by_item, "
        f"{source.number(told.value)}::float as value, "
        f"{event.when.sql} as is_event, {wrong_condition} as is_wrong, "
        f"{first_reason(checks)} as reason from {source.scan}) "
        f"select * replace (case when reason is null and {again} then 'duplicate event id' "
        f"else reason end as reason) from told where is_event or is_wrong"
    )
    refuse_unreadable(db, source)
    return name


def number_events(db: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make `happened` of the events that stand, in order of time within a day."""
    db.execute(
        f"create or replace temp table loose (day integer, ts bigint, kind_number integer, "
        f"person integer, item integer, by_item boolean, exposure_id bigint, value float, "
        f"{ROW} bigint)"
    )
    for k, event in plan.events_of_exposures():
        _add_of_exposures(db, plan, k, event)
    for k, event in plan.events_of_files():
        _add_of_file(db, k, event)
    kinds = " ".join(f"when {k} then {text(e.told.kind)}" for k, e in enumerate(plan.events))
    kind = f"case kind_number {kinds} end" if kinds else "''"
    db.execute(
        f"create or replace temp table happened as select day, ts, {kind} as kind, person, item, "
        f"case when by_item then 'item' else 'person' end as actor, exposure_id, value, "
        f"row_number() over (partition by day order by ts, kind_number, {ROW}) - 1 as n "
        f"from loose order by day, n"
    )
    db.execute("drop table loose")


def _add_of_exposures(
    db: duckdb.DuckDBPyConnection, plan: Plan, k: int, event: PlannedEvent
) -> None:
    source = event.source
    ts = f"ts_{k}" if event.told.time else "ts"
    if event.told.time:
        refuse(
            db, source, f"from shown where when_{k} and ts_{k} is null",
            text(f"no time of {event.told.kind}"),
        )  # fmt: skip
        refuse(
            db, source, f"from shown where when_{k} and (ts_{k} < ts or ts_{k} >= {plan.end_ms})",
            text(f"time of {event.told.kind} before its exposure or out of range"), f"ts_{k}",
        )  # fmt: skip
    good = f"when_{k} and {ts} >= ts and {ts} < {plan.end_ms}"
    exposure = request_id(plan, "day", "n")
    db.execute(
        f"insert into loose select {source.day(ts)}, {ts}, {k}, person, item, by_item_{k}, "
        f"{exposure}, coalesce(value_{k}, 'nan'::float), {ROW} from shown where {good}"
    )


def _add_of_file(db: duckdb.DuckDBPyConnection, k: int, event: PlannedEvent) -> None:
    name, source = f"told_events_{k}", event.source
    refuse(
        db, source, f"from {name} where reason is not null", "reason",
        "case when reason like '%person' then person_id when reason like '%item' then item_id "
        "when reason like 'duplicate%' then id else ts::varchar end",
    )  # fmt: skip
    db.execute(
        f"insert into loose select {source.day('ts')}, ts, {k}, p.number, i.number, by_item, -1, "
        f"coalesce(value, 'nan'::float), {ROW} from {name} t "
        f"join people_known p on t.person_id = p.word join items_known i on t.item_id = i.word "
        f"where reason is null"
    )
    db.execute(f"drop table {name}")
