"""Everything that may be asked of a feed's past: over 300 features. Selection starts here.

What the shipped funnel reads (`features.py`) comes first, under the same names. Running rates of
the viewer are here too, for who has more than two impressions a person; see `features.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.feed.features import FEATURES, rates, shown
from twoside.features.catalogue import together

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


def _pairs() -> Iterator[Feature]:
    for group in _GROUPS:
        for its in ("item", "item.author", "item.category", "item.upload_type"):
            yield from shown((f"person.{group}", its), 30)
            yield from rates((f"person.{group}", its), EVENTS, 7, 30)


WIDE: dict[str, tuple[Feature, ...]] = {
    "videos_for_viewer": together(FEATURES["videos_for_viewer"], _statistics(_ALONE), _pairs())
}
"""Scene -> the whole catalogue; the features of the shipped funnel are the first."""
