"""What a feature is: a name, a kind with its settings, a meaning and a unit."""

from __future__ import annotations

from typing import Literal, TypeAlias

from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday

Feature: TypeAlias = (
    Attribute
    | Identity
    | Context
    | Equal
    | Difference
    | Overlap
    | Distance
    | Count
    | Rate
    | Since
    | Age
    | RecentShare
    | RecentValue
    | RecentGap
    | Hour
    | Weekday
)


def about(feature: Feature) -> Literal["person", "item", "pair", "request"]:
    """Whom a feature describes: what is about the person or the request is the same for every
    candidate of a list."""
    match feature:
        case Attribute() | Identity() | Age():
            return feature.about
        case Context() | Hour() | Weekday():
            return "request"
        case RecentValue():
            return "person"
        case Count() | Rate() | Since():
            sides = {part.partition(".")[0] for part in feature.key}
            if sides <= {"context"}:
                return "request"
            if "item" not in sides:
                return "person"
            return "item" if sides == {"item"} else "pair"
        case _:
            return "pair"
