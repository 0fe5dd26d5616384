"""Everything that may be asked of recruiting's past: over 1,500 features a scene.

Selection starts here. A group of one side is told by all behaviours in all windows; a pair of
groups, which has seen less, by interest alone. Trends and preferences divide rates that are there
anyhow. What the shipped funnels read (`features.py`) comes
first, under the same names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.recruiting.declaring import (
    MONTH,
    RATES,
    active_days,
    counts,
    preferences,
    rates,
    since,
    trends,
)
from twoside.domains.recruiting.features import FEATURES
from twoside.features.catalogue import together
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.similarity import RecentSimilarity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twoside.features.definition import Feature

WINDOWS = (1, 3, 7, 14, 30)
EVENTS = ("expose", "view", "chat", "read", "reply", "reach", "reject")

_SEEKER = ("title", "title_group", "city", "degree", "activity")
_JOB = ("title", "title_group", "city", "degree", "boss", "company", "company_size", "industry")
_JOB_TOO = ("response",)
"""Of a job alone, not in pairs."""


def _alone(side: str, columns: Iterable[str]) -> Iterator[Feature]:
    """One side and each of its groups, by all behaviours."""
    for key in ((side,), *((f"{side}.{column}",) for column in columns)):
        yield from rates(key, RATES, WINDOWS)
        yield from counts(key, EVENTS, WINDOWS)
        yield from since(key, EVENTS)
        yield from trends(key, RATES, 7, 30)
        yield from trends(key, ("view", "wanted"), 1, 30)


def _together(person: Iterable[str], item: Iterable[str]) -> Iterator[Feature]:
    """The person or a group of people with the item or a group of items, by interest."""
    for mine in ("person", *(f"person.{column}" for column in person)):
        for its in ("item", *(f"item.{column}" for column in item)):
            yield from rates((mine, its), ("view", "wanted"), (7, 30))
            yield from counts((mine, its), ("expose", "chat"), (7, 30))
            yield from since((mine, its), ("view",))


def _steadily(keys: Iterable[str]) -> Iterator[Feature]:
    """On how many days there was something; a whole title has something every day."""
    for key in keys:
        yield from active_days((key,), ("view", "chat", "reply"), (3, 7, 14, 30))


def _preferred(groups: Iterable[str]) -> Iterator[Feature]:
    """What the person likes more than he likes the average."""
    yield from preferences("person", [f"item.{group}" for group in groups], ("view", "wanted"), 30)


def _texts() -> Iterator[Feature]:
    """How alike titles and skills read, each with each."""
    for mine in ("title", "skills"):
        for its in ("title", "skills"):
            meaning = f"letters of the item's {its} against those of the person's {mine}"
            yield TextSimilarity(f"{mine}_reads_like_{its}", mine, its, meaning)


def _alike(columns: tuple[str, ...]) -> Iterator[Feature]:
    """How near the item is, all in all, to the last ones that the person turned to."""
    for name, events, last in (("seen", ("view", "chat"), 10), ("chatted", ("chat",), 5)):
        mean, most = f"likeness to the last {last} {name}", f"to the nearest of the last {last}"
        yield RecentSimilarity(f"like_{name}", events, last, columns, "mean", mean, days=MONTH)
        yield RecentSimilarity(f"most_like_{name}", events, last, columns, "max", most, days=MONTH)


WIDE: dict[str, tuple[Feature, ...]] = {
    "jobs_for_seeker": together(
        FEATURES["jobs_for_seeker"],
        _alone("person", _SEEKER),
        _alone("item", (*_JOB, *_JOB_TOO)),
        _together(_SEEKER, _JOB),
        _steadily(("person", "item", "item.boss", "item.company")),
        _preferred(("title", "title_group", "degree", "company", "company_size", "industry")),
        _texts(),
        _alike(("title", "title_group", "city", "degree", "company_size", "industry")),
    ),
    "seekers_for_boss": together(
        FEATURES["seekers_for_boss"],
        _alone("person", (*_JOB, *_JOB_TOO)),
        _alone("item", _SEEKER),
        _together(_JOB, _SEEKER),
        _steadily(("person", "item", "person.boss", "person.company")),
        _preferred(("title", "title_group", "city", "degree", "activity")),
        _texts(),
        _alike(("title", "title_group", "city", "degree", "activity")),
    ),
}
"""Scene -> the whole catalogue; the features of the shipped funnels are the first."""
