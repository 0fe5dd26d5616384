"""Every kind of feature by plain loops over raw rows: slow, short and obviously right.

What the docstrings of `features/kinds` leave open is settled here, for both engines:

- Only rows of the scene count. An exposure is a happening of kind "expose".
- Everything known of a happening is fixed when it happens: the groups of its two parties
  (statistics) and the columns of its item (sequences) are those of the version in force at its
  `ts_ms`; its context is that of the exposure it answers (unknown when `exposure_id` is -1, or
  the exposure is not in the log).
- The parties of a request are as of the request's `ts_ms`. Before its first version an entity is
  unknown: -1, NaN, an empty list.
- A key with an unknown part (-1) has no history: Count and ActiveDays 0, Rate its prior, Since
  NaN. So has
  person -1. Happenings with an unknown part belong to no key.
- Sequences are in order of (ts_ms, id); at the same ts_ms exposures come before events.
- A context value that a request lacks is unknown (NaN; -1 for a category).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from text_reference import bag, cosine

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
    from collections import Counter
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twoside.features.definition import Feature
    from twoside.schema.calendar import Calendar
    from twoside.schema.domain import Domain, Scene

UNKNOWN = float("nan")
Words: TypeAlias = "Mapping[tuple[str, str], Sequence[str]]"
"""(side, column) -> the words of its codes."""


@dataclass(frozen=True)
class Version:
    """What an entity is from `from_ms` on, until its next version."""

    row: int
    from_ms: int
    columns: Mapping[str, Any]
    """number: float · category: int · categories: list of int · time: int"""


@dataclass(frozen=True)
class Asked:
    """One pair of a request."""

    person: int
    item: int
    ts_ms: int
    context: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Happening:
    """An exposure or event with everything known of it when it happened."""

    kind: str
    ts_ms: int
    order: tuple[int, int]
    person: int
    item: int
    person_columns: Mapping[str, Any]
    item_columns: Mapping[str, Any]
    context: Mapping[str, float]


def reference_values(
    features: Sequence[Feature],
    scene: Scene,
    domain: Domain,
    calendar: Calendar,
    exposures: pa.Table,
    events: pa.Table,
    versions: Mapping[str, Sequence[Version]],
    asked: Sequence[Asked],
    translate: Mapping[tuple[str, str], Mapping[int, int]] | None = None,
    words: Words | None = None,
) -> dict[str, list[float]]:
    """Feature name -> one value for each asked pair.

    `versions` is by entity kind. `translate[(person column, item column)]` gives the item's code
    of a person's word, for two category columns that have two vocabularies. `words` has the words
    of the columns that are read as text.
    """
    named = {f.name: f for f in features}
    world = _World(scene, domain, calendar, versions, named, translate or {}, words or {})
    log = world.happenings(exposures, events)
    return {f.name: [world.value(f, ask, log) for ask in asked] for f in features}


def reference_cells(
    cells: Sequence[tuple[Feature, Asked]],
    scene: Scene,
    domain: Domain,
    calendar: Calendar,
    exposures: pa.Table,
    events: pa.Table,
    versions: Mapping[str, Sequence[Version]],
    features: Sequence[Feature],
    words: Words,
) -> list[float]:
    """One value a pair of a feature and a question: for more features than can be asked of all.
    `features` has those that derived ones are computed from."""
    world = _World(scene, domain, calendar, versions, {f.name: f for f in features}, {}, words)
    log = world.happenings(exposures, events)
    return [world.value(f, ask, log) for f, ask in cells]


@dataclass(frozen=True)
class _World:
    scene: Scene
    domain: Domain
    calendar: Calendar
    versions: Mapping[str, Sequence[Version]]
    named: Mapping[str, Feature]
    translate: Mapping[tuple[str, str], Mapping[int, int]]
    words: Words
    of_key: dict[tuple[tuple[str, ...], int], list[Happening]] = field(default_factory=dict)
    """(key, id of a question) -> the key's happenings before it: many features share a key."""

    def happenings(self, exposures: pa.Table, events: pa.Table) -> list[Happening]:
        names = [column.name for column in self.scene.context]
        found, context_of = [], {}
        for row in exposures.to_pylist():
            if row["scene"] == self.scene.name:
                context = {name: row[name] for name in names}
                context_of[row["exposure_id"]] = context
                found.append(self._happening("expose", (0, row["exposure_id"]), row, context))
        for row in events.to_pylist():
            if row["scene"] == self.scene.name:
                context = context_of.get(row["exposure_id"], {})
                found.append(self._happening(row["kind"], (1, row["event_id"]), row, context))
        return sorted(found, key=lambda h: (h.ts_ms, h.order))

    def _happening(
        self, kind: str, order: tuple[int, int], row: Mapping[str, Any], context: Mapping[str, Any]
    ) -> Happening:
        person, item, ts_ms = row["person"], row["item"], row["ts_ms"]
        return Happening(
            kind,
            ts_ms,
            order,
            person,
            item,
            self.as_of(self.scene.person, person, ts_ms),
            self.as_of(self.scene.item, item, ts_ms),
            context,
        )

    def as_of(self, kind: str, row: int, ts_ms: int) -> Mapping[str, Any]:
        """The columns of the entity at a moment."""
        columns = {
            column.name: {"number": UNKNOWN, "categories": []}.get(column.type, -1)
            for column in self.domain.entity(kind).columns
        }
        best = None
        for version in self.versions.get(kind, ()):
            newer = best is None or version.from_ms >= best
            if version.row == row and version.from_ms <= ts_ms and newer:
                best = version.from_ms
                columns.update(version.columns)
        return columns

    def value(  # noqa: PLR0912 - one case a kind
        self, f: Feature, ask: Asked, log: Sequence[Happening]
    ) -> float:
        person = self.as_of(self.scene.person, ask.person, ask.ts_ms)
        item = self.as_of(self.scene.item, ask.item, ask.ts_ms)
        match f:
            case Attribute():
                return float((person if f.about == "person" else item)[f.column])
            case Identity():
                return float(ask.person if f.about == "person" else ask.item)
            case Context():
                return self.context_of(ask, f.column)
            case Equal():
                return self.equal(f, person[f.person_column], item[f.item_column])
            case Difference():
                return item[f.item_column] - person[f.person_column]
            case Overlap():
                have = {self.word(f, code) for code in person[f.person_column]}
                want = set(item[f.item_column])
                return len(have & want) / len(want) if want else UNKNOWN
            case TextSimilarity():
                mine = self.text("person", f.person_column, person)
                return cosine(mine, self.text("item", f.item_column, item))
            case Distance():
                return kilometres(
                    person[f.person_latitude],
                    person[f.person_longitude],
                    item[f.item_latitude],
                    item[f.item_longitude],
                )
            case Count():
                return float(len(self.in_window(f.key, f.events, f.days, ask, log)))
            case Rate():
                some = len(self.in_window(f.key, f.events, f.days, ask, log))
                all_ = len(self.in_window(f.key, f.over, f.days, ask, log))
                over = all_ + f.weight
                return (some + f.weight * f.prior) / over if over else UNKNOWN
            case ActiveDays():
                past = self.in_window(f.key, f.events, f.days, ask, log)
                return float(len({self.calendar.day_of(h.ts_ms) for h in past}))
            case Since():
                past = self.in_window(f.key, f.events, f.days, ask, log)
                return (ask.ts_ms - past[-1].ts_ms) / 3_600_000 if past else UNKNOWN
            case Age():
                born = (person if f.about == "person" else item)[f.column]
                return (ask.ts_ms - born) / 3_600_000 if born != -1 else UNKNOWN
            case RecentShare():
                recent = self.in_window(("person",), f.events, f.days, ask, log)[-f.last :]
                mine = ask.item if f.column == "item" else item[f.column]
                same = sum(_of(h, f.column) == mine and mine != -1 for h in recent)
                return same / len(recent) if recent else UNKNOWN
            case RecentValue():
                recent = self.in_window(("person",), f.events, f.days, ask, log)
                return float(_of(recent[-f.back], f.column)) if len(recent) >= f.back else -1.0
            case RecentGap():
                recent = self.in_window(("person",), f.events, f.days, ask, log)[-f.last :]
                known = [v for v in (_of(h, f.column) for h in recent) if not math.isnan(v)]
                return item[f.column] - sum(known) / len(known) if known else UNKNOWN
            case RecentSimilarity():
                recent = self.in_window(("person",), f.events, f.days, ask, log)[-f.last :]
                return self.similarity(f, recent, item)
            case Preference() | Trend():
                of, over = (self.value(self.named[name], ask, log) for name in (f.of, f.over))
                return of / over if over else UNKNOWN
            case Hour():
                return float(self.calendar.hour_of(ask.ts_ms))
            case Weekday():
                return float((self.calendar.day_of(ask.ts_ms) + 3) % 7)  # 1970-01-01: Thursday
        raise AssertionError(f)

    def similarity(
        self, f: RecentSimilarity, recent: Sequence[Happening], item: Mapping[str, Any]
    ) -> float:
        found = []
        for h in recent:
            pairs = [(h.item_columns[column], item[column]) for column in f.columns]
            known = [then == now for then, now in pairs if -1 not in (then, now)]
            if known:
                found.append(sum(known) / len(known))
        if not found:
            return UNKNOWN
        return max(found) if f.how == "max" else sum(found) / len(found)

    def context_of(self, ask: Asked, column: str) -> float:
        kind = next(c.type for c in self.scene.context if c.name == column)
        return float(ask.context.get(column, UNKNOWN if kind == "number" else -1))

    def equal(self, f: Equal, mine: int, its: int) -> float:
        return UNKNOWN if -1 in (mine, its) else float(self.word(f, mine) == its)

    def word(self, f: Equal | Overlap, code: int) -> int:
        """The person's word in the item's vocabulary; -2 when that lacks it: known, but equal to
        nothing."""
        columns = f.person_column, f.item_column
        return self.translate[columns].get(code, -2) if columns in self.translate else code

    def text(self, side: str, column: str, of: Mapping[str, Any]) -> Counter[int]:
        codes = of[column] if isinstance(of[column], list) else [of[column]]
        return bag(self.words[side, column][code] for code in set(codes) if code >= 0)

    def in_window(
        self,
        key: tuple[str, ...],
        kinds: tuple[str, ...],
        days: int | None,
        ask: Asked,
        log: Sequence[Happening],
    ) -> list[Happening]:
        """The key's happenings in the window before the request, oldest first."""
        first = -math.inf
        if days is not None:
            first = self.calendar.start_of(self.calendar.day_of(ask.ts_ms) - days)
        if (key, id(ask)) not in self.of_key:
            self.of_key[key, id(ask)] = self.before(key, ask, log)
        return [h for h in self.of_key[key, id(ask)] if h.kind in kinds and first <= h.ts_ms]

    def before(self, key: tuple[str, ...], ask: Asked, log: Sequence[Happening]) -> list[Happening]:
        """All of the key's happenings before the request, oldest first."""
        parts = tuple(self.asked_part(part, ask) for part in key)
        if -1 in parts:
            return []
        return [
            h
            for h in log
            if h.ts_ms < ask.ts_ms and tuple(happened_part(part, h) for part in key) == parts
        ]

    def asked_part(self, part: str, ask: Asked) -> int:
        side, _, column = part.partition(".")
        if side == "context":
            return int(self.context_of(ask, column))
        row = ask.person if side == "person" else ask.item
        kind = self.scene.person if side == "person" else self.scene.item
        return self.as_of(kind, row, ask.ts_ms)[column] if column else row


def happened_part(part: str, h: Happening) -> int:
    """The key's part of a happening; -1 when unknown."""
    side, _, column = part.partition(".")
    if side == "context":
        value = h.context.get(column, -1)
        return -1 if value is None else int(value)
    if not column:
        return h.person if side == "person" else h.item
    return (h.person_columns if side == "person" else h.item_columns)[column]


def _of(h: Happening, column: str) -> float:
    return h.item if column == "item" else h.item_columns[column]


def kilometres(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Haversine on a sphere of radius 6371.0088 km."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * math.asin(math.sqrt(half))
