"""Closed loop: everybody plays the same visits, learns only the past, and late goals count."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from twoside.schema.calendar import DAY_MS, HOUR_MS, Calendar
from twoside.schema.entities import EntityTable
from twoside.schema.slates import Slates
from twoside.schema.tables import EVENTS, EXPOSURES
from twoside.simulate.baselines import OraclePolicy, PopularityPolicy, RandomPolicy
from twoside.simulate.play import Game, play, players
from twoside.simulate.world import Answer, Visits

CALENDAR = Calendar(8)
ITEMS = 30
FIRST_DAY = 100


@dataclass
class Toy:
    """Person p likes item p % 10 and nothing else; a goal comes 30 hours after the list."""

    now_ms: int = CALENDAR.start_of(FIRST_DAY)
    shown: list[np.ndarray] = field(default_factory=list)

    def fork(self) -> Toy:
        return Toy(self.now_ms, self.shown)

    def advance(self, to_ms: int) -> None:
        assert to_ms >= self.now_ms
        self.now_ms = to_ms

    def visits(self, scene: str, day: int) -> Visits:
        person = np.arange(50, dtype=np.int32)
        ts_ms = CALENDAR.start_of(day) + person.astype(np.int64) * (DAY_MS // 50)
        return Visits(day * 1000 + person.astype(np.int64), person, ts_ms)

    def respond(self, scene: str, slates: Slates) -> Answer:
        self.shown.append(slates.person)
        width = slates.items.shape[1]
        person = np.repeat(slates.person, width)
        item, ts_ms = slates.items.ravel(), np.repeat(slates.ts_ms, width)
        number = np.repeat(slates.request_id, width) * 100 + np.tile(np.arange(width), len(slates))
        columns = [number, number // 100, ts_ms, ["toy"] * len(item), person, item, number % 100]
        types = EXPOSURES.types
        exposures = pa.table(
            [pa.array(c, t) for c, t in zip(columns, types, strict=True)], schema=EXPOSURES
        )
        hit = item == person % 10
        n = int(hit.sum())
        events = pa.table(
            {
                "event_id": number[hit],
                "ts_ms": ts_ms[hit] + 30 * HOUR_MS,
                "scene": ["toy"] * n,
                "kind": ["goal"] * n,
                "person": person[hit],
                "item": item[hit],
                "by": ["person"] * n,
                "exposure_id": number[hit],
                "value": np.zeros(n, np.float32),
            },
            schema=EVENTS,
        )
        return Answer(exposures, events)

    def table(self, kind: str) -> EntityTable:
        return EntityTable(kind, ITEMS, {})

    def chance(self, scene: str, person: np.ndarray, items: np.ndarray, now_ms: int) -> np.ndarray:
        return (items == person[:, None] % 10).astype(np.float32)


class Watching(RandomPolicy):
    """Random, and remembers what it was told when."""

    def __init__(self) -> None:
        super().__init__("item", 0)
        self.told: list[tuple[int, int]] = []
        self.clock = 0

    def serve(self, world: Toy, visits: Visits, length: int) -> np.ndarray:  # type: ignore[override]
        self.clock = world.now_ms
        assert np.all(visits.ts_ms >= world.now_ms)
        return super().serve(world, visits, length)

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        for table in (exposures, events):
            times = table["ts_ms"].to_numpy()
            self.told.extend((self.clock, int(ts)) for ts in times)


GAME = Game("toy", "goal", FIRST_DAY, days=3, people=20, length=3, ticks_a_day=12, seed=5)


def test_the_oracle_reaches_everybody_every_day_though_goals_come_late() -> None:
    score = play(Toy(), OraclePolicy("toy", "item"), GAME, CALENDAR)
    assert score.counts.tolist() == [[1, 1, 1]] * 20


def test_random_reaches_as_many_as_its_lists_are_long() -> None:
    game = Game("toy", "goal", FIRST_DAY, days=20, people=0, length=3, seed=5)
    score = play(Toy(), RandomPolicy("item", 1), game, CALENDAR)
    assert abs(score.counts.mean() - 3 / ITEMS) < 0.03


def test_only_the_chosen_people_are_served_and_they_are_the_same_for_all() -> None:
    world = Toy()
    play(world, RandomPolicy("item", 1), GAME, CALENDAR)
    served = np.unique(np.concatenate(world.shown))
    assert served.tolist() == players(Toy(), GAME).tolist()
    assert len(served) == 20


def test_a_policy_is_told_everything_once_and_only_when_it_has_happened() -> None:
    policy = Watching()
    play(Toy(), policy, GAME, CALENDAR)
    assert policy.told
    # what was learned before a tick lies before the tick that follows
    assert all(ts < clock + 2 * GAME.tick_ms + DAY_MS for clock, ts in policy.told)
    lists = 20 * 3 - 2  # those of the last tick are never told
    assert len({ts for _, ts in policy.told}) <= lists * 2


def test_popularity_counts_what_happens_in_its_own_lists() -> None:
    from twoside.schema.behaviours import Behaviours
    from twoside.schema.domain import Domain, EventKind

    none = np.empty(0)
    past = Behaviours(
        none.astype(np.int32), none.astype(np.int32), none.astype(np.int64), none.astype(np.float32)
    )
    domain = Domain("toy", (), (EventKind("goal", 1),), ())
    policy = PopularityPolicy("item", past, domain)
    world = Toy()
    visits = world.visits("toy", FIRST_DAY)
    assert policy.serve(world, visits, 2)[0].tolist() == [0, 1]
    slates = Slates(visits.request_id, visits.person, visits.ts_ms, np.full((50, 1), 7, np.int32))
    answer = world.respond("toy", slates)
    policy.learn(answer.exposures, answer.events)
    assert policy.serve(world, visits, 2)[0].tolist() == [7, 0]


def test_the_interval_holds_the_mean_and_narrows_with_people() -> None:
    few = play(Toy(), RandomPolicy("item", 1), GAME, CALENDAR).result()
    game = Game("toy", "goal", FIRST_DAY, days=3, people=0, length=3, seed=5)
    many = play(Toy(), RandomPolicy("item", 1), game, CALENDAR).result()
    for arm in (few, many):
        assert arm.low <= arm.mean <= arm.high
    assert many.high - many.low < few.high - few.low
