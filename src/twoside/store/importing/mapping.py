"""The mapping: what the files and columns of somebody's logs mean in a domain.

Every field that ends in `file` names a Parquet or CSV file below the data folder (a pattern such
as `log-*.csv.gz` takes many files of the same columns); every other string that names a column is
a column of that file.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from twoside import config

if TYPE_CHECKING:
    from pathlib import Path

TimeUnit = Literal["s", "ms", "us", "iso", "yyyymmdd"]
"""Epoch seconds, milliseconds or microseconds; ISO 8601 (without a zone it is the lake's local
time); a local day as eight digits."""


@dataclass(frozen=True)
class Csv:
    """How text files are written. Their first line names the columns, unless `names` does."""

    delimiter: str = ","
    """One to four characters between the values."""
    quote: str = '"'
    """Around a value that holds the delimiter; "" if values are never quoted."""
    encoding: str = "utf-8"
    """`utf-8`, `latin-1` or `utf-16`."""


@dataclass(frozen=True)
class EntitySource:
    """One file of entities: what becomes a person or an item, and its attributes."""

    kind: str
    """Entity kind of the domain."""
    file: str
    id: str
    """Column of the id, as the logs use it."""
    columns: dict[str, str] = field(default_factory=dict)
    """Our column -> the file's column. What is not mapped is unknown."""
    split: dict[str, str] = field(default_factory=dict)
    """Our column -> separator: a list of categories gets every part, a category the first."""
    prefix: dict[str, int] = field(default_factory=dict)
    """Our column -> how many first characters are kept."""
    unknown: dict[str, list[str]] = field(default_factory=dict)
    """Our column -> words that mean "not known", beside an empty one."""
    time_unit: dict[str, TimeUnit] = field(default_factory=dict)
    """Our time column -> unit, if it is not ISO."""
    valid_from: str = ""
    """Column of the moment from which the row is true. Empty: always."""
    valid_from_unit: TimeUnit = "iso"
    names: tuple[str, ...] = ()
    """Column names of a text file that has none in its first line."""


@dataclass(frozen=True)
class ExposureSource:
    """The file of what was shown: one row a person, item and time."""

    file: str
    person: str
    """Column of the person's id."""
    item: str
    """Column of the item's id."""
    time: str
    """Column of the time at which the item was shown."""
    time_unit: TimeUnit = "ms"
    request: Literal["column", "person_day", "gap"] = "person_day"
    """Which rows were one list: those with the same value of a column; all of a person on a local
    day; or those of a person without a long gap between."""
    request_column: str = ""
    gap_minutes: float = 30.0
    """With `request = "gap"`: a longer pause begins a new request."""
    position: str = ""
    """Column of the position in the list. Empty: the order of time within the request."""
    position_from: int = 0
    """What the log calls the first position."""
    id: str = ""
    """Column of an id of the exposure: a repeated one is refused."""
    context: dict[str, str] = field(default_factory=dict)
    """The scene's context column -> the file's column."""
    origin: dict[str, str] = field(default_factory=dict)
    """`channel`, `policy` or `arm` (how the list came about) -> the file's column of words."""
    names: tuple[str, ...] = ()
    """Column names of a text file that has none in its first line."""


@dataclass(frozen=True)
class EventSource:
    """Where the events of one kind come from: rows of the exposures (no `file`) that meet a
    condition, or a file of its own."""

    kind: str
    """Event kind of the domain."""
    when: str = ""
    """Condition on the row, such as `is_click == 1` or `rating >= 4`. Empty: every row."""
    value: str = ""
    """Column of the kind's own quantity (seconds, stars)."""
    file: str = ""
    """Empty: the exposures' own rows; then the event answers the exposure of its row."""
    person: str = ""
    item: str = ""
    time: str = ""
    """Column of the time; for an event of an exposure's own row, empty: when it was shown."""
    time_unit: TimeUnit = "ms"
    id: str = ""
    """Column of an id of the event, with a `file`: a repeated one is refused."""
    by: Literal["", "person", "item"] = ""
    """Who acted. Empty: as the domain says."""
    by_item_when: str = ""
    """Condition under which the item's side acted, if it differs from row to row."""
    names: tuple[str, ...] = ()
    """Column names of a text file that has none in its first line."""


@dataclass(frozen=True)
class LogMapping:
    """What somebody's files mean."""

    domain: str
    scene: str
    utc_offset_hours: float
    """Local time minus UTC: days are counted in it."""
    entities: tuple[EntitySource, ...] = ()
    """A kind of the scene without a file gets its rows from the logs, with nothing known."""
    exposures: ExposureSource | None = None
    events: tuple[EventSource, ...] = ()
    csv: Csv = Csv()
    earliest: str = "1990-01-01"
    """Rows before this day are refused as out of range."""
    latest: str = "2100-01-01"
    """Rows after this day are refused as out of range."""
    name: str = ""
    """Under which refused rows are kept. Empty: the name of the mapping's file."""


def load_mapping(path: Path) -> LogMapping:
    """The mapping of a TOML file; a wrong one is a `ConfigError` that says where."""
    mapping = config.build(LogMapping, config.read_toml(path), path.name)
    return replace(mapping, name=mapping.name or path.stem)
