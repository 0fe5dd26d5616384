"""How recruiting declares statistics: a key, what happened, over how many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.cross import Preference
from twoside.features.kinds.statistic import Count, Rate, Trend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twoside.features.definition import Feature

MONTH = 30
"""Days that histories go back: what is older is never read."""
RATES = {
    "view": ("view", "expose", 0.12, 20.0),
    "chat": ("chat", "view", 0.15, 10.0),
    "wanted": ("chat", "expose", 0.02, 50.0),
    "reply": ("reply", "chat", 0.35, 5.0),
    "reach": ("reach", "chat", 0.12, 10.0),
    "read": ("read", "chat", 0.70, 5.0),
    "refused": ("reject", "view", 0.05, 20.0),
}
"""Short name -> (event, over which event, rate of the whole market, weight of it). The market
rates are rounded; they are only where a key without history starts."""


def rates(key: tuple[str, ...], names: Iterable[str], days: Iterable[int]) -> Iterator[Feature]:
    """Rates of a key, for each name and window."""
    for name in names:
        event, over, prior, weight = RATES[name]
        for window in days:
            yield Rate(
                f"{_short(key)}_{name}_rate_{window}d",
                key,
                (event,),
                (over,),
                days=window,
                prior=prior,
                weight=weight,
                meaning=f"{event} per {over} of {_words(key)} in {window} days and today",
            )


def counts(key: tuple[str, ...], events: Iterable[str], days: Iterable[int]) -> Iterator[Feature]:
    """Counts of a key, for each event and window."""
    for event in events:
        for window in days:
            yield Count(
                f"{_short(key)}_{event}_count_{window}d",
                key,
                (event,),
                days=window,
                meaning=f"number of {event} of {_words(key)} in {window} days and today",
            )


def since(key: tuple[str, ...], events: Iterable[str], days: int = MONTH) -> Iterator[Feature]:
    """Hours since the last of each event, within some days: older history is never read."""
    for event in events:
        yield Since(
            f"{_short(key)}_since_{event}",
            key,
            (event,),
            days,
            meaning=f"since the last {event} of {_words(key)} within {days} days",
        )


def trends(key: tuple[str, ...], names: Iterable[str], short: int, long: int) -> Iterator[Feature]:
    """How each rate of a key in a short window stands to that in a long one; `rates` must declare
    both."""
    for name in names:
        rate = f"{_short(key)}_{name}_rate"
        yield Trend(
            f"{_short(key)}_{name}_trend_{short}d",
            f"{rate}_{short}d",
            f"{rate}_{long}d",
            meaning=f"{name} rate of {_words(key)}, {short} days against {long}",
        )


def preferences(
    whose: str, groups: Iterable[str], names: Iterable[str], days: int
) -> Iterator[Feature]:
    """How each rate of the person with a group of items stands to his rate with all; `rates` must
    declare both."""
    for group in groups:
        for name in names:
            yield Preference(
                f"{whose}_prefers_{_short((group,))}_{name}",
                f"{_short((whose, group))}_{name}_rate_{days}d",
                f"{whose}_{name}_rate_{days}d",
                meaning=f"{name} rate of {_words((whose, group))} against that with all",
            )


def active_days(
    key: tuple[str, ...], events: Iterable[str], days: Iterable[int]
) -> Iterator[Feature]:
    """Days of a window on which the key had the event."""
    for event in events:
        for window in days:
            yield ActiveDays(
                f"{_short(key)}_{event}_days_{window}d",
                key,
                (event,),
                window,
                meaning=f"days with {event} of {_words(key)} in {window} days and today",
            )


def _short(key: tuple[str, ...]) -> str:
    return "_".join(part.replace(".", "_") for part in key)


def _words(key: tuple[str, ...]) -> str:
    """("person", "item.title") -> "this person with this title (item)"."""
    parts = [part.partition(".") for part in key]
    return " with ".join(
        f"this {column} ({side})" if column else f"this {side}" for side, _, column in parts
    )
