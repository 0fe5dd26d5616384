"""The plan of an import: the mapping held against the domain and the files.

All that can be wrong with a mapping is found here, in one error that names the place, before
anything is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.calendar import DAY_MS, Calendar, day_number
from twoside.schema.tables import ORIGIN
from twoside.store.importing.condition import Condition, condition
from twoside.store.importing.source import Source, open_source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import Column, Entity
    from twoside.store.importing.mapping import (
        EntitySource,
        EventSource,
        ExposureSource,
        LogMapping,
    )

_ORIGINS = tuple(column.name for column in ORIGIN)


@dataclass(frozen=True)
class PlannedEntity:
    """A file of entities."""

    told: EntitySource
    entity: Entity
    source: Source


@dataclass(frozen=True)
class PlannedEvent:
    """Events of one kind from one source."""

    told: EventSource
    source: Source
    when: Condition
    by_item_when: Condition | None
    by: str
    """"person" or "item", where no condition says it."""


@dataclass(frozen=True)
class Plan:
    """What will be read, all of it checked."""

    mapping: LogMapping
    domain: Domain
    scene: Scene
    calendar: Calendar
    entities: tuple[PlannedEntity, ...]
    exposures: tuple[ExposureSource, Source] | None
    events: tuple[PlannedEvent, ...]
    first_ms: int
    """Moments before it are out of range."""
    end_ms: int
    """Moments from it on are out of range."""

    @property
    def scene_number(self) -> int:
        """The place of the scene in its domain, so that ids of scenes do not meet."""
        return self.domain.scenes.index(self.scene)

    @property
    def context(self) -> tuple[Column, ...]:
        """The columns of an exposure beside its own: those of the scene, and of `ORIGIN` those
        that the mapping names."""
        origin = self.exposures[0].origin if self.exposures else {}
        return (*self.scene.context, *(column for column in ORIGIN if column.name in origin))

    def events_of_exposures(self) -> list[tuple[int, PlannedEvent]]:
        """Events that are read from the exposures' own rows, with their number in `events`."""
        return [(n, event) for n, event in enumerate(self.events) if not event.told.file]

    def events_of_files(self) -> list[tuple[int, PlannedEvent]]:
        """Events that have a file of their own, with their number in `events`."""
        return [(n, event) for n, event in enumerate(self.events) if event.told.file]


def make_plan(
    db: duckdb.DuckDBPyConnection, mapping: LogMapping, data: Path, domain: Domain
) -> Plan:
    """Check the mapping against the domain and the files in `data`."""
    if mapping.domain != domain.name:
        raise ConfigError(f"domain = {mapping.domain!r}: this is the domain {domain.name!r}.")
    scene = domain.scene(mapping.scene.rpartition("/")[2])
    if mapping.exposures is None and not mapping.events:
        raise ConfigError("the mapping has neither `exposures` nor `events`. Add one.")
    reader = _Reader(db, mapping, data)
    exposures = _exposures(reader, mapping.exposures, scene) if mapping.exposures else None
    entities = tuple(
        _entity(reader, told, domain, f"entities[{n}]") for n, told in enumerate(mapping.entities)
    )
    kinds = [planned.entity.kind for planned in entities]
    for kind in kinds:
        if kinds.count(kind) > 1:
            raise ConfigError(f"entities: '{kind}' is mapped twice. Put its files into one.")
    events = tuple(
        _event(reader, told, domain, scene, exposures, f"events[{n}]")
        for n, told in enumerate(mapping.events)
    )
    calendar = Calendar(mapping.utc_offset_hours)
    first = day_number(mapping.earliest, "earliest")
    last = day_number(mapping.latest, "latest")
    return Plan(
        mapping, domain, scene, calendar, entities, exposures, events,
        calendar.start_of(first), calendar.start_of(last) + DAY_MS,
    )  # fmt: skip


@dataclass(frozen=True)
class _Reader:
    db: duckdb.DuckDBPyConnection
    mapping: LogMapping
    data: Path

    def open(self, file: str, names: tuple[str, ...], where: str) -> Source:
        offset = Calendar(self.mapping.utc_offset_hours).offset_ms
        return open_source(
            self.db, self.data, file, names, self.mapping.csv, offset, f"{where}.file"
        )


