"""Everything that may be asked of a feed's past: over 300 features. Selection starts here.

What the shipped funnel reads (`features.py`) comes first, under the same names. Running rates of
the viewer are here too, for who has more than two impressions a person; see `features.py`. A
viewer says nothing in words, so no text is compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.feed.features import FEATURES, MONTH, rates, short_name, shown
from twoside.features.catalogue import together
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.cross import Preference
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Trend

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twoside.features.definition import Feature

WINDOWS = (1, 3, 7, 14, 30)
EVENTS = ("click", "long_view", "like", "hate")

_ALONE = (
    ("item",),
    ("item.author",),
    ("item.category",),
    ("item.music_type",),
    ("item.upload_type",),
    ("context.tab",),
    ("person",),
)
_GROUPS = ("gender", "occupation", "active_degree", "register_range")


def _statistics(keys: Iterable[tuple[str, ...]]) -> Iterator[Feature]:
    for key in keys:
        yield from shown(key, *WINDOWS)
        yield from rates(key, EVENTS, *WINDOWS)
        name = short_name(key)
        for event in EVENTS:
            for days in (1, 7):
                of, over = (f"{name}_{event}_rate_{window}d" for window in (days, 30))
                meaning = f"{event} rate in {days} days against 30"
                yield Trend(f"{name}_{event}_trend_{days}d", of, over, meaning)


def _pairs() -> Iterator[Feature]:
    for group in _GROUPS:
        for its in ("item", "item.author", "item.category", "item.upload_type"):
            yield from shown((f"person.{group}", its), 30)
            yield from rates((f"person.{group}", its), EVENTS, 7, 30)


def _tastes() -> Iterator[Feature]:
    """What the viewer likes more than he likes the average."""
    for group in ("author", "category", "music_type", "upload_type"):
        key = ("person", f"item.{group}")
        yield from shown(key, 30)
        yield from rates(key, EVENTS, 30)
        for event in EVENTS:
            of, over = (f"{short_name(k)}_{event}_rate_30d" for k in (key, ("person",)))
            meaning = f"{event} rate of the viewer with this {group} against that with all"
            yield Preference(f"prefers_{group}_{event}", of, over, meaning)


def _steadily() -> Iterator[Feature]:
    """On how many days there was something."""
    for key in (("person",), ("item",), ("item.author",)):
        for event in ("expose", "click", "like"):
            for days in (3, 7, 14, 30):
                name = f"{short_name(key)}_{event}_days_{days}d"
                yield ActiveDays(name, key, (event,), days, f"days with {event} in {days} days")


def _alike() -> Iterator[Feature]:
    """How near the video is, all in all, to the last ones that the viewer took or hated."""
    columns = ("author", "category", "music_type", "upload_type", "video_type")
    for name, events in (("taken", ("click", "like")), ("hated", ("hate",))):
        mean, most = f"likeness to the last 10 {name}", f"to the nearest of the last 10 {name}"
        yield RecentSimilarity(f"like_{name}", events, 10, columns, "mean", mean, days=MONTH)
        yield RecentSimilarity(f"most_like_{name}", events, 10, columns, "max", most, days=MONTH)


WIDE: dict[str, tuple[Feature, ...]] = {
    "videos_for_viewer": together(
        FEATURES["videos_for_viewer"],
        _statistics(_ALONE),
        _pairs(),
        _tastes(),
        _steadily(),
        _alike(),
    )
}
"""Scene -> the whole catalogue; the features of the shipped funnel are the first."""
