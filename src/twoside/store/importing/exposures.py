"""Exposures of an import: rows of a log become requests and what they showed.

Tables that this makes in the database:

    told_exposures   every row as the log tells it, with the reason if it is refused
    requests         day, n, ts, person, key: n counts the day's requests in order of time
    shown            day, n, request_id, ts, person, item, position, the context and, for each
                     event k of the exposures' own rows, when_k, by_item_k, ts_k, value_k
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.store.importing.refused import refuse, refuse_unreadable
from twoside.store.importing.source import ROW, text

if TYPE_CHECKING:
    import duckdb

    from twoside.schema.entities import Column
    from twoside.store.importing.mapping import ExposureSource
    from twoside.store.importing.plan import Plan
    from twoside.store.importing.source import Source


def read_exposures(db: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make `told_exposures` and refuse what is wrong in a row by itself."""
    if plan.exposures is None:
        return
    told, source = plan.exposures
    columns = [
        f"row_number() over () as {ROW}",
        f"{source.word(told.person)} as person_id",
        f"{source.word(told.item)} as item_id",
        f"{source.ms(told.time, told.time_unit)} as ts",
        f"{source.word(told.id)} as id",
        f"{source.word(told.request_column)} as key",
        f"try_cast({source.number(told.position)} as integer) - {told.position_from} as position",
        *_context(plan, told, source),
        *_events(plan),
        f"{first_reason(_checks(plan, told, source))} as reason",
    ]
    again = f"id is not null and row_number() over (partition by id order by {ROW}) > 1"
    db.execute(
        f"create or replace temp table told_exposures as "
        f"with told as (select {', '.join(columns)} from {source.scan}) "
        f"select * replace (case when reason is null and {again} then 'duplicate exposure id' "
        f"else reason end as reason) from told"
    )
    refuse_unreadable(db, source)


def _context(plan: Plan, told: ExposureSource, source: Source) -> list[str]:
    """A column of the context is a word or a number; the domain says which."""
    found = []
    theirs = {**told.context, **told.origin}
    for column in plan.context:
        if column.name not in theirs:
            sql = "null::varchar" if column.type == "category" else "null::double"
        else:
            read = source.word if column.type == "category" else source.number
            sql = read(theirs[column.name])
        found.append(f"{sql} as {context_name(column)}")
    return found


def context_name(column: Column) -> str:
    """The name in the database, where it cannot meet a name of ours."""
    return f'"context {column.name}"'


def _events(plan: Plan) -> list[str]:
    found = []
    for k, event in plan.events_of_exposures():
        told, source = event.told, event.source
        by_item = event.by_item_when.sql if event.by_item_when else str(event.by == "item")
        found += [
            f"{event.when.sql} as when_{k}",
            f"{by_item} as by_item_{k}",
            f"{source.ms(told.time, told.time_unit)} as ts_{k}",
            f"{source.number(told.value)}::float as value_{k}",
        ]
    return found


def _checks(plan: Plan, told: ExposureSource, source: Source) -> list[tuple[str, str]]:
    numbers = [told.position] if told.position else []
    for _, event in plan.events_of_exposures():
        conditions = (event.when, event.by_item_when) if event.by_item_when else (event.when,)
        numbers += [name for condition in conditions for name in condition.numbers]
        numbers += [event.told.value] if event.told.value else []
    for column in plan.scene.context:
        if column.type == "number" and column.name in told.context:
            numbers.append(told.context[column.name])
    keys = [(f"{source.word(told.request_column)} is null", "no request")]
    return [
        *pair_checks(plan, source, told.person, told.item, told.time, told.time_unit),
        *(keys if told.request == "column" else []),
        *number_checks(source, numbers),
    ]


