"""What a feature is: a name, a kind with its settings, a meaning and a unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal, TypeAlias

from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference, Equal, Overlap, Preference
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate, Trend
from twoside.features.kinds.time import Hour, Weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

Feature: TypeAlias = (
    Attribute
    | Identity
    | Context
    | Equal
    | Difference
    | Overlap
    | Preference
    | Distance
    | TextSimilarity
    | Count
    | Rate
    | Trend
    | ActiveDays
    | Since
    | Age
    | RecentShare
    | RecentValue
    | RecentGap
    | RecentSimilarity
    | Hour
    | Weekday
)


Recent: TypeAlias = RecentShare | RecentValue | RecentGap | RecentSimilarity
"""The kinds that read the person's last behaviours."""

About: TypeAlias = Literal["person", "item", "pair", "request"]


def about(feature: Feature, named: Mapping[str, Feature]) -> About:
    """Whom a feature describes: what is about the person or the request is the same for every
    candidate of a list. `named` has the features that a derived one is computed from."""
    match feature:
        case Attribute() | Identity() | Age():
            return feature.about
        case Context() | Hour() | Weekday():
            return "request"
        case RecentValue():
            return "person"
        case Preference() | Trend():
            whom = {about(named[name], named) for name in (feature.of, feature.over)}
            whom -= {"request"} if len(whom) > 1 else set()
            return whom.pop() if len(whom) == 1 else "pair"
        case Count() | Rate() | Since() | ActiveDays():
            sides = {part.partition(".")[0] for part in feature.key}
            if sides <= {"context"}:
                return "request"
            if "item" not in sides:
                return "person"
            return "item" if sides == {"item"} else "pair"
        case _:
            return "pair"


def recent_columns(feature: Recent) -> tuple[str, ...]:
    """The columns of the items of the behaviours that a feature reads; "item" is the row itself."""
    return feature.columns if isinstance(feature, RecentSimilarity) else (feature.column,)


def look_back_days(feature: Feature, named: Mapping[str, Feature]) -> float:
    """How many days a feature looks back; of a derived one, its shorter part. Infinite for what
    has no window in days: everything before the request, or the parties as they are."""
    match feature:
        case Preference() | Trend():
            return min(look_back_days(named[name], named) for name in (feature.of, feature.over))
        case Attribute() | Identity() | Age() | Context() | Hour() | Weekday():
            return math.inf
        case _:
            days = getattr(feature, "days", None)
            return math.inf if days is None else float(days)
