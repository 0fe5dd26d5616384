"""What rankers know in recruiting: about a hundred features a scene.

Declared wishes say who fits; who *likes* whom shows only in behaviour. So most features count
behaviour, by keys from broad to narrow: what everybody does with this item, what people of this
title do with items of that title, what this very person did with such items, and lately. A narrow
key knows more and has seen less; the model weighs them against each other.

`declaring.py` has the rates of the funnel, `wide.py` the whole catalogue, of which these are what
the shipped funnels read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.domains.recruiting.declaring import MONTH, counts, rates, since
from twoside.features.kinds.activity import Age
from twoside.features.kinds.attribute import Attribute, Identity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.time import Hour, Weekday

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twoside.features.definition import Feature

_LIKED = ("view", "chat")
"""What shows interest of the person, for sequences."""


def _attributes(about: str, columns: Iterable[str]) -> Iterator[Feature]:
    side = "person" if about == "person" else "item"
    for column in columns:
        yield Attribute(f"{about}_{column}", side, column)  # type: ignore[arg-type]


def _matches(education: tuple[str, str], experience: tuple[str, str]) -> Iterator[Feature]:
    """How the declared sides fit; the tuples are (person column, item column)."""
    for column in ("title", "title_group", "city", "degree"):
        yield Equal(f"same_{column}", column, column, f"both say the same {column}")
    yield Overlap("skills_overlap", "skills", "skills", "share of the item's skills the person has")
    for column in ("salary_low", "salary_high"):
        yield Difference(f"{column}_gap", column, column, f"item's {column} over the person's")
    yield Difference("salary_room", "salary_low", "salary_high", "item's top over person's least")
    yield Difference("education_gap", *education, meaning="item's level over the person's")
    yield Difference("experience_gap", *experience, meaning="item's years over the person's")
    yield Distance("distance_km", "latitude", "longitude", "latitude", "longitude")


def _the_request() -> Iterator[Feature]:
    yield Hour("hour")
    yield Weekday("weekday")
    yield Identity("person", "person")
    yield Identity("item", "item")
    yield Age("person_age_hours", "person", "created_ms", "since the person came")
    yield Age("item_age_hours", "item", "created_ms", "since the item came")


def _person_history() -> Iterator[Feature]:
    """How choosy and how lucky the person is, and how tired."""
    key = ("person",)
    yield from rates(key, ("view", "wanted"), (7, 30))
    yield from rates(key, ("chat", "reply", "reach", "refused"), (30,))
    yield from counts(key, ("expose",), (0, 1, 7))
    yield from counts(key, ("view", "chat"), (0, 30))
    yield from since(key, ("expose", "view", "chat"))


def _item_history() -> Iterator[Feature]:
    """How wanted the item is, and whether its side answers or is already busy."""
    key = ("item",)
    yield from rates(key, ("view", "wanted"), (7, 30))
    yield from rates(key, ("chat", "reply", "reach", "refused"), (30,))
    yield from counts(key, ("expose", "chat"), (1, 7))
    yield from counts(key, ("reply", "reach"), (30,))
    yield from since(key, ("chat", "reply"))


def _pair_history() -> Iterator[Feature]:
    """What these two already had with each other."""
    key = ("person", "item")
    yield from counts(key, ("expose", "view", "chat", "reject"), (30,))
    yield from since(key, ("expose", "view"))


def _taste(groups: Iterable[str]) -> Iterator[Feature]:
    """What this person did with items of the same group: the trace of a hidden taste."""
    for group in groups:
        key = ("person", f"item.{group}")
        yield from rates(key, ("view", "wanted"), (30,))
        yield from counts(key, ("expose",), (30,))


def _segments(keys: Iterable[tuple[str, ...]]) -> Iterator[Feature]:
    """What people of one group do with items of another."""
    for key in keys:
        yield from rates(key, ("view", "wanted"), (30,))


def _lately(
    seen: Iterable[str], chatted: Iterable[str], gaps: Iterable[str], values: Iterable[str]
) -> Iterator[Feature]:
    """How near the item is to the last ones that the person looked at or wrote to."""
    for column in seen:
        name, same = f"recent_same_{column}", f"of the same {column}"
        yield RecentShare(name, _LIKED, 20, column, same, days=MONTH)
    for column in chatted:
        name, same = f"chatted_same_{column}", f"of the same {column}"
        yield RecentShare(name, ("chat",), 5, column, same, days=MONTH)
    for column in gaps:
        meaning = "over the mean looked at"
        yield RecentGap(f"recent_{column}_gap", _LIKED, 20, column, meaning, days=MONTH)
    for column in values:
        for back in (1, 2, 3):
            name, meaning = f"last_{column}_{back}", f"{back} back"
            yield RecentValue(name, _LIKED, back, column, meaning, days=MONTH)


JOBS_FOR_SEEKER: tuple[Feature, ...] = (
    *_the_request(),
    *_attributes("person", ("title", "title_group", "city", "degree", "activity")),
    *_attributes("person", ("salary_low", "salary_high", "education", "experience_years", "age")),
    *_attributes("item", ("title", "title_group", "city", "company", "company_size", "industry")),
    *_attributes("item", ("response", "degree", "salary_low", "salary_high", "education_min")),
    *_attributes("item", ("experience_min", "openings", "remote")),
    *_matches(("education", "education_min"), ("experience_years", "experience_min")),
    *_person_history(),
    *_item_history(),
    *rates(("item.boss",), ("reply", "reach", "read"), (30,)),
    *counts(("item.boss",), ("chat", "reply"), (1,)),
    *rates(("item.company",), ("view", "wanted", "reply"), (30,)),
    *_segments(
        (
            ("person.title", "item.title"),
            ("person.title", "item"),
            ("person.title_group", "item"),
            ("person.title", "item.company"),
            ("person.degree", "item.company"),
        )
    ),
    *_taste(("title", "title_group", "company", "industry", "company_size")),
    *_pair_history(),
    *_lately(
        seen=("title", "title_group", "company", "industry", "company_size", "city"),
        chatted=("title", "title_group", "company_size"),
        gaps=("salary_low", "salary_high", "experience_min"),
        values=("item", "title", "company"),
    ),
)

SEEKERS_FOR_BOSS: tuple[Feature, ...] = (
    *_the_request(),
    *_attributes("person", ("title", "title_group", "city", "company", "company_size", "industry")),
    *_attributes("person", ("boss", "degree", "salary_low", "salary_high", "education_min")),
    *_attributes("person", ("experience_min", "openings", "remote")),
    *_attributes("item", ("title", "title_group", "city", "degree", "activity")),
    *_attributes("item", ("salary_low", "salary_high", "education", "experience_years", "age")),
    *_matches(("education_min", "education"), ("experience_min", "experience_years")),
    *_person_history(),
    *_item_history(),
    *rates(("person.boss",), ("view", "wanted"), (30,)),
    *counts(("person.boss",), ("expose",), (1,)),
    *_segments(
        (
            ("person.title", "item.title"),
            ("person.title", "item"),
            ("person.title_group", "item"),
            ("person.company", "item.title"),
            ("person.boss", "item.title"),
            ("person.title", "item.degree"),
        )
    ),
    *_taste(("title", "title_group", "degree")),
    *_pair_history(),
    *_lately(
        seen=("title", "title_group", "degree", "activity", "city"),
        chatted=("title_group", "degree"),
        gaps=("salary_low", "education", "experience_years", "age"),
        values=("item", "title"),
    ),
)

FEATURES: dict[str, tuple[Feature, ...]] = {
    "jobs_for_seeker": JOBS_FOR_SEEKER,
    "seekers_for_boss": SEEKERS_FOR_BOSS,
}
"""Scene -> its features, in the order of the columns of its samples."""

LIGHT: dict[str, tuple[str, ...]] = dict.fromkeys(
    FEATURES,
    (
        "same_title",
        "same_title_group",
        "same_city",
        "skills_overlap",
        "salary_high_gap",
        "experience_gap",
        "distance_km",
        "item_age_hours",
        "item_view_rate_30d",
        "item_wanted_rate_30d",
        "item_reply_rate_30d",
        "person_title_item_title_view_rate_30d",
        "recent_same_title",
    ),
)
"""Scene -> names of the features of the prerank model: cheap for a thousand candidates."""
