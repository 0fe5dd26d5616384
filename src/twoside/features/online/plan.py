"""What the declared features need to be kept up, each thing once however many features share it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.features.definition import Recent, about, recent_columns
from twoside.features.kinds.activity import Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.sequence import RecentGap, RecentValue
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday
from twoside.features.online.counters import EVER, CounterNeed
from twoside.features.online.sequences import SequenceNeed
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.definition import Feature
    from twoside.features.online.parties import Party
    from twoside.schema.domain import Scene


@dataclass(frozen=True)
class Plan:
    """All that has to be kept."""

    counters: tuple[CounterNeed, ...]
    sequences: tuple[SequenceNeed, ...]
    contexts: tuple[str, ...]
    """Context columns that are part of a key."""


def canonical_key(key: tuple[str, ...]) -> tuple[str, ...]:
    """The parts of a key in the order in which its counters have them."""
    return tuple(sorted(set(key)))


def canonical_events(events: tuple[str, ...]) -> tuple[str, ...]:
    """A set of kinds, in one order."""
    return tuple(sorted(set(events)))


def window_of(days: int | None) -> int:
    """A window as counters have it."""
    return EVER if days is None else days


def plan(features: Sequence[Feature]) -> Plan:
    """What `features` need."""
    counters = _counters(features)
    contexts = sorted(
        {part.partition(".")[2] for need in counters for part in need.key if "context." in part}
    )
    return Plan(counters, _sequences(features), tuple(contexts))


def _counters(features: Sequence[Feature]) -> tuple[CounterNeed, ...]:
    sums: dict[tuple[str, ...], dict[tuple[tuple[str, ...], int], None]] = {}
    lasts: dict[tuple[str, ...], dict[tuple[str, ...], None]] = {}
    active: dict[tuple[str, ...], dict[tuple[str, ...], int]] = {}
    for f in features:
        if not isinstance(f, Count | Rate | Since | ActiveDays):
            continue
        key = canonical_key(f.key)
        sums.setdefault(key, {})
        lasts.setdefault(key, {})
        active.setdefault(key, {})
        if isinstance(f, Since):
            lasts[key][canonical_events(f.events)] = None
            continue
        if isinstance(f, ActiveDays):
            events = canonical_events(f.events)
            active[key][events] = max(active[key].get(events, 0), f.days)
            continue
        sums[key][canonical_events(f.events), window_of(f.days)] = None
        if isinstance(f, Rate):
            sums[key][canonical_events(f.over), window_of(f.days)] = None
    return tuple(
        CounterNeed(key, tuple(sums[key]), tuple(lasts[key]), tuple(active[key].items()))
        for key in sums
    )


def _sequences(features: Sequence[Feature]) -> tuple[SequenceNeed, ...]:
    length: dict[tuple[str, ...], int] = {}
    codes: dict[tuple[str, ...], dict[str, None]] = {}
    numbers: dict[tuple[str, ...], dict[str, None]] = {}
    for f in features:
        if not isinstance(f, Recent):
            continue
        events = canonical_events(f.events)
        steps = f.back if isinstance(f, RecentValue) else f.last
        length[events] = max(length.get(events, 0), steps)
        columns = (numbers if isinstance(f, RecentGap) else codes).setdefault(events, {})
        for column in recent_columns(f):
            if column != "item":
                columns[column] = None
    return tuple(
        SequenceNeed(events, n, tuple(codes.get(events, ())), tuple(numbers.get(events, ())))
        for events, n in length.items()
    )


def columns_of(
    features: Sequence[Feature],
    scene: Scene,
    people: Party,
    items: Party,
    context_sizes: Mapping[str, int],
) -> tuple[FeatureColumn, ...]:
    """What a model needs to know of each feature."""
    named = {f.name: f for f in features}
    sizes = [_size(f, scene, people, items, context_sizes) for f in features]
    return tuple(
        FeatureColumn(f.name, "number" if size is None else "category", size or 0, about(f, named))
        for f, size in zip(features, sizes, strict=True)
    )


def _size(
    f: Feature, scene: Scene, people: Party, items: Party, context_sizes: Mapping[str, int]
) -> int | None:
    """How many codes a category has; None for a number."""
    size = None
    match f:
        case Attribute():
            party = people if f.about == "person" else items
            if party.type_of(f.column) == "category":
                size = party.cardinality(f.column)
        case Identity():
            size = (people if f.about == "person" else items).size
        case RecentValue():
            size = items.size if f.column == "item" else items.cardinality(f.column)
        case Context():
            if context_type(scene, f.column) == "category":
                size = context_sizes.get(f.column, 0)
        case Hour():
            size = 24
        case Weekday():
            size = 7
    return size


def context_type(scene: Scene, column: str) -> str:
    """The declared type of a context column of the scene."""
    return next(c.type for c in scene.context if c.name == column)
