"""How long ago: the last time that something happened, and the age of a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Since:
    """Hours from the key's last event among `events` (strictly before the request) to the
    request; NaN when there was none in the window. Keys and windows are as in `statistic`."""

    name: str
    key: tuple[str, ...]
    events: tuple[str, ...]
    days: int | None = None
    meaning: str = ""
    unit: str = "hours"


@dataclass(frozen=True)
class Age:
    """Hours from a time column of the person or item to the request; NaN when unknown."""

    name: str
    about: Literal["person", "item"]
    column: str
    meaning: str = ""
    unit: str = "hours"
