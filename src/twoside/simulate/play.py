"""Closed loop: policies play the same visits from the same state of a world.

Each policy gets its own fork. The day is cut into ticks; within a tick a policy answers all
visits with what it knew at its beginning, then learns what happened up to the next tick. A reply
that comes three days later still counts for the list that caused it. Success is the scene's goal
per person and day, and its interval is a bootstrap over people, since one person's days hang
together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.schema.calendar import DAY_MS, Calendar
from twoside.schema.evaluation import ArmResult
from twoside.schema.progress import Tick, quiet
from twoside.schema.slates import Origin, Slates
from twoside.schema.tables import EVENTS, EXPOSURES, ORIGIN, REQUESTS
from twoside.simulate.world import Visits

if TYPE_CHECKING:
    from twoside.simulate.world import Answer, World


class Policy(Protocol):
    """Somebody who fills lists."""

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length) items for n visits, best first, -1 at the end of a short list. Only
        the world's tables may be looked at."""

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """What happened since the last tick, in order of time."""


@runtime_checkable
class Telling(Policy, Protocol):
    """A policy that tells how its lists came about."""

    def serve_told(self, world: World, visits: Visits, length: int) -> tuple[np.ndarray, Origin]:
        """As `serve`, and the origin of the same lists."""


@dataclass(frozen=True)
class Game:
    """The rules of one play."""

    scene: str
    goal: str
    """Event kind that counts as success."""
    first_day: int
    days: int
    people: int
    """People drawn at random among those who come on these days; 0: all of them."""
    length: int = 20
    ticks_a_day: int = 12
    seed: int = 0

    @property
    def tick_ms(self) -> int:
        """Milliseconds between two moments at which a policy learns."""
        return DAY_MS // self.ticks_a_day


def play(world: World, policy: Policy, game: Game, calendar: Calendar, tick: Tick = quiet) -> Score:
    """One policy through all days, in a fork of the world."""
    return play_in(world.fork(), policy, game, calendar, tick)


def play_in(
    world: World, policy: Policy, game: Game, calendar: Calendar, tick: Tick = quiet
) -> Score:
    """The same in this very world: it lives on from what was shown."""
    people = players(world, game)
    log = _Log()
    for step in range(game.days * game.ticks_a_day):
        day = game.first_day + step // game.ticks_a_day
        begin = calendar.start_of(day) + step % game.ticks_a_day * DAY_MS // game.ticks_a_day
        world.advance(begin)
        policy.learn(*log.happened(begin))
        visits = _between(world.visits(game.scene, day), begin, begin + game.tick_ms, people)
        if len(visits):
            items, origin = served(policy, world, visits, game.length)
            slates = Slates(visits.request_id, visits.person, visits.ts_ms, items)
            log.add(game.scene, slates, origin, world.respond(game.scene, slates))
        tick((step + 1) / (game.days * game.ticks_a_day))
    return Score(log.successes(game, people, calendar), log.played())


def served(policy: Policy, world: World, visits: Visits, length: int) -> tuple[np.ndarray, Origin]:
    """A policy's lists, and how they came about as far as it tells."""
    if isinstance(policy, Telling):
        return policy.serve_told(world, visits, length)
    return policy.serve(world, visits, length), Origin.of(len(visits), length)


def players(world: World, game: Game) -> np.ndarray:
    """int32, sorted: the people whose visits are played; the same under every policy."""
    days = range(game.first_day, game.first_day + game.days)
    everyone = np.unique(np.concatenate([world.visits(game.scene, d).person for d in days]))
    if not game.people or game.people >= len(everyone):
        return everyone
    random = np.random.default_rng(game.seed)
    return np.sort(random.choice(everyone, game.people, replace=False))


@dataclass(frozen=True)
class Played:
    """The logs of a play, in order of time, in the lake's schemas."""

    requests: pa.Table
    exposures: pa.Table
    """With the columns of `schema.tables.ORIGIN` as words; "" is not known."""
    events: pa.Table
    """Also those that come after the last day."""


@dataclass(frozen=True)
class Score:
    """What a policy achieved."""

    counts: np.ndarray
    """int32 (people, days): successes by the day of the list that caused them"""
    played: Played

    def result(self, seed: int = 0) -> ArmResult:
        """Mean per person and day with a 95 % bootstrap interval over people."""
        per_person = self.counts.mean(axis=1)
        random = np.random.default_rng(seed)
        draws = random.poisson(1.0, (400, len(per_person)))
        means = draws @ per_person / np.maximum(draws.sum(axis=1), 1)
        low, high = np.quantile(means, [0.025, 0.975])
        by_day = tuple(float(v) for v in self.counts.mean(axis=0))
        return ArmResult(float(per_person.mean()), float(low), float(high), by_day)


