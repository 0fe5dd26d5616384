"""The catalogue for people: one line a feature, what it says and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.features.definition import about
from twoside.features.derived import sources
from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Scene


@dataclass(frozen=True)
class Described:
    """One line of the catalogue."""

    name: str
    kind: str
    """The file in features/kinds/ that defines it"""
    form: str
    """The class there"""
    about: str
    """person, item, pair or request"""
    unit: str
    window: str
    """`7 days`, `today`, `always`, `last 20`; empty where there is none."""
    events: str
    source: str
    """The columns that it reads: `seeker.city, job.city`, or by which its events are grouped"""
    meaning: str


def described(features: Sequence[Feature], scene: Scene) -> list[Described]:
    """All features as lines of a table, in the words of the scene."""
    named = {f.name: f for f in features}
    return [
        Described(
            name=f.name,
            kind=type(f).__module__.rpartition(".")[2],
            form=type(f).__name__,
            about=about(f, named),
            unit=f.unit,
            window=" / ".join(_each(f, named, lambda one: [_window(one)])),
            events=" / ".join(_each(f, named, lambda one: [_events(one)])),
            source=", ".join(_each(f, named, lambda one: _columns(one, scene))),
            meaning=f.meaning,
        )
        for f in features
    ]


def _each(
    f: Feature, named: Mapping[str, Feature], say: Callable[[Feature], list[str]]
) -> list[str]:
    """What a feature says of itself; a derived one what those say that it is computed from, each
    thing once."""
    if not sources(f):
        return say(f)
    told = [line for name in sources(f) for line in _each(named[name], named, say)]
    return list(dict.fromkeys(line for line in told if line))


def _columns(f: Feature, scene: Scene) -> list[str]:
    kind = {"person": scene.person, "item": scene.item, "context": "context"}
    match f:
        case Attribute() | Age():
            columns = [f"{kind[f.about]}.{f.column}"]
        case Identity():
            columns = [kind[f.about]]
        case Context():
            columns = [f"context.{f.column}"]
        case Equal() | Difference() | Overlap() | TextSimilarity():
            columns = [f"{scene.person}.{f.person_column}", f"{scene.item}.{f.item_column}"]
        case Distance():
            mine, its = (f.person_latitude, f.person_longitude), (f.item_latitude, f.item_longitude)
            columns = [f"{scene.person}.{column}" for column in mine]
            columns += [f"{scene.item}.{column}" for column in its]
        case Count() | Rate() | Since() | ActiveDays():
            parts = [part.partition(".") for part in f.key]
            columns = [f"{kind[side]}{dot}{column}" for side, dot, column in parts]
        case RecentSimilarity():
            columns = [scene.person, *(f"{scene.item}.{column}" for column in f.columns)]
        case RecentShare() | RecentValue() | RecentGap():
            column = "" if f.column == "item" else f".{f.column}"
            columns = [scene.person, f"{scene.item}{column}"]
        case _:
            columns = ["request.ts_ms"]
    return columns


def _window(f: Feature) -> str:
    match f:
        case Count() | Rate() | Since() | ActiveDays():
            if f.days is None:
                return "always"
            return "today" if f.days == 0 else f"{f.days} days"
        case RecentShare() | RecentGap() | RecentSimilarity():
            return f"last {f.last}{_within(f.days)}"
        case RecentValue():
            return f"{f.back} back{_within(f.days)}"
    return ""


def _within(days: int | None) -> str:
    return "" if days is None else f" in {days} days"


def _events(f: Feature) -> str:
    match f:
        case Rate():
            return f"{'+'.join(f.events)} / {'+'.join(f.over)}"
        case Count() | Since() | ActiveDays():
            return "+".join(f.events)
        case RecentShare() | RecentGap() | RecentValue() | RecentSimilarity():
            return "+".join(f.events)
    return ""
