"""A lake: one marketplace's logs and entities, as Parquet by day that other engines read too.

`Lake` reads; `lake.stage()` writes (see `stage`). Where files lie is in `layout`, how a write
becomes visible in `journal`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from twoside.errors import DataError, LakeError, did_you_mean
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import Calendar
from twoside.schema.tables import DAY_TABLES
from twoside.store import journal, parquet, versions
from twoside.store.layout import FORMAT, Layout, days_in, parts_in
from twoside.store.numbering import Numbering, empty
from twoside.store.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.schema.domain import Domain
    from twoside.schema.entities import EntityTable

ALWAYS = -(10**6)
NEVER = 10**6
"""Days before and after every log, for a range without an end."""


@dataclass(frozen=True)
class Lake:
    """An existing lake. Cheap to open; reads what is asked for, when it is asked for."""

    root: Path
    domain: str
    calendar: Calendar

    @staticmethod
    def create(root: Path, domain: str, calendar: Calendar) -> Lake:
        """A new lake in a folder that is empty or does not exist yet."""
        if (root / "lake.json").exists():
            raise LakeError(f"{root}: there is a lake already. Open it, or choose another folder.")
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise LakeError(f"{root}: not empty and no lake. Choose a new or an empty folder.")
        about = {
            "format": FORMAT,
            "domain": domain,
            "utc_offset_hours": calendar.utc_offset_hours,
        }
        root.mkdir(parents=True, exist_ok=True)
        journal.replace_text(root / "lake.json", json.dumps(about, indent=2) + "\n")
        return Lake(root, domain, calendar)

    @staticmethod
    def open(root: Path) -> Lake:
        """The lake of a folder. A commit that a killed writer had begun is finished first."""
        layout = Layout(root)
        about = _about(layout)
        journal.recover_if_abandoned(layout)
        return Lake(root, about["domain"], Calendar(float(about["utc_offset_hours"])))

    @property
    def layout(self) -> Layout:
        """The paths of this lake."""
        return Layout(self.root)

    def stage(self) -> Stage:
        """Begin to write: `with lake.stage() as stage: ...; stage.commit()`."""
        return Stage(self)

    # Days ------------------------------------------------------------------------------------

    def days(self, table: str) -> list[int]:
        """The days that a table has, in order."""
        return list(days_in(self.layout.table(_known(table))))

    def files(self, table: str, first_day: int = ALWAYS, last_day: int = NEVER) -> list[str]:
        """The Parquet files of the days `first_day` to `last_day`, both included."""
        found = days_in(self.layout.table(_known(table)))
        return [str(path) for day, path in found.items() if first_day <= day <= last_day]

    def columns(self, table: str, first_day: int = ALWAYS, last_day: int = NEVER) -> list[str]:
        """The columns that any of the days has, context columns too."""
        names: list[str] = self._schema(table, self.files(table, first_day, last_day)).names
        return names

    def read(
        self,
        table: str,
        first_day: int = ALWAYS,
        last_day: int = NEVER,
        columns: Sequence[str] | None = None,
        scene: str | None = None,
    ) -> pa.Table:
        """Rows of a day table, day after day; of one scene if it is named.

        A context column that only other days or scenes have is unknown (NaN, -1) here."""
        files = self.files(table, first_day, last_day)
        schema = self._schema(table, files)
        for name in columns or ():
            if name not in schema.names:
                known = did_you_mean(name, schema.names)
                raise DataError(f"{self.root}: {table} has no column '{name}'. {known}")
        wanted = list(columns) if columns is not None else schema.names
        if not files:
            return pa.schema([schema.field(name) for name in wanted]).empty_table()
        chosen = ds.field("scene") == scene if scene is not None else None
        try:
            source = ds.dataset(files, schema=schema, format="parquet")
            rows = source.to_table(columns=wanted, filter=chosen)
        except (pa.ArrowException, OSError) as error:
            raise parquet.broken(self.root / table, error) from None
        return _without_nulls(rows)

    def event_kinds(self, scene: str) -> set[str]:
        """The kinds of events that the lake has of a scene; a target of others cannot be learnt."""
        rows = self.read("events", columns=["kind"], scene=scene)
        return set(pc.unique(rows["kind"]).to_pylist())

    def behaviours(
        self,
        domain: Domain,
        scene: str,
        first_day: int = ALWAYS,
        before_ms: int | None = None,
    ) -> Behaviours:
        """All events of a scene with a strength, from a day on and strictly before a moment, in
        order of (ts_ms, event_id) within a person and sorted by person."""
        last_day = NEVER if before_ms is None else self.calendar.day_of(before_ms - 1)
        names = ["event_id", "ts_ms", "kind", "person", "item"]
        rows = self.read("events", first_day, last_day, names, scene)
        kinds = rows["kind"].combine_chunks().dictionary_encode()
        strength_of = [domain.event(kind).strength for kind in kinds.dictionary.to_pylist()]
        strength = np.array(strength_of, np.float32)[kinds.indices.to_numpy()]
        event, ts, person, item = (
            rows[name].to_numpy() for name in ("event_id", "ts_ms", "person", "item")
        )
        order = np.lexsort((event, ts, person))
        keep = strength[order] != 0
        if before_ms is not None:
            keep &= ts[order] < before_ms
        order = order[keep]
        return Behaviours(person[order], item[order], ts[order], strength[order])

    def rejects(self) -> pa.Table:
        """Rows that imports refused: import, source, row, reason, value; empty if none."""
        files = sorted(self.layout.rejects().glob("import=*/*.parquet"))
        if not files:
            return REJECTS.empty_table()
        return pa.concat_tables([parquet.read(file) for file in files])

    # Entities --------------------------------------------------------------------------------

    def rows(self, kind: str) -> Numbering:
        """id <-> dense row of an entity kind."""
        return _numbering(self.layout.rows(kind))

    def words(self, kind: str, column: str) -> list[str]:
        """The words of a category column, in order of their codes. Columns of the same name share
        one vocabulary; a column that refers to a kind has that kind's ids as words."""
        found: list[str] = self._words_of(
            self._versions_schema(kind), kind, column
        ).words.to_pylist()
        return found

    def vocabulary(self, column: str) -> Numbering:
        """word <-> code of a column name, also of a context column."""
        return _numbering(self.layout.vocabulary(column))

    def kinds(self) -> list[str]:
        """The entity kinds that the lake has rows of."""
        folder = self.root / "rows"
        return sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []

    def versions(
        self, kind: str, columns: Sequence[str] | None = None, last_day: int = NEVER
    ) -> pa.Table:
        """All versions of a kind that became valid up to a day, in order of that day; with the
        keys (row, id, valid_from_ms) even if only some columns are asked for."""
        files = self._version_files(kind, last_day)
        wanted = None if columns is None else [*versions.KEYS.names, *columns]
        if not files:
            return versions.KEYS.empty_table()
        tables = [parquet.read(file, wanted) for file in files]
        return pa.concat_tables(tables, promote_options="default")

    def entity_table(self, kind: str, as_of_ms: int) -> EntityTable:
        """All entities of a kind as they were at a moment: of each row the latest version with
        `valid_from_ms <= as_of_ms`."""
        schema = _computed(self._versions_schema(kind))
        files = self._version_files(kind, self.calendar.day_of(as_of_ms))
        tables = [parquet.read(file, schema.names) for file in files]
        # With an empty table of all columns, for the time before the first version.
        found = pa.concat_tables([schema.empty_table(), *tables], promote_options="default")
        sizes = {
            field.name: len(self._words_of(found.schema, kind, field.name))
            for field in found.schema
            if _is_coded(field)
        }
        latest = versions.latest(found, len(self.rows(kind)), as_of_ms)
        return versions.at(kind, found, latest, sizes)

    def describe(self, kind: str, row: int, as_of_ms: int) -> dict[str, Any]:
        """One entity for people to read: words instead of codes, texts too, only what is known."""
        found = self.versions(kind, last_day=self.calendar.day_of(as_of_ms))
        found = found.filter(pc.equal(found["row"], row))
        at = versions.latest(found, row + 1, as_of_ms)[row]
        if at < 0:
            return {}
        told: dict[str, Any] = {"id": found["id"][at].as_py()}
        for field in found.schema:
            if field.name in versions.KEYS.names:
                continue
            value = found[field.name][at].as_py()
            if _is_coded(field):
                codes = [value] if isinstance(value, int) else list(value or ())
                words = self._words_of(found.schema, kind, field.name)
                known = words.ids(np.array([code for code in codes if code >= 0], np.int64))
                value = known if pa.types.is_list(field.type) else "".join(known)
            if value not in (None, "", [], -1) and value == value:  # noqa: PLR0124 - NaN
                told[field.name] = value
        return told

    def _version_files(self, kind: str, last_day: int) -> list[Path]:
        found = days_in(self.layout.entities(kind))
        return [path for day, path in found.items() if day <= last_day]

    def _versions_schema(self, kind: str) -> pa.Schema:
        files = self._version_files(kind, NEVER)
        return pa.unify_schemas([parquet.schema(f) for f in files]) if files else versions.KEYS

    def _words_of(self, schema: pa.Schema, kind: str, column: str) -> Numbering:
        if column not in schema.names:
            known = [field.name for field in schema if _is_coded(field)]
            raise DataError(f"{kind} has no column '{column}'. {did_you_mean(column, known)}")
        other = versions.refers_to(schema.field(column))
        return self.rows(other) if other else self.vocabulary(column)

    def _schema(self, table: str, files: Sequence[str]) -> pa.Schema:
        found = [parquet.schema(Path(file)).remove_metadata() for file in files]
        return pa.unify_schemas([DAY_TABLES[_known(table)], *found])