class _Log:
    """All that was answered in one play; some of it has not happened yet."""

    def __init__(self) -> None:
        self._requests: list[pa.Table] = []
        self._exposures: list[pa.Table] = []
        self._events: list[pa.Table] = []
        self._coming: tuple[pa.Table, pa.Table] = (EXPOSURES.empty_table(), EVENTS.empty_table())

    def add(self, scene: str, slates: Slates, origin: Origin, answer: Answer) -> None:
        """Take in an answer of the world to these lists."""
        names = pa.array([scene] * len(slates))
        columns = [slates.request_id, slates.ts_ms, names, slates.person]
        self._requests.append(pa.table(columns, names=REQUESTS.names).cast(REQUESTS))
        self._exposures.append(_with_origin(answer.exposures, slates, origin))
        self._events.append(answer.events)
        exposures, events = self._coming
        self._coming = (
            pa.concat_tables([exposures, answer.exposures.cast(EXPOSURES)]),
            pa.concat_tables([events, answer.events.cast(EVENTS)]),
        )

    def happened(self, ts_ms: int) -> tuple[pa.Table, pa.Table]:
        """Exposures and events before a moment that were not handed out yet, in order of time."""
        halves = [_cut(table, ts_ms) for table in self._coming]
        self._coming = (halves[0][1], halves[1][1])
        return halves[0][0], halves[1][0]

    def played(self) -> Played:
        """All of it."""
        words = [(column.name, pa.string()) for column in ORIGIN]
        told = pa.schema([*EXPOSURES, *words])
        parts = ((self._requests, REQUESTS), (self._exposures, told), (self._events, EVENTS))
        return Played(
            *(
                pa.concat_tables([schema.empty_table(), *found]).sort_by(
                    [("ts_ms", "ascending"), (schema.names[0], "ascending")]
                )
                for found, schema in parts
            )
        )

    def successes(self, game: Game, people: np.ndarray, calendar: Calendar) -> np.ndarray:
        """int32 (people, days): goals, also those still to come, by the day of their list."""
        counts = np.zeros((len(people), game.days), np.int32)
        if not self._exposures:
            return counts
        shown = pa.concat_tables(self._exposures)
        ids = shown["exposure_id"].to_numpy()
        order = np.argsort(ids)
        events = pa.concat_tables(self._events)
        goals = events.filter(pc.equal(events["kind"], game.goal))["exposure_id"].to_numpy()
        row = order[np.searchsorted(ids, goals, sorter=order)]
        person = np.searchsorted(people, shown["person"].to_numpy()[row])
        ts_ms = shown["ts_ms"].to_numpy()[row]
        day = (ts_ms + calendar.offset_ms) // DAY_MS - game.first_day
        # A list opened in the last minute of the last day is looked at after midnight.
        np.add.at(counts, (person, np.minimum(day, game.days - 1)), 1)
        return counts


def _with_origin(exposures: pa.Table, slates: Slates, origin: Origin) -> pa.Table:
    """Every exposure with the words of its list and place."""
    order = np.argsort(slates.request_id)
    request = exposures["request_id"].to_numpy()
    row = order[np.searchsorted(slates.request_id, request, sorter=order)]
    words = {
        "channel": origin.channel[row, exposures["position"].to_numpy()],
        "policy": origin.policy[row],
        "arm": origin.arm[row],
    }
    rows = exposures.cast(EXPOSURES)
    for column in ORIGIN:
        rows = rows.append_column(column.name, pa.array(words[column.name], pa.string()))
    return rows


def _cut(table: pa.Table, ts_ms: int) -> tuple[pa.Table, pa.Table]:
    past = pc.less(table["ts_ms"], ts_ms)
    return table.filter(past).sort_by("ts_ms"), table.filter(pc.invert(past))


def _between(visits: Visits, begin: int, end: int, people: np.ndarray) -> Visits:
    keep = (visits.ts_ms >= begin) & (visits.ts_ms < end) & np.isin(visits.person, people)
    return Visits(visits.request_id[keep], visits.person[keep], visits.ts_ms[keep])