def _entity(reader: _Reader, told: EntitySource, domain: Domain, where: str) -> PlannedEntity:
    entity = domain.entity(told.kind)
    source = reader.open(told.file, told.names, where)
    source.check(told.id, f"{where}.id")
    if told.valid_from:
        source.check(told.valid_from, f"{where}.valid_from")
    known = {column.name: column for column in entity.columns}
    for name, column in told.columns.items():
        _must_know(name, known, f"{where}.columns", entity.kind)
        source.check(column, f"{where}.columns.{name}")
    for setting in ("split", "prefix", "unknown", "time_unit"):
        for name in getattr(told, setting):
            _must_know(name, told.columns, f"{where}.{setting}", "columns")
    for name in told.columns:
        if known[name].type == "categories" and name not in told.split:
            raise ConfigError(
                f"{where}.columns.{name}: a list of categories. "
                f'Say how it is written, for example `split.{name} = ","`.'
            )
    return PlannedEntity(told, entity, source)


def _exposures(
    reader: _Reader, told: ExposureSource, scene: Scene
) -> tuple[ExposureSource, Source]:
    source = reader.open(told.file, told.names, "exposures")
    if told.request == "column" and not told.request_column:
        raise ConfigError('exposures.request = "column": also say `request_column`.')
    for setting in ("person", "item", "time"):
        source.check(getattr(told, setting), f"exposures.{setting}")
    for setting in ("request_column", "position", "id"):
        if getattr(told, setting):
            source.check(getattr(told, setting), f"exposures.{setting}")
    known = [column.name for column in scene.context]
    for name, column in told.context.items():
        _must_know(name, known, "exposures.context", scene.name)
        source.check(column, f"exposures.context.{name}")
    for name, column in told.origin.items():
        if name not in _ORIGINS:
            raise ConfigError(
                f"exposures.origin: lists have no '{name}'. {did_you_mean(name, _ORIGINS)}"
            )
        if name in known:
            raise ConfigError(
                f"exposures.origin.{name}: {scene.name} has a context column of that name. "
                f"Write exposures.context.{name}."
            )
        source.check(column, f"exposures.origin.{name}")
    return told, source


def _event(
    reader: _Reader,
    told: EventSource,
    domain: Domain,
    scene: Scene,
    exposures: tuple[ExposureSource, Source] | None,
    where: str,
) -> PlannedEvent:
    kind = domain.event(told.kind)
    if told.file:
        source = reader.open(told.file, told.names, where)
        for setting in ("person", "item", "time"):
            if not getattr(told, setting):
                raise ConfigError(f"{where}.{setting}: needed for events with a file. Add it.")
    elif exposures is None:
        raise ConfigError(f"{where}.file: needed where the mapping has no `exposures`. Add it.")
    else:
        source = exposures[1]
        for setting in ("person", "item", "id"):
            if getattr(told, setting):
                raise ConfigError(
                    f"{where}.{setting}: only for events with a file. Remove it: "
                    "an event of an exposure's own row has that row's."
                )
    for setting in ("person", "item", "time", "value", "id"):
        if getattr(told, setting):
            source.check(getattr(told, setting), f"{where}.{setting}")
    by = told.by or _who_acts(kind.by, domain, scene)
    by_item = condition(told.by_item_when, source, f"{where}.by_item_when")
    return PlannedEvent(
        told,
        source,
        condition(told.when, source, f"{where}.when"),
        by_item if told.by_item_when else None,
        by,
    )


def _who_acts(by: str, domain: Domain, scene: Scene) -> str:
    """As the domain declares it for its first scene, turned round where the scene is."""
    if by == "either":
        return "person"
    if scene.person == domain.scenes[0].item and scene.person != domain.scenes[0].person:
        return "item" if by == "person" else "person"
    return by


def _must_know(name: str, known: Iterable[str], where: str, whose: str) -> None:
    names = list(known)
    if name not in names:
        raise ConfigError(f"{where}: {whose} has no '{name}'. {did_you_mean(name, names)}")
