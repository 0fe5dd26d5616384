"""One source of a mapping: its files as a DuckDB table, and its columns as SQL expressions.

Text files are read as text throughout, and every value is converted where it is used, so that one
wrong value is one refused row and not the end of the import.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from twoside.errors import ConfigError, DataError, did_you_mean
from twoside.schema.calendar import DAY_MS
from twoside.store.importing.header import text_columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twoside.store.importing.mapping import Csv, TimeUnit

ROW = "row_"
"""Column of the row number, from 1."""
_INTEGERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
_FLOATS = ("FLOAT", "DOUBLE", "DECIMAL")
_SCALE = {"s": "1000", "ms": "1", "us": "0.001"}


@dataclass(frozen=True)
class Source:
    """Files of the same columns."""

    name: str
    """As the mapping calls it."""
    scan: str
    """SQL that gives all rows, without row numbers."""
    columns: Mapping[str, str]
    """Column -> DuckDB type."""
    is_text: bool
    offset_ms: int
    """Local time minus UTC."""

    def check(self, column: str, where: str) -> None:
        """A column that the files do not have is an error."""
        if column not in self.columns:
            known = did_you_mean(column, self.columns)
            raise ConfigError(f"{where} = {column!r}: {self.name} has no such column. {known}")

    def word(self, column: str) -> str:
        """SQL of a column as text: trimmed, null when empty; whole numbers without a point.

        Of no column ("", what a mapping leaves out) it is null."""
        if not column:
            return "null::varchar"
        name, kind = quoted(column), self.columns[column]
        if kind in _INTEGERS:
            return f"{name}::varchar"
        if kind.startswith(_FLOATS):
            # A column of integers with holes comes as floats from pandas: 3.0 is the word "3".
            whole = f"{name} = trunc({name}) and abs({name}) < 1e15"
            text = f"case when {whole} then {name}::bigint::varchar else {name}::varchar end"
            return f"nullif({text}, 'nan')"
        if kind == "BOOLEAN":
            return f"{name}::tinyint::varchar"
        return f"nullif(trim({name}::varchar), '')"

    def number(self, column: str) -> str:
        """SQL of a column as a double; null if unknown or not a number."""
        if self.columns.get(column) in _INTEGERS:
            return f"{quoted(column)}::double"
        return f"try_cast({self.word(column)} as double)"

    def is_wrong_number(self, column: str) -> str:
        """SQL: there is a value, and it is not a number."""
        if self.columns[column] in _INTEGERS:
            return "false"
        return f"({self.word(column)} is not null and {self.number(column)} is null)"

    def ms(self, column: str, unit: TimeUnit) -> str:
        """SQL of a column as epoch milliseconds; null if unknown or not a time."""
        if not column:
            return "null::bigint"
        name, kind, word = quoted(column), self.columns[column], self.word(column)
        if kind == "TIMESTAMP WITH TIME ZONE":
            return f"epoch_ms({name})"
        if kind.startswith("TIMESTAMP") or kind == "DATE":
            return f"(epoch_ms({name}::timestamp) - {self.offset_ms})"
        if unit == "yyyymmdd":
            return f"(epoch_ms(try_strptime({word}, '%Y%m%d')) - {self.offset_ms})"
        if unit == "iso":
            zoned = f"regexp_matches({word}, ':.*(Z|[+-]\\d\\d(:?\\d\\d)?)$')"
            return (
                f"case when {zoned} then epoch_ms(try_cast({word} as timestamptz)) "
                f"else epoch_ms(try_cast({word} as timestamp)) - {self.offset_ms} end"
            )
        number = self.number(column)
        finite = f"case when isfinite({number}) and abs({number}) < 1e18 then {number} end"
        return f"round({finite} * {_SCALE[unit]})::bigint"

    def day(self, ms: str) -> str:
        """SQL of the day number of a moment."""
        return f"(({ms} + {self.offset_ms}) // {DAY_MS})::integer"


def open_source(
    db: duckdb.DuckDBPyConnection,
    data: Path,
    file: str,
    names: tuple[str, ...],
    csv: Csv,
    offset_ms: int,
    where: str,
) -> Source:
    """Find the files and their columns. Nothing but the beginning of a file is read."""
    paths = _paths(data, file, where)
    listed = "[" + ", ".join(text(str(path)) for path in paths) + "]"
    if not paths[0].name.endswith((".parquet", ".pq")):
        found = names or text_columns(paths, csv, where)
        scan = _csv_scan(listed, found, has_header=not names, csv=csv)
        return Source(file, scan, dict.fromkeys(found, "VARCHAR"), True, offset_ms)
    scan = f"read_parquet({listed})"
    try:
        told = db.execute(f"describe select * from {scan}").fetchall()
    except duckdb.Error as error:
        raise DataError(
            f"{where} = {file!r}: cannot be read ({str(error).splitlines()[0]}). Check the file."
        ) from None
    return Source(file, scan, {name: kind for name, kind, *_ in told}, False, offset_ms)


def _csv_scan(listed: str, columns: Sequence[str], has_header: bool, csv: Csv) -> str:
    """Nothing is guessed: one odd line must not change what the others mean."""
    types = ", ".join(f"{text(name)}: 'VARCHAR'" for name in columns)
    return (
        f"read_csv({listed}, auto_detect = false, columns = {{{types}}}, header = {has_header}, "
        f"delim = {text(csv.delimiter)}, quote = {text(csv.quote)}, escape = {text(csv.quote)}, "
        f"encoding = {text(csv.encoding)}, store_rejects = true, rejects_table = 'bad_lines', "
        f"rejects_scan = 'bad_scans')"
    )


def _paths(data: Path, file: str, where: str) -> list[Path]:
    if not data.is_dir():
        raise DataError(f"data folder {data}: there is no such folder. Pass --data DIR.")
    found = sorted(path for path in data.glob(file) if path.is_file())
    if not found:
        near = did_you_mean(file, _names(data))
        raise DataError(f"{where} = {file!r}: there is no such file in {data}. {near}")
    return found


def _names(data: Path) -> Iterable[str]:
    return [path.name for path in data.iterdir() if path.is_file()][:50]


def quoted(name: str) -> str:
    """A column's name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """A text in SQL."""
    return "'" + value.replace("'", "''") + "'"
