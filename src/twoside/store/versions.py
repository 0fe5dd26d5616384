"""Versions of entities: what a column is in Arrow, and how all rows looked at one moment.

A version says how a row is from `valid_from_ms` on, until its next version. Unknown is stored as
a value (NaN, -1, an empty list, an empty text), so a stored column has no nulls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.errors import DataError, did_you_mean
from twoside.schema.entities import Codes, EntityTable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.entities import Column, Entity

_TYPES = {
    "number": pa.float64(),
    "category": pa.int32(),
    "categories": pa.list_(pa.int32()),
    "time": pa.int64(),
    "text": pa.string(),
}
KEYS = pa.schema([("row", pa.int32()), ("id", pa.string()), ("valid_from_ms", pa.int64())])
"""The first columns of every table of versions."""
_REFERS_TO = b"refers_to"


def field_of(column: Column) -> pa.Field:
    """The Arrow field of a column; the kind that it refers to is kept in the metadata."""
    about = {_REFERS_TO: column.refers_to.encode()} if column.refers_to else None
    return pa.field(column.name, _TYPES[column.type], metadata=about)


def schema_of(entity: Entity) -> pa.Schema:
    """The columns of a stored table of versions."""
    return pa.schema([*KEYS, *(field_of(column) for column in entity.columns)])


def refers_to(field: pa.Field) -> str:
    """The entity kind whose rows are the codes of this column, or ''."""
    about: dict[bytes, bytes] = field.metadata or {}
    return about.get(_REFERS_TO, b"").decode()


def unknown(column: Column, size: int) -> pa.Array:
    """A column of which nothing is known."""
    kind = _TYPES[column.type]
    if column.type == "categories":
        return pa.ListArray.from_arrays(np.zeros(size + 1, np.int32), pa.array([], pa.int32()))
    value = {"number": np.nan, "category": -1, "time": -1, "text": ""}[column.type]
    return pa.array([value], kind).take(pa.array(np.zeros(size, np.int64)))


def checked(table: pa.Table, wanted: pa.Schema, where: str) -> pa.Table:
    """The table with exactly the wanted columns, in their order; else a `DataError`."""
    for name in table.column_names:
        if name not in wanted.names:
            raise DataError(
                f"{where} has a column '{name}' that is not declared. "
                f"{did_you_mean(name, wanted.names)}"
            )
    columns = []
    for field in wanted:
        if field.name not in table.column_names:
            raise DataError(f"{where} lacks the column '{field.name}' ({field.type}). Add it.")
        column = table[field.name]
        if not _same(column.type, field.type):
            raise DataError(f"{where}.{field.name}: expected {field.type}, got {column.type}.")
        if column.null_count:
            raise DataError(
                f"{where}.{field.name}: {column.null_count} nulls. "
                "Unknown is NaN for numbers, -1 for codes and times, an empty list or text."
            )
        columns.append(column if column.type == field.type else column.cast(field.type))
    return pa.table(columns, schema=wanted)


def _same(got: pa.DataType, wanted: pa.DataType) -> bool:
    if pa.types.is_list(wanted):
        return bool(
            (pa.types.is_list(got) or pa.types.is_large_list(got))
            and got.value_type == wanted.value_type
        )
    if pa.types.is_string(wanted):
        return bool(pa.types.is_string(got) or pa.types.is_large_string(got))
    return bool(got == wanted)


def merged(old: pa.Table, new: pa.Table) -> pa.Table:
    """Both tables of versions; where both have a (row, valid_from_ms), the new one stands."""
    both = pa.concat_tables([old, new], promote_options="default")
    # Parquet renames the inner field of a list: name it as the new table does.
    declared = {field.name: field for field in new.schema}
    both = both.cast(pa.schema([declared.get(field.name, field) for field in both.schema]))
    row, since = _keys(both)
    order = np.lexsort((np.arange(len(row)), since, row))
    last = np.ones(len(row), bool)
    last[:-1] = (row[order][1:] != row[order][:-1]) | (since[order][1:] != since[order][:-1])
    return both.take(pa.array(order[last]))


def latest(versions: pa.Table, size: int, as_of_ms: int) -> np.ndarray:
    """int64 (size,): the index of each row's version at a moment, -1 if it has none yet."""
    row, since = _keys(versions)
    known = np.flatnonzero(since <= as_of_ms)
    order = known[np.argsort(since[known], kind="stable")]
    found = np.full(size, -1, np.int64)
    found[row[order]] = order  # of repeated rows the last assignment stands
    return found


def _keys(versions: pa.Table) -> tuple[np.ndarray, np.ndarray]:
    return versions["row"].to_numpy(), versions["valid_from_ms"].to_numpy()


def at(kind: str, versions: pa.Table, found: np.ndarray, sizes: Mapping[str, int]) -> EntityTable:
    """The entity table of the versions that `latest` found (text columns are left out)."""
    columns: dict[str, np.ndarray] = {}
    lists: dict[str, Codes] = {}
    for field in versions.schema:
        if field.name in KEYS.names or pa.types.is_string(field.type):
            continue
        column = versions[field.name].combine_chunks()
        if pa.types.is_list(field.type):
            lists[field.name] = _codes_at(column, found)
        else:
            columns[field.name] = _values_at(column, found)
    return EntityTable(kind, len(found), columns, lists, found >= 0, dict(sizes))


def _values_at(column: pa.Array, found: np.ndarray) -> np.ndarray:
    missing = np.nan if pa.types.is_floating(column.type) else -1
    # A column that was declared later is null in the files written before.
    values = pc.fill_null(column, pa.scalar(missing, column.type)).to_numpy(zero_copy_only=False)
    out = np.full(len(found), missing, values.dtype)
    out[found >= 0] = values[found[found >= 0]]
    return out


def _codes_at(column: pa.ListArray, found: np.ndarray) -> Codes:
    begin = column.offsets.to_numpy().astype(np.int64)
    length = np.where(column.is_null().to_numpy(zero_copy_only=False), 0, np.diff(begin))
    there = found >= 0
    here = np.zeros(len(found), np.int64)
    here[there] = length[found[there]]
    start = np.zeros(len(found) + 1, np.int64)
    np.cumsum(here, out=start[1:])
    first = np.zeros(len(found), np.int64)
    first[there] = begin[found[there]]
    index = np.repeat(first - start[:-1], here) + np.arange(start[-1])
    return Codes(column.values.to_numpy(zero_copy_only=False)[index].astype(np.int32), start)
