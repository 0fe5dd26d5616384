"""Tables that are computed from a lake's own and lie beside them, replaced whole per day.

    LAKE/derived/<name>/dt=YYYY-MM-DD/part.parquet

What a day was made from is kept in the file's own metadata, so both change together.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import and_
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.dataset as ds

from twoside.schema.calendar import iso
from twoside.store import parquet
from twoside.store.layout import PART, days_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from twoside.store.lake import Lake


@dataclass(frozen=True)
class Derived:
    """One derived table of a lake, for reading; `Stage.derived` writes."""

    lake: Lake
    name: str

    def days(self) -> list[int]:
        """The days that it has, in order."""
        return list(self._files())

    def about(self, day: int) -> dict[str, str]:
        """What the day was written with; empty if there is no such day."""
        path = self.lake.layout.derived(self.name) / f"dt={iso(day)}" / PART
        return dict(_metadata(str(path), path.stat().st_mtime_ns)) if path.is_file() else {}

    def day(self, day: int, columns: list[str]) -> pa.Table:
        """The rows of a day that it has."""
        return parquet.read(self._files()[day], columns).combine_chunks()

    def groups(self, day: int, columns: list[str]) -> Iterator[pa.Table]:
        """The rows of a day, some at a time, as they were written; none if there is no such day."""
        path = self._files().get(day)
        if path is not None:
            yield from parquet.groups(path, columns)

    def read(
        self, first_day: int, last_day: int, columns: list[str], wanted: Mapping[str, list[str]]
    ) -> pa.Table:
        """The rows of some days whose words (column -> one of these) are wanted. What was read
        last is remembered, for as long as its files stay the same."""
        files = [p for day, p in self._files().items() if first_day <= day <= last_day]
        if not files:
            return pa.table({name: [] for name in columns})
        told = tuple((str(path), path.stat().st_mtime_ns) for path in files)
        keep = tuple((name, tuple(words)) for name, words in wanted.items())
        try:
            return _rows(told, tuple(columns), keep)
        except (pa.ArrowException, OSError) as error:
            raise parquet.broken(self.lake.layout.derived(self.name), error) from None

    def _files(self) -> dict[int, Path]:
        return days_in(self.lake.layout.derived(self.name))


@lru_cache(maxsize=4_096)
def _metadata(path: str, changed_ns: int) -> dict[str, str]:  # noqa: ARG001 - a part of the key
    found = parquet.schema(Path(path)).metadata or {}
    return {key.decode(): value.decode() for key, value in found.items()}


@lru_cache(maxsize=64)
def _rows(
    files: tuple[tuple[str, int], ...],
    columns: tuple[str, ...],
    keep: tuple[tuple[str, tuple[str, ...]], ...],
) -> pa.Table:
    """`files` has the time of the last change beside each path: a changed file is read again."""
    paths = [path for path, _ in files]
    wanted = [ds.field(name).isin(list(words)) for name, words in keep]
    source = ds.dataset(paths, schema=parquet.schema(Path(paths[0])), format="parquet")
    found = source.to_table(columns=list(columns), filter=reduce(and_, wanted))
    return found.replace_schema_metadata(None)


class Stamps:
    """Digests of files of a lake as they are now: each folder and file is looked at once."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._told: dict[Path, dict[int, str]] = {}

    def of(self, wanted: Iterable[tuple[str, int, int]], kinds: Iterable[str]) -> str:
        """Changes when any of these files does: of (table, first day, last day), and the versions
        of entity kinds up to the last of those days. By size and time of change, not content."""
        layout = self._lake.layout
        sources = list(wanted)
        last = max(last for _, _, last in sources)
        told = hashlib.sha256()
        for table, first, end in sources:
            for day, line in self._lines(layout.table(table)).items():
                if first <= day <= end:
                    told.update(line.encode())
        for kind in kinds:
            for day, line in self._lines(layout.entities(kind)).items():
                if day <= last:
                    told.update(line.encode())
        return told.hexdigest()[:16]

    def _lines(self, folder: Path) -> dict[int, str]:
        if folder not in self._told:
            self._told[folder] = {day: self._line(path) for day, path in days_in(folder).items()}
        return self._told[folder]

    def _line(self, path: Path) -> str:
        about = path.stat()
        return f"{path.relative_to(self._lake.root)} {about.st_size} {about.st_mtime_ns}\n"
