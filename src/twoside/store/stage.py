"""Writing to a lake: everything is prepared aside and appears at once with `commit`.

    with lake.stage() as stage:
        person = stage.rows("viewer", ids)
        stage.entities(VIEWER, versions)
        stage.day("exposures", day, table)
        stage.commit()

Without `commit`, or when the writer is killed before it, the lake is as it was.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.errors import DataError
from twoside.schema.calendar import DAY_MS, iso
from twoside.schema.tables import DAY_TABLES
from twoside.store import journal, parquet, versions
from twoside.store.layout import PART

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from types import TracebackType

    from twoside.schema.entities import Column, Entity
    from twoside.store.lake import Lake
    from twoside.store.numbering import Numbering, Words


class Stage:
    """One write to a lake. Only one can be open at a time."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._layout = lake.layout
        self._open = ExitStack()
        self._rows: dict[str, Numbering] = {}
        self._codes: dict[str, Numbering] = {}
        self._files: dict[Path, Path] = {}
        """Where a file will lie in the lake -> where it lies now"""

    def __enter__(self) -> Stage:
        self._open.enter_context(journal.writing(self._lake.layout))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def rows(self, kind: str, ids: Words) -> np.ndarray:
        """int32 (n,): the rows of some ids; new ids get the next rows in order of appearance."""
        self._rows[kind], numbers = self.known(kind).plus(ids)
        if len(numbers) and numbers.min() < 0:
            raise DataError(f"rows of {kind}: an id is null. Every entity needs an id.")
        return numbers

    def known(self, kind: str) -> Numbering:
        """All rows of a kind, of the lake and of this stage."""
        return self._rows.get(kind) or self._lake.rows(kind)

    def codes(self, column: Column, words: Words) -> np.ndarray:
        """int32 (n,): the codes of some words; new words get the next codes, a null is -1.

        Columns of the same name share their vocabulary (a seeker's city and a job's city), and
        the codes of a column that refers to a kind are the rows of that kind."""
        grown, numbers = self._numbering(column).plus(words)
        if column.refers_to:
            self._rows[column.refers_to] = grown
        else:
            self._codes[column.name] = grown
        return numbers

    def entities(self, entity: Entity, table: pa.Table) -> None:
        """Add versions: row, valid_from_ms and every declared column (`id` is filled in). A
        version of the same (row, valid_from_ms) is replaced. Its codes must be given out before."""
        where = f"entities {entity.kind}"
        table = self._with_ids(entity.kind, table, where)
        table = versions.checked(table, versions.schema_of(entity), where)
        self._check_codes(entity, table, where)
        offset = self._lake.calendar.offset_ms
        days = (table["valid_from_ms"].to_numpy() + offset) // DAY_MS
        for day in np.unique(days).tolist():
            new = table.filter(pa.array(days == day))
            goal = self._layout.versions(entity.kind, day)
            old = self._now(goal)
            self._write(goal, versions.merged(new.slice(0, 0) if old is None else old, new))

    def day(self, table: str, day: int, rows: pa.Table, scene: str | None = None) -> None:
        """Replace a day of a table whole; with `scene`, only the rows of that scene."""
        where = f"{table} {iso(day)}"
        wanted = DAY_TABLES.get(table)
        if wanted is None:
            raise DataError(f"there is no day table '{table}'. Known: {', '.join(DAY_TABLES)}.")
        context = [f for f in rows.schema if f.name not in wanted.names]
        if table == "exposures" and all(f.type in (pa.float64(), pa.int32()) for f in context):
            wanted = pa.schema([*wanted, *(f.remove_metadata() for f in context)])
        rows = versions.checked(rows, wanted, where)
        self._check_day(rows, day, where)
        goal = self._layout.day(table, day)
        old = self._now(goal) if scene is not None else None
        if old is not None:
            rows = _joined(old.filter(pc.not_equal(old["scene"], scene)), rows)
        self._write(goal, rows)

    def rejects(self, name: str, rows: pa.Table) -> None:
        """Replace the refused rows of the import `name`."""
        self._write(self._layout.rejects(name), rows)

    def derived(self, name: str, day: int, rows: pa.Table) -> None:
        """Replace a day of a derived table whole (see `store.derived`)."""
        goal = self._layout.derived(name) / f"dt={iso(day)}" / PART
        parquet.write_for_search(self._aside(goal), rows)

    def derived_groups(
        self, name: str, day: int, schema: pa.Schema, groups: Iterable[pa.Table]
    ) -> None:
        """As `derived`, of a table too large to be held at once."""
        goal = self._layout.derived(name) / f"dt={iso(day)}" / PART
        parquet.write_groups(self._aside(goal), schema, groups)

    def scratch(self) -> Path:
        """A folder for files of the writer's own; it goes with the stage."""
        folder = self._layout.staging / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def commit(self) -> None:
        """Make everything that was staged part of the lake, at once."""
        self._write_new(self._rows, self._lake.rows, self._layout.rows)
        self._write_new(self._codes, self._lake.vocabulary, self._layout.vocabulary)
        order = ("rows", "vocabulary", "entities", "rejects", *DAY_TABLES, "derived")
        goals = sorted(
            self._files, key=lambda goal: order.index(goal.relative_to(self._lake.root).parts[0])
        )
        journal.commit(self._layout, [(self._files[goal], goal) for goal in goals])
        self._open.close()

    def _now(self, goal: Path) -> pa.Table | None:
        """What the lake will have at a path as far as is staged, None if nothing."""
        path = self._files.get(goal, goal)
        return parquet.read(path) if path.exists() else None

    def _write(self, goal: Path, rows: pa.Table) -> None:
        parquet.write(self._aside(goal), rows)

    def _aside(self, goal: Path) -> Path:
        """Where a file of the lake is written before the commit."""
        # Flat names: making and removing a folder for each day takes longer than writing it.
        aside = self._layout.staging / f"{len(self._files):06d}.parquet"
        return self._files.setdefault(goal, aside)

    def _with_ids(self, kind: str, table: pa.Table, where: str) -> pa.Table:
        if "row" not in table.column_names:
            raise DataError(f"{where} lacks the column 'row' (int32). Add it.")
        rows = table["row"].to_numpy()
        ids = self.known(kind)
        if "id" in table.column_names:
            table = table.drop_columns(["id"])
        return table.append_column("id", ids.array(rows))

    def _check_codes(self, entity: Entity, table: pa.Table, where: str) -> None:
        for column in entity.columns:
            if column.type not in ("category", "categories"):
                continue
            size = len(self._numbering(column))
            codes = table[column.name]
            span = pc.min_max(pc.list_flatten(codes) if column.type == "categories" else codes)
            low, high = span["min"].as_py(), span["max"].as_py()
            if high is not None and (low < -1 or high >= size):
                wrong = high if high >= size else low
                raise DataError(
                    f"{where}.{column.name} has the code {wrong}: expected -1 to {size - 1}. "
                    "Get codes from stage.codes first."
                )

    def _numbering(self, column: Column) -> Numbering:
        if column.refers_to:
            return self.known(column.refers_to)
        return self._codes.get(column.name) or self._lake.vocabulary(column.name)

    def _check_day(self, rows: pa.Table, day: int, where: str) -> None:
        if not len(rows):
            return
        span = pc.min_max(rows["ts_ms"]).as_py()
        first, last = (self._lake.calendar.day_of(span[end]) for end in ("min", "max"))
        if first != day or last != day:
            wrong = first if first != day else last
            raise DataError(f"{where}.ts_ms: expected moments of that day, got {iso(wrong)}.")

    def _write_new(
        self,
        staged: dict[str, Numbering],
        known: Callable[[str], Numbering],
        folder: Callable[[str], Path],
    ) -> None:
        for name, numbering in staged.items():
            new = numbering.table(first=len(known(name)))
            if len(new):
                self._write(folder(name) / f"{len(numbering) - len(new):012d}.parquet", new)


def _joined(others: pa.Table, rows: pa.Table) -> pa.Table:
    both = pa.concat_tables([others, rows], promote_options="default")
    for n, field in enumerate(both.schema):
        if both[field.name].null_count:
            missing = pa.scalar(np.nan if pa.types.is_floating(field.type) else -1, field.type)
            both = both.set_column(n, field, pc.fill_null(both[field.name], missing))
    return both
