"""Events that came over HTTP, kept so that a restart of the server does not forget them.

One line of JSON an event, in one file a scene beside the lake's own tables:

    <lake>/taken_in/<scene>.jsonl

An import of the day into the lake makes its lines superfluous; only those after the lake's last
day are read again at the start. A line that a killed server left half-written is skipped.
"""

from __future__ import annotations

import math
from os import SEEK_END
from typing import TYPE_CHECKING, Any, BinaryIO

import orjson
import pyarrow as pa

from twoside.schema.tables import EVENTS, EXPOSURES

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.schema.domain import Scene


class TakenIn:
    """The lines of one scene."""

    def __init__(self, lake: Path, scene: Scene) -> None:
        self._path = lake / "taken_in" / f"{scene.name}.jsonl"
        context = [
            (column.name, pa.int32() if column.type == "category" else pa.float64())
            for column in scene.context
        ]
        self._schemas = {"exposures": pa.schema([*EXPOSURES, *context]), "events": EVENTS}

    def write(self, exposures: pa.Table, events: pa.Table) -> None:
        """Append both; they are with the operating system when this returns."""
        lines = [
            orjson.dumps({"table": name, **row}, option=orjson.OPT_APPEND_NEWLINE)
            for name, table in (("exposures", exposures), ("events", events))
            for row in table.to_pylist()
        ]
        if not lines:
            return
        self._path.parent.mkdir(exist_ok=True)
        with self._path.open("ab+") as file:
            file.write((b"" if _ends_whole(file) else b"\n") + b"".join(lines))

    def read(self, since_ms: int) -> tuple[pa.Table, pa.Table]:
        """Exposures and events from a moment on, in order of time."""
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in self._schemas}
        if self._path.is_file():
            for line in self._path.read_bytes().splitlines():
                row = _row(line)
                if row and row.get("ts_ms", -1) >= since_ms and row.get("table") in rows:
                    rows[row.pop("table")].append(row)
        exposures, events = (
            pa.Table.from_pylist(
                [_whole(row, schema) for row in sorted(rows[name], key=_time)], schema=schema
            )
            for name, schema in self._schemas.items()
        )
        return exposures, events


def _ends_whole(file: BinaryIO) -> bool:
    """Does the file end with a whole line? A killed server may have left half of one."""
    if file.seek(0, SEEK_END) == 0:
        return True
    file.seek(-1, SEEK_END)
    return file.read(1) == b"\n"


def _row(line: bytes) -> dict[str, Any]:
    try:
        row: dict[str, Any] = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return row if isinstance(row, dict) else {}


def _time(row: dict[str, Any]) -> int:
    return int(row["ts_ms"])


def _whole(row: dict[str, Any], schema: pa.Schema) -> dict[str, Any]:
    """JSON has no NaN: a number that is not known was written as null. A column that was declared
    since is not there at all."""
    unknown = {field.name: math.nan if pa.types.is_floating(field.type) else -1 for field in schema}
    return unknown | {name: value for name, value in row.items() if value is not None}
