"""Which writer writes which features: each feature to the family of its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twoside.features.derived import Derived
from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday
from twoside.features.online.plan import canonical_events, canonical_key
from twoside.features.online.writers.attributes import ItemAges, PartyColumns, RequestColumns
from twoside.features.online.writers.derivations import Derivations
from twoside.features.online.writers.matches import Differences, Distances, Equals, Overlaps
from twoside.features.online.writers.recents import Recents
from twoside.features.online.writers.statistics import Statistics
from twoside.features.online.writers.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

    import numpy as np

    from twoside.features.definition import Feature
    from twoside.features.online.keyed import Keyed
    from twoside.features.online.sequences import Sequences
    from twoside.features.online.writers import Writer
    from twoside.features.text import Vectors
    from twoside.schema.domain import Scene


def writers_of(
    features: Sequence[Feature],
    scene: Scene,
    keyed: Sequence[Keyed],
    sequences: Sequence[Sequences],
    translate: Mapping[tuple[str, str], np.ndarray],
    texts: Mapping[tuple[str, str], Vectors],
) -> list[Writer]:
    """Writers that together fill a matrix with a column for each of `features`, in order. Of
    derived ones the features that they are computed from must be among them."""
    families: dict[Any, list[tuple[Any, int]]] = {}
    for column, f in enumerate(features):
        if isinstance(f, Derived):
            continue
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
        "TextSimilarity": lambda placed: Texts(placed, texts),
    }
    writers: list[Writer] = []
    for family, placed in families.items():
        match family:
            case "key", key:
                writers.append(Statistics(placed, by_key[key]))
            case "events", events, days:
                writers.append(Recents(placed, by_events[events], days))
            case str():
                writers.append(build[family](placed))
    if any(isinstance(f, Derived) for f in features):
        writers.append(Derivations(features))
    return writers


def _family(f: Feature) -> Hashable:
    match f:
        case Attribute() | Identity():
            return f.about
        case Age():
            return "age" if f.about == "item" else "request"
        case Context() | Hour() | Weekday():
            return "request"
        case Count() | Rate() | Since() | ActiveDays():
            return "key", canonical_key(f.key)
        case RecentShare() | RecentValue() | RecentGap() | RecentSimilarity():
            return "events", canonical_events(f.events), f.days
        case _:
            return type(f).__name__
