"""Refused rows: collected in the database as they are found, kept in the lake with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.store.importing.source import ROW, text
from twoside.store.lake import REJECTS

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from twoside.store.importing.source import Source

KEPT = 1_000_000
"""At most so many refused rows are kept; all of them are counted."""


def begin(db: duckdb.DuckDBPyConnection) -> None:
    """An empty table of refused rows."""
    db.execute(
        "create or replace table refused "
        "(source varchar, row bigint, reason varchar, value varchar)"
    )


def refuse(
    db: duckdb.DuckDBPyConnection, source: Source, rows: str, reason: str, value: str = "null"
) -> None:
    """Refuse rows: `rows` is SQL from `from` on; `reason` and `value` are SQL expressions."""
    db.execute(
        f"insert into refused select {text(source.name)}, {ROW}, {reason}, {value}::varchar {rows}"
    )


def refuse_unreadable(db: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Refuse the lines of a text file that could not be taken apart, after reading it."""
    if not source.is_text:
        return
    db.execute(
        f"insert into refused select distinct {text(source.name)}, line::bigint, "
        "'unreadable line', left(any_value(csv_line), 200) from bad_lines group by line"
    )
    db.execute("delete from bad_lines")


def counts(db: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """(source, reason) -> number of rows."""
    found = db.execute(
        "select source, reason, count(*) from refused group by all order by all"
    ).fetchall()
    return {(source, reason): number for source, reason, number in found}


def kept(db: duckdb.DuckDBPyConnection, name: str) -> pa.Table:
    """The refused rows as the lake keeps them."""
    table = db.sql(
        f"select {text(name)} as \"import\", source, row, reason, coalesce(value, '') as value "
        f"from refused order by source, row, reason limit {KEPT}"
    ).to_arrow_table()
    return table.cast(REJECTS)
