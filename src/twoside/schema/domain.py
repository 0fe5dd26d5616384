"""What a domain declares: its entities, event kinds, scenes and targets. Content, no algorithm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.calendar import HOUR_MS

if TYPE_CHECKING:
    from twoside.schema.entities import Column, Entity


@dataclass(frozen=True)
class EventKind:
    """A behaviour of a pair (person, item) after an exposure."""

    name: str
    sign: Literal[1, -1]
    """1: the actor likes the pair, -1: the actor does not."""
    by: Literal["person", "item", "either"] = "person"
    """Who acts, in the first scene of the domain; turned round in a scene whose person is the
    other party."""
    strength: float = 1.0
    """Weight of one such event as evidence of taste, for recall (a chat says more than a view).
    Negative behaviours have a negative strength."""
    meaning: str = ""
    name_zh: str = ""


@dataclass(frozen=True)
class Target:
    """What a ranker predicts: does one of `events` follow the exposure within the window?"""

    name: str
    events: tuple[str, ...]
    within_hours: float
    """The attribution window [shown, shown + within_hours). A label is final when it has passed."""
    sign: Literal[1, -1] = 1
    meaning: str = ""
    once_per: Literal["exposure", "pair_day"] = "exposure"
    """What counts once. `exposure`: any number of events after one exposure are one positive.
    `pair_day`: of all events of a pair on one local day only the first counts, whatever exposure
    the others answer (a conversation that is opened again is not read anew)."""

    @property
    def window_ms(self) -> int:
        """The attribution window in milliseconds."""
        return int(self.within_hours * HOUR_MS)


@dataclass(frozen=True)
class Matching:
    """Which declared columns of the two parties speak of the same thing."""

    matches: tuple[tuple[str, str], ...] = ()
    """(person column, item column): both categories, both lists of categories, or both numbers."""
    places: tuple[str, str, str, str] | None = None
    """(person latitude, person longitude, item latitude, item longitude), degrees."""
    born: str | None = None
    """Time column of the item: since when it exists."""


@dataclass(frozen=True)
class Scene:
    """Who a list is for and what it shows; a market turned round is another scene."""

    name: str
    person: str
    """Entity kind of the person the list is for."""
    item: str
    """Entity kind of what the list shows."""
    targets: tuple[Target, ...]
    context: tuple[Column, ...] = ()
    """Columns of an exposure known when the list is made (the tab of the app)."""
    matching: Matching = Matching()
    goal: str = ""
    """The target whose count per person and day is the success of the scene."""
    meaning: str = ""
    name_zh: str = ""

    def target(self, name: str) -> Target:
        """The declaration of a target."""
        for target in self.targets:
            if target.name == name:
                return target
        known = [t.name for t in self.targets]
        raise ConfigError(f"{self.name} has no target '{name}'. {did_you_mean(name, known)}")


@dataclass(frozen=True)
class Domain:
    """One marketplace: recruiting, shop, feed."""

    name: str
    entities: tuple[Entity, ...]
    events: tuple[EventKind, ...]
    scenes: tuple[Scene, ...]

    def scene(self, name: str) -> Scene:
        """The declaration of a scene, by its short name."""
        for scene in self.scenes:
            if scene.name == name:
                return scene
        known = [s.name for s in self.scenes]
        raise ConfigError(f"{self.name} has no scene '{name}'. {did_you_mean(name, known)}")

    def entity(self, kind: str) -> Entity:
        """The declaration of an entity kind."""
        for entity in self.entities:
            if entity.kind == kind:
                return entity
        known = [e.kind for e in self.entities]
        raise ConfigError(f"{self.name} has no entity '{kind}'. {did_you_mean(kind, known)}")

    def event(self, name: str) -> EventKind:
        """The declaration of an event kind."""
        for event in self.events:
            if event.name == name:
                return event
        known = [e.name for e in self.events]
        raise ConfigError(f"{self.name} has no event '{name}'. {did_you_mean(name, known)}")
