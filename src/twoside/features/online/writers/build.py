"""Which writer writes which features: each feature to the family of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twoside.errors import ConfigError
from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.match import Difference, Equal, Overlap
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday
from twoside.features.online.plan import canonical_events, canonical_key
from twoside.features.online.writers.attributes import ItemAges, PartyColumns, RequestColumns
from twoside.features.online.writers.matches import Differences, Distances, Equals, Overlaps
from twoside.features.online.writers.recents import Recents
from twoside.features.online.writers.statistics import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import numpy as np

    from twoside.features.definition import Feature
    from twoside.features.online.keyed import Keyed
    from twoside.features.online.parties import Party
    from twoside.features.online.sequences import Sequences
    from twoside.features.online.writers import Writer
    from twoside.schema.domain import Scene


def writers_of(
    features: Sequence[Feature],
    scene: Scene,
    people: Party,
    items: Party,
    keyed: Sequence[Keyed],
    sequences: Sequence[Sequences],
    translate: Mapping[tuple[str, str], np.ndarray],
) -> list[Writer]:
    """Writers that together fill a matrix with a column for each of `features`, in order."""
    families: dict[Any, list[tuple[Any, int]]] = {}
    for column, f in enumerate(features):
        _check(f, people, items)
        families.setdefault(_family(f), []).append((f, column))
    by_key = {k.need.key: k for k in keyed}
    by_events = {s.need.events: s for s in sequences}
    build: dict[str, Callable[[list[tuple[Any, int]]], Writer]] = {
        "person": lambda placed: PartyColumns(placed, "person"),
        "item": lambda placed: PartyColumns(placed, "item"),
        "age": ItemAges,
        "request": lambda placed: RequestColumns(placed, scene),
        "Equal": lambda placed: Equals(placed, translate),
        "Difference": Differences,
        "Overlap": lambda placed: Overlaps(placed, translate),
        "Distance": Distances,
    }
    writers: list[Writer] = []
    for family, placed in families.items():
        match family:
            case "key", key:
                writers.append(Statistics(placed, by_key[key]))
            case "events", events:
                writers.append(Recents(placed, by_events[events]))
            case str():
                writers.append(build[family](placed))
    return writers


def _family(f: Feature) -> Hashable:
    match f:
        case Attribute() | Identity():
            return f.about
        case Age():
            return "age" if f.about == "item" else "request"
        case Context() | Hour() | Weekday():
            return "request"
        case Count() | Rate() | Since():
            return "key", canonical_key(f.key)
        case RecentShare() | RecentValue() | RecentGap():
            return "events", canonical_events(f.events)
        case _:
            return type(f).__name__


def _check(f: Feature, people: Party, items: Party) -> None:
    """Columns must exist and have the type that the kind computes with."""
    match f:
        case Attribute():
            _party(f.about, people, items).require(f.column, "number", "category", feature=f.name)
        case Age():
            _party(f.about, people, items).require(f.column, "time", feature=f.name)
        case Equal():
            people.require(f.person_column, "category", feature=f.name)
            items.require(f.item_column, "category", feature=f.name)
        case Distance():
            people.require(f.person_latitude, "number", feature=f.name)
            people.require(f.person_longitude, "number", feature=f.name)
            items.require(f.item_latitude, "number", feature=f.name)
            items.require(f.item_longitude, "number", feature=f.name)
        case Difference():
            people.require(f.person_column, "number", feature=f.name)
            items.require(f.item_column, "number", feature=f.name)
        case Overlap():
            people.require(f.person_column, "categories", feature=f.name)
            items.require(f.item_column, "categories", feature=f.name)
        case Count() | Rate() | Since():
            for part in f.key:
                _check_part(part, f.name, people, items)
        case RecentShare() | RecentValue() if f.column != "item":
            items.require(f.column, "category", feature=f.name)
        case RecentGap():
            items.require(f.column, "number", feature=f.name)


def _check_part(part: str, feature: str, people: Party, items: Party) -> None:
    side, _, column = part.partition(".")
    if side not in ("person", "item", "context") or (side == "context" and not column):
        raise ConfigError(
            f"feature '{feature}': key part '{part}': expected person, item, person.COLUMN, "
            "item.COLUMN or context.COLUMN."
        )
    if side != "context" and column:
        _party(side, people, items).require(column, "category", feature=feature)


def _party(side: str, people: Party, items: Party) -> Party:
    return people if side == "person" else items
