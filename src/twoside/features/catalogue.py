"""The catalogue: a list of features checked against its domain, described, and as model columns."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from twoside.errors import ConfigError, did_you_mean
from twoside.features.definition import about
from twoside.features.derived import sources
from twoside.features.graph.happened import EXPOSE
from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import MOST_DAYS, ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference, Equal, Overlap
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.kinds.time import Hour, Weekday
from twoside.schema.samples import FeatureColumn

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import Column, Entity
    from twoside.store.lake import Lake


def check(features: Sequence[Feature], domain: Domain, scene: Scene) -> None:
    """Refuse a list that cannot be computed: a `ConfigError` that names the first wrong place."""
    for name, times in Counter(f.name for f in features).items():
        if times > 1:
            raise ConfigError(
                f"features of {scene.name}: '{name}' is declared {times} times. Rename the others."
            )
    named = {f.name: f for f in features}
    for f in features:
        _Check(domain, scene, f"feature '{f.name}'").feature(f)
    for f in features:
        _Check(domain, scene, f"feature '{f.name}'").derived(f, named)
    _refuse_circles(features, scene)


def together(*parts: Iterable[Feature]) -> tuple[Feature, ...]:
    """Several lists as one. The same feature may be in two; one name with two meanings may not:
    that is a `ConfigError`."""
    found: dict[str, Feature] = {}
    for f in chain(*parts):
        if found.setdefault(f.name, f) != f:
            raise ConfigError(
                f"feature '{f.name}' has two meanings: {found[f.name]!r} and {f!r}. Rename one."
            )
    return tuple(found.values())


def _refuse_circles(features: Sequence[Feature], scene: Scene) -> None:
    named = {f.name: f for f in features}
    done: set[str] = set()

    def follow(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " of ".join(f"'{step}'" for step in (*path[path.index(name) :], name))
            raise ConfigError(
                f"features of {scene.name}: {circle} goes round in a circle. "
                "Compute one of them from features that are not derived."
            )
        if name not in done:
            for source in sources(named[name]):
                follow(source, (*path, name))
            done.add(name)

    for f in features:
        follow(f.name, ())


@dataclass(frozen=True)
class _Check:
    domain: Domain
    scene: Scene
    where: str

    def feature(self, f: Feature) -> None:
        match f:
            case Attribute():
                self.column(f.about, f.column, "number", "category")
            case Age():
                self.column(f.about, f.column, "time")
            case Context():
                self.context(f.column, "number", "category")
            case Count() | Since() | ActiveDays():
                self.key(f.key)
                self.events("events", f.events)
            case Rate():
                self.key(f.key)
                self.events("events", f.events)
                self.events("over", f.over)
            case RecentShare() | RecentValue():
                self.events("events", f.events)
                if f.column != "item":
                    self.column("item", f.column, "category")
            case RecentSimilarity():
                self.events("events", f.events)
                if not f.columns:
                    raise ConfigError(
                        f"{self.where}.columns: needs at least one category column of the item."
                    )
                for column in f.columns:
                    self.column("item", column, "category")
            case RecentGap():
                self.events("events", f.events)
                self.column("item", f.column, "number")
            case _:
                self.pair(f)
        self.numbers(f)

    def pair(self, f: Feature) -> None:
        match f:
            case Equal():
                self.both(f.person_column, f.item_column, "category")
            case Difference():
                self.both(f.person_column, f.item_column, "number")
            case Overlap():
                self.both(f.person_column, f.item_column, "categories")
            case TextSimilarity():
                self.column("person", f.person_column, "category", "categories")
                self.column("item", f.item_column, "category", "categories")
            case Distance():
                self.both(f.person_latitude, f.item_latitude, "number")
                self.both(f.person_longitude, f.item_longitude, "number")

    def numbers(self, f: Feature) -> None:
        days = getattr(f, "days", None)
        if days is not None and days < 0:
            raise ConfigError(f"{self.where}.days = {days}: expected 0 (today) or more days.")
        if isinstance(f, ActiveDays) and f.days > MOST_DAYS:
            raise ConfigError(
                f"{self.where}.days = {f.days}: expected at most {MOST_DAYS}. Count events instead."
            )
        steps = f.back if isinstance(f, RecentValue) else None
        if isinstance(f, RecentShare | RecentGap | RecentSimilarity):
            steps = f.last
        if steps is not None and steps < 1:
            raise ConfigError(f"{self.where}: expected at least 1 behaviour back, got {steps}.")
        if isinstance(f, RecentSimilarity) and f.how not in ("mean", "max"):
            known = did_you_mean(f.how, ("mean", "max"))
            raise ConfigError(f"{self.where}.how: there is no '{f.how}'. {known}")
        if isinstance(f, Rate) and f.weight <= 0:
            raise ConfigError(
                f"{self.where}.weight = {f.weight}: expected more than 0, "
                "else a key without history divides by 0."
            )

    def derived(self, f: Feature, named: Mapping[str, Feature]) -> None:
        for setting, name in zip(("of", "over"), sources(f), strict=False):
            if name == f.name:
                raise ConfigError(
                    f"{self.where}.{setting}: a feature cannot be computed from itself. "
                    "Name another feature of the list."
                )
            if name not in named:
                raise ConfigError(
                    f"{self.where}.{setting}: the list has no feature '{name}'. "
                    f"{did_you_mean(name, named)}"
                )
            if self.is_category(named[name]):
                raise ConfigError(
                    f"{self.where}.{setting}: feature '{name}' is a category, expected a number. "
                    "Name a count, a rate or another number."
                )

    def is_category(self, f: Feature) -> bool:
        match f:
            case Attribute():
                kind = self.scene.person if f.about == "person" else self.scene.item
                return self.domain.entity(kind).column(f.column).type == "category"
            case Context():
                declared = next(c for c in self.scene.context if c.name == f.column)
                return declared.type == "category"
        return isinstance(f, Identity | RecentValue | Hour | Weekday)

    def both(self, mine: str, its: str, kind: str) -> None:
        self.column("person", mine, kind)
        self.column("item", its, kind)

    def column(self, side: str, name: str, *types: str) -> None:
        entity = self.domain.entity(self.scene.person if side == "person" else self.scene.item)
        self.typed(f"{entity.kind} (the {side})", entity.columns, name, types)

    def context(self, name: str, *types: str) -> None:
        self.typed(f"the context of {self.scene.name}", self.scene.context, name, types)

    def typed(
        self, owner: str, columns: Sequence[Column], name: str, types: tuple[str, ...]
    ) -> None:
        found = next((c for c in columns if c.name == name), None)
        if found is None:
            known = did_you_mean(name, [c.name for c in columns])
            raise ConfigError(f"{self.where}: {owner} has no column '{name}'. {known}")
        if found.type not in types:
            raise ConfigError(
                f"{self.where}: column '{name}' of {owner} is of type {found.type}, "
                f"expected {' or '.join(types)}. Use another column or another kind of feature."
            )

    def key(self, key: tuple[str, ...]) -> None:
        if not key:
            raise ConfigError(f"{self.where}.key: needs at least one part, such as 'item'.")
        for part in key:
            side, dot, column = part.partition(".")
            if side not in ("person", "item", "context") or (side == "context" and not dot):
                known = did_you_mean(part, ["person", "item", "item.<column>", "context.<column>"])
                raise ConfigError(f"{self.where}.key: there is no part '{part}'. {known}")
            if side == "context":
                self.context(column, "category")
            elif dot:
                self.column(side, column, "category")

    def events(self, setting: str, kinds: tuple[str, ...]) -> None:
        known = [EXPOSE, *(e.name for e in self.domain.events)]
        if not kinds:
            raise ConfigError(
                f"{self.where}.{setting}: needs at least one event. {did_you_mean('', known)}"
            )
        for kind in kinds:
            if kind not in known:
                raise ConfigError(
                    f"{self.where}.{setting}: {self.domain.name} has no event '{kind}'. "
                    f"{did_you_mean(kind, known)}"
                )


def feature_columns(
    features: Sequence[Feature], lake: Lake, domain: Domain, scene: Scene
) -> tuple[FeatureColumn, ...]:
    """What a model needs to know of each feature; a category is as wide as the lake's vocabulary
    is today."""
    sizes = _Sizes(lake, domain, scene)
    named = {f.name: f for f in features}
    return tuple(_column(f, sizes, named) for f in features)


@dataclass(frozen=True)
class _Sizes:
    lake: Lake
    domain: Domain
    scene: Scene

    def of(self, entity: Entity, column: str) -> int:
        """Words of a category column."""
        declared = entity.column(column)
        if declared.refers_to:
            return len(self.lake.rows(declared.refers_to))
        return len(self.lake.vocabulary(column))

    def side(self, side: str) -> Entity:
        return self.domain.entity(self.scene.person if side == "person" else self.scene.item)


def _column(f: Feature, sizes: _Sizes, named: Mapping[str, Feature]) -> FeatureColumn:
    size: int | None = None
    match f:
        case Attribute():
            entity = sizes.side(f.about)
            if entity.column(f.column).type == "category":
                size = sizes.of(entity, f.column)
        case Identity():
            size = len(sizes.lake.rows(sizes.side(f.about).kind))
        case Context():
            declared = next(c for c in sizes.scene.context if c.name == f.column)
            if declared.type == "category":
                size = len(sizes.lake.vocabulary(f.column))
        case RecentValue():
            items = sizes.side("item")
            size = (
                len(sizes.lake.rows(items.kind))
                if f.column == "item"
                else sizes.of(items, f.column)
            )
        case Hour():
            size = 24
        case Weekday():
            size = 7
        case _:
            pass
    if size is None:
        return FeatureColumn(f.name, "number", 0, about(f, named))
    return FeatureColumn(f.name, "category", size, about(f, named))
