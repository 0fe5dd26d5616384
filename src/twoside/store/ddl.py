"""The tables of a lake for Hive and everything that reads its metastore: Spark, Trino, Impala."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from twoside.errors import LakeError
from twoside.schema.tables import DAY_TABLES
from twoside.store import parquet
from twoside.store.layout import days_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from twoside.store.lake import Lake

_TYPES = {
    pa.bool_(): "BOOLEAN",
    pa.int8(): "TINYINT",
    pa.int16(): "SMALLINT",
    pa.int32(): "INT",
    pa.int64(): "BIGINT",
    pa.float32(): "FLOAT",
    pa.float64(): "DOUBLE",
    pa.string(): "STRING",
}


def statements(lake: Lake, database: str, location: str = "") -> Iterator[str]:
    """The statements that make a lake's day tables, entity versions and feature tables known, each
    an external table partitioned by day. A column that only some days have is null on others.

    `location` is where the metastore finds the lake, such as `hdfs:///lake`; its folder here if
    empty.
    """
    root = (location or lake.root.absolute().as_uri()).rstrip("/")
    yield f"CREATE DATABASE IF NOT EXISTS {_quoted(database)}"
    for name, folder in tables(lake).items():
        files = list(days_in(folder).values())
        schema = pa.unify_schemas([parquet.schema(file).remove_metadata() for file in files])
        columns = ",\n".join(f"  {_quoted(f.name)} {_type(f, folder)}" for f in schema)
        place = folder.relative_to(lake.root).as_posix()
        table = f"{_quoted(database)}.{_quoted(name)}"
        yield (
            f"CREATE EXTERNAL TABLE IF NOT EXISTS {table} (\n{columns}\n)\n"
            f"PARTITIONED BY (`dt` STRING)\nSTORED AS PARQUET\nLOCATION '{root}/{place}'"
        )
        yield f"MSCK REPAIR TABLE {table}"


def tables(lake: Lake) -> dict[str, Path]:
    """Table name -> folder of its days, of all that have a day: `exposures`, `entities_job`,
    `features_jobs_for_seeker` ..."""
    layout = lake.layout
    found = {name: layout.table(name) for name in DAY_TABLES}
    found |= {f"entities_{kind}": layout.entities(kind) for kind in lake.kinds()}
    features = layout.derived("features")
    if features.is_dir():
        found |= {f"features_{path.name}": path for path in sorted(features.iterdir())}
    return {name: folder for name, folder in found.items() if days_in(folder)}


def _type(field: pa.Field, folder: Path) -> str:
    if pa.types.is_list(field.type):
        return f"ARRAY<{_type(field.type.value_field, folder)}>"
    if field.type not in _TYPES:
        raise LakeError(
            f"{folder}: column '{field.name}' is of type {field.type}, which has no name in Hive. "
            f"Known: {', '.join(str(known) for known in _TYPES)}."
        )
    return _TYPES[field.type]


def _quoted(name: str) -> str:
    return f"`{name}`"
