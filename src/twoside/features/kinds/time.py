"""When the request is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hour:
    """Local hour of the request, 0 to 23, as a category."""

    name: str
    meaning: str = ""
    unit: str = "hour"


@dataclass(frozen=True)
class Weekday:
    """Local weekday of the request, 0 (Monday) to 6, as a category."""

    name: str
    meaning: str = ""
    unit: str = "weekday"
