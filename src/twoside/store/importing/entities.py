"""Entities of an import: files of people and items become versions, their words codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.schema.entities import Column
from twoside.store import versions
from twoside.store.coding import coded
from twoside.store.importing.refused import refuse, refuse_unreadable
from twoside.store.importing.source import ROW, text

if TYPE_CHECKING:
    import duckdb

    from twoside.schema.entities import Entity
    from twoside.store.importing.plan import Plan, PlannedEntity
    from twoside.store.stage import Stage

ALWAYS_MS = 0
"""`valid_from_ms` of what is true without a beginning."""


def import_entities(
    db: duckdb.DuckDBPyConnection, plan: Plan, planned: PlannedEntity, stage: Stage
) -> int:
    """Stage the versions of one file; returns how many entities it has."""
    _read(db, plan, planned)
    told, entity = planned.told, planned.entity
    names = ", ".join(f"a{n}" for n in range(len(told.columns)))
    table = db.sql(
        f"select id, valid_from{', ' + names if names else ''} from entity "
        f"where reason is null order by {ROW}"
    ).to_arrow_table()
    rows = stage.rows(entity.kind, table["id"])
    found: dict[str, pa.Array] = {
        "row": pa.array(rows, pa.int32()),
        "valid_from_ms": table["valid_from"].combine_chunks(),
    }
    mapped = list(told.columns)
    for column in entity.columns:
        if column.name in mapped:
            values = table[f"a{mapped.index(column.name)}"].combine_chunks()
            found[column.name] = coded(column, values, stage)
        else:
            found[column.name] = versions.unknown(column, len(table))
    stage.entities(entity, pa.table(found))
    db.execute("drop table entity")
    return len(np.unique(rows))


def unknown_entities(entity: Entity, rows: np.ndarray, stage: Stage) -> None:
    """Stage versions of entities of which the logs tell no more than that they exist."""
    if len(rows):
        found: dict[str, pa.Array] = {
            "row": pa.array(rows, pa.int32()),
            "valid_from_ms": pa.array(np.full(len(rows), ALWAYS_MS), pa.int64()),
        }
        for column in entity.columns:
            found[column.name] = versions.unknown(column, len(rows))
        stage.entities(entity, pa.table(found))


def _read(db: duckdb.DuckDBPyConnection, plan: Plan, planned: PlannedEntity) -> None:
    """The table `entity`: row_, id, valid_from, a0 ... in the order of `columns`, and reason."""
    told, source = planned.told, planned.source
    valid_from = str(ALWAYS_MS)
    reasons = ["when id is null then 'no id'"]
    if told.valid_from:
        valid_from = source.ms(told.valid_from, told.valid_from_unit)
        reasons.append(f"when valid_from is null then {text('wrong type: ' + told.valid_from)}")
        reasons.append(
            f"when valid_from >= {plan.end_ms} or valid_from < {plan.first_ms} "
            "then 'time out of range'"
        )
    again = f"row_number() over (partition by id, valid_from order by {ROW}) > 1"
    reasons.append(f"when {again} then 'duplicate id'")
    values, wrong = [], []
    for n, (name, column) in enumerate(told.columns.items()):
        kind = planned.entity.column(name)
        values.append(f"{_value(planned, kind)} as a{n}")
        wrong.append(f"{_is_wrong(planned, kind)} as w{n}, {source.word(column)} as v{n}")
    db.execute(
        f"create or replace temp table entity as "
        f"with told as (select row_number() over () as {ROW}, {source.word(told.id)} as id, "
        f"{valid_from}::bigint as valid_from, {', '.join([*values, *wrong]) or '0 as nothing'} "
        f"from {source.scan}) "
        f"select *, case {' '.join(reasons)} end as reason from told"
    )
    refuse_unreadable(db, source)
    refuse(db, source, "from entity where reason is not null", "reason", "id")
    for n, column in enumerate(told.columns.values()):
        # The row stands; only this value is refused and becomes unknown.
        refuse(
            db, source, f"from entity where w{n} and reason is null",
            text(f"wrong type: {column}"), f"v{n}",
        )  # fmt: skip


def _word(planned: PlannedEntity, name: str) -> str:
    """SQL of a column's word, with the words that mean "not known" taken out."""
    word = planned.source.word(planned.told.columns[name])
    if name in planned.told.prefix:
        word = f"nullif(left({word}, {planned.told.prefix[name]}), '')"
    return word


def _unknown(planned: PlannedEntity, name: str) -> str:
    return ", ".join(text(word) for word in planned.told.unknown.get(name, ()))


def _value(planned: PlannedEntity, column: Column) -> str:
    """SQL of a column's value in the type that `coded` takes."""
    told, name = planned.told, column.name
    word, unknown = _word(planned, name), _unknown(planned, name)
    if name in told.split:
        parts = f"list_transform(string_split({word}, {text(told.split[name])}), lambda w: trim(w))"
        left_out = f"'', {unknown}" if unknown else "''"
        parts = f"list_filter({parts}, lambda w: w not in ({left_out}))"
        return f"coalesce({parts}, [])" if column.type == "categories" else f"{parts}[1]"
    if column.type == "time":
        value = planned.source.ms(told.columns[name], told.time_unit.get(name, "iso"))
    elif column.type == "number":
        value = f"try_cast({word} as double)"
    else:
        value = word
    return f"case when {word} not in ({unknown}) then {value} end" if unknown else value


def _is_wrong(planned: PlannedEntity, column: Column) -> str:
    """SQL: there is a value, it is not one of the unknown words, and not of the column's type."""
    if column.type not in ("number", "time"):
        return "false"
    word, unknown = _word(planned, column.name), _unknown(planned, column.name)
    there = f"{word} is not null" + (f" and {word} not in ({unknown})" if unknown else "")
    return f"({there} and ({_value(planned, column)}) is null)"
