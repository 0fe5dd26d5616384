"""The metrics of a domain: read from one TOML, checked against what the domain declares.

[[dimension]]                     [[metric]]
name = "city"                     name = "chat_rate"
en = "City"                       en = "Chat rate"
zh = "城市"                       zh = "开聊率"
of = "person"                     numerator = "count(chat)"
column = "city"                   denominator = "count(exposures)"
                                  format = "percent"
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from twoside import config
from twoside.bi.terms import Term, conditions, term
from twoside.errors import ConfigError, did_you_mean
from twoside.schema.tables import ORIGIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twoside.schema.domain import Domain, Scene


_ORIGIN = tuple(column.name for column in ORIGIN)


@dataclass(frozen=True)
class Dimension:
    """What a metric can be split by."""

    name: str
    en: str
    zh: str
    of: str
    """`person` or `item` of the scene, `exposure` for a context column, or an entity kind."""
    column: str
    """A category that they declare; of an exposure also `position`, `channel`, `policy`, `arm`."""


@dataclass(frozen=True)
class Metric:
    """One entry of the TOML."""

    name: str
    en: str
    zh: str
    numerator: str
    denominator: str = ""
    """Empty: the metric is its numerator, not a ratio."""
    filter: str = ""
    """Conditions on the rows of both."""
    numerator_filter: str = ""
    """Conditions on the rows of the numerator alone."""
    dimensions: tuple[str, ...] = ()
    """What it may be split by; empty: all that its rows have."""
    direction: Literal["up", "down"] = "up"
    """Which way is good."""
    unit: str = ""
    format: Literal["count", "decimal", "percent"] = "count"
    meaning: str = ""


@dataclass(frozen=True)
class Settings:
    """The whole TOML."""

    dimension: tuple[Dimension, ...]
    metric: tuple[Metric, ...]
    headline: tuple[str, ...]
    """Metrics at the top of the daily report."""
    funnel: tuple[str, ...]
    """Metrics that follow each other, counts all."""
    visit: str = "exposures"
    """Whose people count as having come, for retention: exposures, requests or a kind of event."""
    cross: tuple[tuple[str, str], ...] = ()
    """Pairs of dimensions that are kept together, to go from one into the other."""
    label_days: int = 1
    """An event labels its exposure on the exposure's day and this many days after."""
    context_days: int = 1
    """An event has its exposure's position and context if that was at most this many days ago."""


@dataclass(frozen=True)
class Defined:
    """A metric with its terms read."""

    metric: Metric
    numerator: Term
    denominator: Term | None

    @property
    def terms(self) -> tuple[Term, ...]:
        """The quantities that the cube must keep for it."""
        return (self.numerator, self.denominator) if self.denominator else (self.numerator,)


@dataclass(frozen=True)
class SceneDimension:
    """A dimension in one scene: whose column it is there."""

    dimension: Dimension
    side: Literal["person", "item", "exposure"]
    kind: str
    """The entity kind, '' for an exposure's own column."""
    refers_to: str = ""
    """The kind whose rows are the column's codes; '' if they are of its vocabulary."""

    @property
    def name(self) -> str:
        """Of the dimension."""
        return self.dimension.name

    @property
    def is_origin(self) -> bool:
        """Does it say how a list came about? Not every log tells that (`schema.tables.ORIGIN`)."""
        return self.side == "exposure" and self.dimension.column in _ORIGIN


@dataclass(frozen=True)
class Book:
    """All metrics of a domain, checked."""

    domain: Domain
    settings: Settings
    defined: Mapping[str, Defined]
    """In the order of the TOML"""

    def metric(self, name: str) -> Defined:
        """A metric by name."""
        if name not in self.defined:
            hint = did_you_mean(name, self.defined)
            raise ConfigError(f"metrics of {self.domain.name}: there is no '{name}'. {hint}")
        return self.defined[name]

    def dimensions(self, scene: str) -> dict[str, SceneDimension]:
        """The dimensions that a scene (short name) has."""
        found = (
            _in_scene(d, self.domain, self.domain.scene(scene)) for d in self.settings.dimension
        )
        return {one.name: one for one in found if one is not None}

    def dimensions_of(self, metric: str, scene: str) -> list[str]:
        """What a metric can be split by in a scene."""
        one = self.metric(metric)
        sides = set.intersection(*(set(t.sides) for t in one.terms))
        able = [d.name for d in self.dimensions(scene).values() if d.side in sides]
        return [name for name in able if name in (one.metric.dimensions or able)]

    def groups(self, scene: str) -> list[tuple[str, ...]]:
        """The sets of dimensions that the cube keeps: none, each, and the declared pairs."""
        names = list(self.dimensions(scene))
        pairs = [pair for pair in self.settings.cross if set(pair) <= set(names)]
        return [(), *((name,) for name in names), *pairs]

    def terms(self) -> list[Term]:
        """Every quantity, once."""
        visits = Term("people", self.settings.visit)
        found = [visits, *(t for one in self.defined.values() for t in one.terms)]
        return list({str(t): t for t in found}.values())

    @cached_property
    def fingerprint(self) -> str:
        """Changes with everything that changes what the cube keeps; names and colours do not."""
        about = [str(t) for t in self.terms()]
        about += [f"{d.name} {d.of} {d.column}" for d in self.settings.dimension]
        about += [repr(self.settings.cross), repr(self.labels)]
        about += [str(self.settings.label_days), str(self.settings.context_days)]
        return hashlib.sha256("\n".join(about).encode()).hexdigest()[:16]

    @property
    def labels(self) -> list[str]:
        """The labels that an exposure can have; the last in this order that followed is its own."""
        return ["none", *(event.name for event in self.domain.events)]


