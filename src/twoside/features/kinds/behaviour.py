"""How steadily somebody acts: on how many days, not how often."""

from __future__ import annotations

from dataclasses import dataclass

MOST_DAYS = 61
"""The longest window: online a history is one integer with a bit a day."""


@dataclass(frozen=True)
class ActiveDays:
    """On how many days the key had at least one of `events`: of the `days` whole days before the
    request's day, and that day up to the request (strictly before it). 0 to days + 1; an unknown
    key has 0. Keys are as in `statistic`."""

    name: str
    key: tuple[str, ...]
    events: tuple[str, ...]
    days: int
    """0 (today alone) to 61"""
    meaning: str = ""
    unit: str = "days"
