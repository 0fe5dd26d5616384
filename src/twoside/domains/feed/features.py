"""What is known of a viewer and a video when a list is made.

There is no running rate of the viewer here. All rows of a viewer in two days share it but for
what he did in between, and after a "no" it is lower than before: in KuaiRand such rates raise
AUC by .03 and lower GAUC by .03 (docs/numbers/kuairand.md). The viewer himself is a feature
instead, and rank models learn his rates once, from the days they train on (rank/code_rates.py).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.feed.entities import ANONYMOUS
from twoside.features.kinds.activity import Age
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.sequence import RecentGap, RecentShare
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.features.definition import Feature

_PRIOR = {"click": 0.44, "long_view": 0.31, "like": 0.1, "hate": 0.03}
"""Rates that nothing is known against: of KuaiRand for what only it has, between the two public
logs for likes."""
_WEIGHT = {"click": 20.0, "long_view": 20.0, "like": 10.0, "hate": 10.0}
_TASTE = ("click", "like")
"""What says that a viewer wants more of this, in a log that has either."""

_VIEWER = (
    "active_degree",
    "live_streamer",
    "video_author",
    "follow_count",
    "follow_range",
    "fans_count",
    "fans_range",
    "friend_count",
    "friend_range",
    "register_days",
    "register_range",
    "age",
    "gender",
    "occupation",
    "zip_area",
    *ANONYMOUS,
)
_VIDEO = (
    "author",
    "video_type",
    "upload_type",
    "release_year",
    "duration_ms",
    "width",
    "height",
    "music_type",
    "category",
)


def short_name(key: tuple[str, ...]) -> str:
    """`("item.category", "context.tab")` -> `category_tab`."""
    return "_".join(part.rpartition(".")[2] for part in key)


def shown(key: tuple[str, ...], *windows: int) -> tuple[Feature, ...]:
    """How often the key was shown, per window in days."""
    return tuple(
        Count(
            f"{short_name(key)}_shown_{days}d",
            key,
            ("expose",),
            days,
            f"times shown in {days} days",
        )
        for days in windows
    )


def rates(key: tuple[str, ...], events: tuple[str, ...], *windows: int) -> tuple[Feature, ...]:
    """The rate of each event after being shown, per window in days."""
    return tuple(
        Rate(
            f"{short_name(key)}_{event}_rate_{days}d",
            key,
            (event,),
            ("expose",),
            days,
            _PRIOR[event],
            _WEIGHT[event],
            f"share of {event} among the times shown in {days} days",
        )
        for event in events
        for days in windows
    )


_ATTRIBUTES: tuple[Feature, ...] = (
    Identity("viewer", "person", "the viewer"),
    Identity("video", "item", "the video"),
    *(Attribute(f"viewer_{column}", "person", column) for column in _VIEWER),
    *(Attribute(f"video_{column}", "item", column) for column in _VIDEO),
    Age("video_age", "item", "uploaded_ms", "since the upload"),
    Context("tab", "tab", "the page of the app"),
    Hour("hour", "of the request"),
    Weekday("weekday", "of the request"),
)

_SEEN = ("click", "long_view", "like")
_STATISTICS: tuple[Feature, ...] = (
    *shown(("item",), 1, 7, 30),
    *rates(("item",), (*_SEEN, "hate"), 1, 7, 30),
    *shown(("item.author",), 7, 30),
    *rates(("item.author",), _SEEN, 7, 30),
    *shown(("item.category",), 7, 30),
    *rates(("item.category",), (*_SEEN, "hate"), 7, 30),
    *shown(("item", "context.tab"), 7, 30),
    *rates(("item", "context.tab"), _SEEN, 7, 30),
    *shown(("item.author", "context.tab"), 30),
    *rates(("item.author", "context.tab"), ("click", "long_view"), 30),
    *shown(("item.category", "context.tab"), 30),
    *rates(("item.category", "context.tab"), _SEEN, 7, 30),
    *shown(("context.tab",), 1, 7),
    *rates(("context.tab",), _SEEN, 1, 7),
    *rates(("person.gender", "item"), ("like", "hate"), 30),
    *rates(("person.occupation", "item.category"), ("like", "hate"), 30),
    *rates(("person.active_degree", "item.category"), ("click", "long_view"), 30),
)

MONTH = 30
"""Days that sequences go back: what is older is never read."""


def _lately() -> Iterator[Feature]:
    """How near the video is to the last ones that the viewer took or hated."""
    for column in ("author", "category"):
        meaning = "of the last 20 taken"
        yield RecentShare(f"recent_same_{column}", _TASTE, 20, column, meaning, days=MONTH)
    meaning = "of the last 20 hated"
    yield RecentShare("hated_same_category", ("hate",), 20, "category", meaning, days=MONTH)
    for name, column, meaning, unit in (
        ("recent_duration_gap", "duration_ms", "longer than those taken", "ms"),
        ("recent_year_gap", "release_year", "newer than those taken", "years"),
    ):
        yield RecentGap(name, _TASTE, 20, column, meaning, unit, MONTH)


_SEQUENCE: tuple[Feature, ...] = (
    *_lately(),
    *shown(("person",), 7),
)

FEATURES: dict[str, tuple[Feature, ...]] = {
    "videos_for_viewer": (*_ATTRIBUTES, *_STATISTICS, *_SEQUENCE)
}
"""By scene."""

LIGHT: dict[str, tuple[str, ...]] = {
    "videos_for_viewer": (
        "tab",
        "item_shown_30d",
        "item_click_rate_30d",
        "item_long_view_rate_30d",
        "item_like_rate_30d",
        "item_hate_rate_30d",
        "author_click_rate_30d",
        "category_click_rate_30d",
        "category_like_rate_30d",
        "video_duration_ms",
        "video_age",
    )
}
"""By scene, the features that prerank uses: of the video and the request only, so that a
thousand candidates cost a look-up."""