def read(table: Mapping[str, Any], domain: Domain, where: str = "metrics.toml") -> Book:
    """The book of a TOML's tables; an unknown name is a `ConfigError` with place and nearest."""
    settings = config.build(Settings, dict(table))
    _once((d.name for d in settings.dimension), f"{where}: dimension")
    _once((m.name for m in settings.metric), f"{where}: metric")
    for n, dimension in enumerate(settings.dimension):
        _check_dimension(dimension, domain, f"{where}: dimension[{n}] '{dimension.name}'")
    defined = {
        metric.name: _defined(metric, settings, domain, f"{where}: metric '{metric.name}'")
        for metric in settings.metric
    }
    book = Book(domain, settings, defined)
    _check_lists(book, where)
    for metric in settings.metric:
        _check_splits(book, metric, f"{where}: metric '{metric.name}'.dimensions")
    return book


def _once(names: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ConfigError(f"{where} '{name}' is defined twice. Rename or remove one.")
        seen.add(name)


def _in_scene(dimension: Dimension, domain: Domain, scene: Scene) -> SceneDimension | None:
    of, column = dimension.of, dimension.column
    if of == "exposure":
        known_of_lists = _of_exposures(scene)
        return SceneDimension(dimension, "exposure", "") if column in known_of_lists else None
    sides = {"person": scene.person, "item": scene.item}
    for side, kind in sides.items():
        known = {c.name: c for c in domain.entity(kind).columns if c.type == "category"}
        if of in (side, kind) and column in known:
            refers_to = known[column].refers_to
            return SceneDimension(dimension, side, kind, refers_to)  # type: ignore[arg-type]
    return None


def _of_exposures(scene: Scene) -> set[str]:
    """The columns of an exposure that can be a dimension."""
    return {"position", *_ORIGIN, *(c.name for c in scene.context if c.type == "category")}


def _check_dimension(dimension: Dimension, domain: Domain, where: str) -> None:
    kinds = [entity.kind for entity in domain.entities]
    owners = ["person", "item", "exposure", *kinds]
    if dimension.of not in owners:
        raise ConfigError(
            f"{where}.of = '{dimension.of}': there is no such party. "
            f"{did_you_mean(dimension.of, owners)}"
        )
    if any(_in_scene(dimension, domain, scene) for scene in domain.scenes):
        return
    known: set[str] = set()
    for scene in domain.scenes:
        if dimension.of == "exposure":
            known |= _of_exposures(scene)
        for side, kind in (("person", scene.person), ("item", scene.item)):
            if dimension.of in (side, kind):
                columns = domain.entity(kind).columns
                known |= {c.name for c in columns if c.type == "category"}
    raise ConfigError(
        f"{where}.column: {dimension.of} has no category '{dimension.column}' in any scene. "
        f"{did_you_mean(dimension.column, known)}"
    )


def _defined(metric: Metric, settings: Settings, domain: Domain, where: str) -> Defined:
    kinds = [event.name for event in domain.events]
    names = [d.name for d in settings.dimension]
    above = term(metric.numerator, kinds, f"{where}.numerator")
    below = term(metric.denominator, kinds, f"{where}.denominator") if metric.denominator else None
    sources = [above.source, *([below.source] if below else [])]
    both = conditions(metric.filter, sources, names, f"{where}.filter")
    alone = conditions(metric.numerator_filter, [above.source], names, f"{where}.numerator_filter")
    below = below.where(both) if below else None
    one = Defined(replace(metric), above.where((*both, *alone)), below)
    of = {d.name: d for d in settings.dimension}
    for t in one.terms:
        for condition in t.conditions:
            if condition.column not in of:
                continue
            found = [_in_scene(of[condition.column], domain, scene) for scene in domain.scenes]
            if any(f is None or f.side not in t.sides for f in found):
                raise ConfigError(
                    f"{where}: '{condition}' cannot be asked of {t.what}({t.source}) in every "
                    "scene. Use a column that its rows have."
                )
    return one


def _check_lists(book: Book, where: str) -> None:
    settings = book.settings
    names = [d.name for d in settings.dimension]
    for place in ("headline", "funnel"):
        for name in getattr(settings, place):
            if name not in book.defined:
                hint = did_you_mean(name, book.defined)
                raise ConfigError(f"{where}: {place} has no metric '{name}'. {hint}")
    for name in settings.funnel:
        one = book.metric(name)
        if one.denominator is not None or one.numerator.is_set:
            raise ConfigError(
                f"{where}: funnel '{name}': expected a count, got {one.metric.numerator}"
                f"{' / ' + one.metric.denominator if one.metric.denominator else ''}."
            )
    for pair in settings.cross:
        for name in pair:
            if name not in names:
                raise ConfigError(
                    f"{where}: cross has no dimension '{name}'. {did_you_mean(name, names)}"
                )
    kinds = [event.name for event in book.domain.events]
    term(f"people({settings.visit})", kinds, f"{where}: visit")
    if settings.label_days < 0 or settings.context_days < 0:
        raise ConfigError(f"{where}: label_days and context_days: expected 0 or more.")


def _check_splits(book: Book, metric: Metric, where: str) -> None:
    names = [d.name for d in book.settings.dimension]
    able = {n for s in book.domain.scenes for n in book.dimensions_of(metric.name, s.name)}
    for name in metric.dimensions:
        if name not in names:
            raise ConfigError(f"{where}: no dimension '{name}'. {did_you_mean(name, names)}")
        if name not in able:
            raise ConfigError(
                f"{where}: '{name}' is not of the rows that it counts. {did_you_mean(name, able)}"
            )
