"""What the person did most recently: the last behaviours strictly before the request.

The sequence is of the person's events among `events`, in order of (ts_ms, event_id); an item
taken twice stands in it twice. `days` ends it so many whole days before the request's day; None:
nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RecentShare:
    """Share of the last `last` behaviours whose item has the candidate's `column` (a category
    column of the item, or "item" itself). NaN when there are no behaviours; unknown (-1) equals
    nothing."""

    name: str
    events: tuple[str, ...]
    last: int
    column: str
    meaning: str = ""
    unit: str = "share"
    days: int | None = None


@dataclass(frozen=True)
class RecentValue:
    """The `column` of the item of the behaviour `back` steps ago (1: the last), as a category
    ("item": its row); -1 when there is none."""

    name: str
    events: tuple[str, ...]
    back: int
    column: str
    meaning: str = ""
    unit: str = ""
    days: int | None = None


@dataclass(frozen=True)
class RecentGap:
    """Candidate's number column minus its mean over the items of the last `last` behaviours
    (unknown values left out); NaN when either is unknown."""

    name: str
    events: tuple[str, ...]
    last: int
    column: str
    meaning: str = ""
    unit: str = ""
    days: int | None = None
