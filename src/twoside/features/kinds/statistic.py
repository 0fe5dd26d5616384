"""Counts and smoothed rates of what happened before the request, by any key.

A **key** names whose history counts: `("item",)`, `("person",)`, `("item.title",)` (a category
column of the item), `("person", "item.title")` (this person with this title),
`("item", "context.tab")`. Events of an entity count under the group that it had at the event;
the request reads the group that its parties have at the request.

A **window** of w days is the w whole days before the day of the request, and that day up to the
request itself, exclusive: events with start_of(day - w) <= ts < request. `days=0` is today so
far; `days=None` is everything. So a window needs only daily sums and today's running ones, and
one new day costs one day's work. "expose" counts exposures, at the moment they were shown.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """How many of `events` the key had in the window."""

    name: str
    key: tuple[str, ...]
    events: tuple[str, ...]
    days: int | None
    meaning: str = ""
    unit: str = "events"


@dataclass(frozen=True)
class Rate:
    """(count(events) + weight * prior) / (count(over) + weight): the rate in the window, shrunk
    to `prior` as if `weight` more had been seen."""

    name: str
    key: tuple[str, ...]
    events: tuple[str, ...]
    over: tuple[str, ...]
    days: int | None
    prior: float
    weight: float
    meaning: str = ""
    unit: str = "share"


@dataclass(frozen=True)
class Trend:
    """The feature `of`, a statistic of a short window, divided by the feature `over`, the same of a
    longer one: above 1 it rises. Both are names of number features of the same list. NaN when one
    is unknown or `over` is 0."""

    name: str
    of: str
    over: str
    meaning: str = ""
    unit: str = "times"
