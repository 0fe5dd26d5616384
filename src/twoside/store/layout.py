"""Where things lie in a lake: every path is made here, and nowhere else.

    lake.json                                format, domain, offset from UTC
    requests|exposures|events/dt=YYYY-MM-DD/part.parquet
    entities/<kind>/dt=YYYY-MM-DD/part.parquet    versions, by the day they became valid
    rows/<kind>/<first row>.parquet          id -> dense row; parts are only ever added
    vocabulary/<column>/<first code>.parquet word -> code, one vocabulary a column *name*
    rejects/import=<name>/part.parquet       rows that an import refused, with the reason
    derived/<name>/dt=YYYY-MM-DD/part.parquet    tables computed from these (see `derived`)
    .staging/  .journal.json  .lock          a write that is under way (see `journal`)

A day is one file, so that replacing it is one rename and a reader never sees half a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.schema.calendar import day_number, iso
from twoside.schema.tables import DAY_TABLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FORMAT = 1
"""Raised when a reader of the old format would read the new one wrongly."""

PART = "part.parquet"
_DAY = "dt="


@dataclass(frozen=True)
class Layout:
    """The paths of one lake (or of its staging folder, which has the same shape)."""

    root: Path

    @property
    def about(self) -> Path:
        """What makes a folder a lake."""
        return self.root / "lake.json"

    @property
    def lock(self) -> Path:
        """Held by the one who writes."""
        return self.root / ".lock"

    @property
    def staging(self) -> Path:
        """Files that are written and not yet part of the lake."""
        return self.root / ".staging"

    @property
    def journal(self) -> Path:
        """The list of moves of a commit; while it exists the commit is not finished."""
        return self.root / ".journal.json"

    def table(self, name: str) -> Path:
        """The folder of a day table."""
        return self.root / name

    def day(self, table: str, day: int) -> Path:
        """The file of one day of a table."""
        return self.table(table) / f"{_DAY}{iso(day)}" / PART

    def entities(self, kind: str) -> Path:
        """The folder of an entity kind's versions."""
        return self.root / "entities" / kind

    def versions(self, kind: str, day: int) -> Path:
        """The file of the versions that became valid on a day."""
        return self.entities(kind) / f"{_DAY}{iso(day)}" / PART

    def rows(self, kind: str) -> Path:
        """The folder of the dense rows of an entity kind."""
        return self.root / "rows" / kind

    def vocabulary(self, column: str) -> Path:
        """The folder of the words of a column name."""
        return self.root / "vocabulary" / column

    def rejects(self, name: str = "") -> Path:
        """The folder of refused rows, or the file of one import."""
        folder = self.root / "rejects"
        return folder / f"import={name}" / PART if name else folder

    def derived(self, name: str) -> Path:
        """The folder of a table that is computed from the lake's own."""
        return self.root / "derived" / name

    def foreign(self) -> list[str]:
        """Names of the folders that only a lake would have, for a folder without `lake.json`."""
        known = (*DAY_TABLES, "entities", "rows", "vocabulary")
        return [name for name in known if (self.root / name).exists()]


def days_in(folder: Path) -> dict[int, Path]:
    """Day number -> file, in order of time, of a folder of days."""
    return dict(sorted(_days(folder)))


def _days(folder: Path) -> Iterator[tuple[int, Path]]:
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        if entry.name.startswith(_DAY) and (entry / PART).is_file():
            yield day_number(entry.name.removeprefix(_DAY), str(entry)), entry / PART


def parts_in(folder: Path) -> list[Path]:
    """The parts of an append-only numbering, in order."""
    return sorted(folder.glob("*.parquet")) if folder.is_dir() else []