REJECTS = pa.schema(
    [
        ("import", pa.string()),
        ("source", pa.string()),
        ("row", pa.int64()),
        ("reason", pa.string()),
        ("value", pa.string()),
    ]
)
"""`row` counts the rows of the source file from 1 (the header of a CSV is not counted)."""


def _about(layout: Layout) -> dict[str, Any]:
    root, path = layout.root, layout.about
    if not root.is_dir():
        raise LakeError(f"{root}: there is no such folder. Make a lake with: twoside import")
    if not path.is_file():
        inside = layout.foreign()
        if inside:
            raise LakeError(
                f"{root}: half-written: it has {', '.join(inside)} but no lake.json. "
                "Remove the folder and import again."
            )
        raise LakeError(f"{root}: not a lake (no lake.json). Check the path.")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
        number, _, _ = about["format"], about["domain"], float(about["utc_offset_hours"])
    except (ValueError, KeyError, TypeError):
        raise LakeError(f"{path}: not readable as the description of a lake.") from None
    if number != FORMAT:
        raise LakeError(
            f"{root}: format {number}, but this twoside knows format {FORMAT}. "
            "Use the twoside that wrote it, or import again."
        )
    found: dict[str, Any] = about
    return found


def _known(table: str) -> str:
    if table not in DAY_TABLES:
        raise DataError(f"there is no day table '{table}'. {did_you_mean(table, DAY_TABLES)}")
    return table


def _is_coded(field: pa.Field) -> bool:
    return field.name not in versions.KEYS.names and (
        field.type == pa.int32() or pa.types.is_list(field.type)
    )


def _computed(schema: pa.Schema) -> pa.Schema:
    """The columns that an `EntityTable` holds: the keys and all but texts."""
    return pa.schema([field for field in schema if not pa.types.is_string(field.type)])


def _numbering(folder: Path) -> Numbering:
    parts = parts_in(folder)
    if not parts:
        return empty()
    words = pa.concat_tables([parquet.read(part, ["word"]) for part in parts])["word"]
    return Numbering(words.combine_chunks())


def _without_nulls(rows: pa.Table) -> pa.Table:
    for n, field in enumerate(rows.schema):
        if rows[field.name].null_count:
            missing = pa.scalar(np.nan if pa.types.is_floating(field.type) else -1, field.type)
            rows = rows.set_column(n, field, pc.fill_null(rows[field.name], missing))
    return rows
