"""Reading and writing one Parquet file, with errors that name the file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from twoside.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


def write(path: Path, table: pa.Table) -> None:
    """Write a file, compressed with zstd."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, path, compression="zstd")


def write_for_search(path: Path, table: pa.Table) -> None:
    """Write a sorted table in small groups of rows, so that a reader skips most of the file. A
    last column of lists of rising integers is kept as differences."""
    path.parent.mkdir(parents=True, exist_ok=True)
    *keys, last = table.schema
    lists = pa.types.is_list(last.type)
    rising = {f"{last.name}.list.element": "DELTA_BINARY_PACKED"} if lists else None
    pq.write_table(
        table,
        path,
        compression="zstd",
        row_group_size=_GROUP_OF_LISTS if lists else _GROUP,
        use_dictionary=[key.name for key in keys],
        column_encoding=rising,
    )


def write_groups(path: Path, schema: pa.Schema, groups: Iterable[pa.Table]) -> None:
    """Write tables of one schema as the groups of rows of one file: only one is held. Plain, as
    floats that seldom repeat are no smaller in a dictionary and take twice as long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pq.ParquetWriter(
        path, schema, compression="snappy", use_dictionary=False, write_statistics=False
    ) as writer:
        for group in groups:
            writer.write_table(group, row_group_size=max(1, group.num_rows))


_GROUP, _GROUP_OF_LISTS = 2_048, 256
"""Rows that are read or skipped together."""


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The whole file, or some columns of it."""
    try:
        # A single file: ParquetFile does not take `dt=...` of the path for a column.
        with pq.ParquetFile(path) as file:
            return file.read(columns=list(columns) if columns is not None else None)
    except (pa.ArrowException, OSError) as error:
        raise broken(path, error) from None


def rows(path: Path | str) -> int:
    """How many rows a file has, from its footer."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError) as error:
        raise broken(path, error) from None


def groups(path: Path) -> Iterator[pa.Table]:
    """The groups of rows of a file, one after the other."""
    try:
        with pq.ParquetFile(path) as file:
            for n in range(file.num_row_groups):
                yield file.read_row_group(n)
    except (pa.ArrowException, OSError) as error:
        raise broken(path, error) from None


def schema(path: Path) -> pa.Schema:
    """The columns of a file, from its footer."""
    try:
        return pq.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise broken(path, error) from None


def broken(path: Path | str, error: Exception) -> LakeError:
    """The error of a file that cannot be read."""
    return LakeError(
        f"{path}: not a readable Parquet file ({str(error).splitlines()[0]}). "
        "Import the day again, or restore the file."
    )