def pair_checks(
    plan: Plan, source: Source, person: str, item: str, time: str, unit: str
) -> list[tuple[str, str]]:
    """(SQL that is true for a bad row, reason): what every row about a pair must have."""
    ts = source.ms(time, unit)  # type: ignore[arg-type]
    return [
        (f"{source.word(person)} is null", "no person"),
        (f"{source.word(item)} is null", "no item"),
        (f"{source.word(time)} is null", "no time"),
        (f"{ts} is null", f"wrong type: {time}"),
        (f"{ts} < {plan.first_ms} or {ts} >= {plan.end_ms}", "time out of range"),
    ]


def number_checks(source: Source, columns: list[str]) -> list[tuple[str, str]]:
    """(SQL that is true for a bad row, reason): columns that hold numbers only."""
    return [(source.is_wrong_number(c), f"wrong type: {c}") for c in dict.fromkeys(columns)]


def first_reason(checks: list[tuple[str, str]]) -> str:
    """SQL of the first reason that holds, null for a good row."""
    return "case " + " ".join(f"when {sql} then {text(why)}" for sql, why in checks) + " end"


def number_exposures(db: duckdb.DuckDBPyConnection, plan: Plan) -> None:
    """Make `requests` and `shown` of the rows that stand. People and items must be known."""
    if plan.exposures is None:
        return
    told, source = plan.exposures
    refuse(
        db, source, "from told_exposures where reason is not null", "reason",
        "case when reason like '%person' then person_id when reason like '%item' then item_id "
        "when reason like 'duplicate%' then id else ts::varchar end",
    )  # fmt: skip
    db.execute(
        f"create or replace temp table pairs as "
        f"select t.* exclude (key, reason, id), p.number as person, i.number as item, "
        f"{source.day('t.ts')} as day, {_key(told, source)} as key "
        f"from told_exposures t join people_known p on t.person_id = p.word "
        f"join items_known i on t.item_id = i.word where t.reason is null"
    )
    db.execute("drop table told_exposures")
    if told.request == "gap":
        _fill_sessions(db)
    first = source.day("min(ts)")
    db.execute(
        f"create or replace temp table requests as "
        f"with r as (select person, key, min(ts) as ts, {first} as day from pairs "
        f"group by person, key) select *, "
        f"row_number() over (partition by day order by ts, person, key) - 1 as n from r"
    )
    db.execute(
        f"create or replace temp table shown as select p.* exclude (key, position), "
        f"{request_id(plan, 'r.day', 'r.n')} as request_id, "
        f"least(greatest(coalesce(p.position, row_number() over (partition by p.person, p.key "
        f"order by p.ts, p.{ROW}) - 1), 0), 32767)::smallint as position, "
        f"row_number() over (partition by p.day order by p.ts, p.{ROW}) - 1 as n "
        f"from pairs p join requests r on p.person = r.person and p.key = r.key "
        f"order by p.day, n"
    )
    db.execute("drop table pairs")


def _key(told: ExposureSource, source: Source) -> str:
    """SQL of what makes rows of a person one request."""
    if told.request == "column":
        return "t.key"
    if told.request == "person_day":
        return source.day("t.ts")
    gap = f"t.ts - lag(t.ts) over (partition by t.person_id order by t.ts, t.{ROW})"
    return f"case when coalesce({gap} > {told.gap_minutes * 60_000}, true) then t.{ROW} end"


def _fill_sessions(db: duckdb.DuckDBPyConnection) -> None:
    """Give every row the key of the row that began its session."""
    begun = f"last_value(key ignore nulls) over (partition by person order by ts, {ROW})"
    db.execute(f"create temp table filled as select * replace ({begun} as key) from pairs")
    db.execute("drop table pairs")
    db.execute("alter table filled rename to pairs")


def request_id(plan: Plan, day: str, n: str) -> str:
    """SQL of an id: 20 bits of day, 3 of scene, 29 of number within the day; below 2^53, so that
    a browser's numbers hold it exactly."""
    return f"(({day}::bigint << 32) | {plan.scene_number << 29} | {n}::bigint)"
