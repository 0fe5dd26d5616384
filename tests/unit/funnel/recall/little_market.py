"""A little random market for the tests of recall: two kinds of parties, either way round."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Asking, RecallData
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import Codes, EntityTable

START_MS = 1_700_000_000_000
DAYS = 20
NOW_MS = START_MS + DAYS * DAY_MS
CITIES, TITLES, SKILLS = 4, 6, 12


def table(kind: str, size: int, rng: np.random.Generator) -> EntityTable:
    """Parties with a city, a title, some skills, pay, a place and a beginning; some unknown."""
    length = rng.integers(0, 5, size)
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    skills = [rng.choice(SKILLS, n, replace=False) for n in length]
    pay = np.where(rng.random(size) < 0.1, np.nan, rng.normal(10, 3, size))
    city = rng.integers(-1, CITIES, size).astype(np.int32)
    columns = {
        "city": city,
        "title": rng.integers(-1, TITLES, size).astype(np.int32),
        "pay": pay,
        "latitude": np.where(city < 0, np.nan, 30 + city + rng.normal(0, 0.1, size)),
        "longitude": np.where(city < 0, np.nan, 110 + city + rng.normal(0, 0.1, size)),
        "born": np.where(
            rng.random(size) < 0.1, -1, START_MS + rng.integers(0, DAYS * DAY_MS, size)
        ),
        "is_open": (rng.random(size) < 0.8).astype(float),
    }
    lists = {"skills": Codes(np.concatenate([*skills, []]).astype(np.int32), start)}
    sizes = {"city": CITIES, "title": TITLES, "skills": SKILLS}
    return EntityTable(kind, size, columns, lists, None, sizes)


MATCHES = (("city", "city"), ("title", "title"), ("skills", "skills"), ("pay", "pay"))
PLACES = ("latitude", "longitude", "latitude", "longitude")


def market(
    people: int = 60, items: int = 40, rows: int = 900, seed: int = 0, turned: bool = False
) -> RecallData:
    """The market of one scene; `turned`: the same market seen from the other side."""
    rng = np.random.default_rng(seed)
    first, second = table("a", people, rng), table("b", items, rng)
    person = rng.integers(0, people, rows).astype(np.int32)
    item = np.minimum(rng.exponential(items / 4, rows), items - 1).astype(np.int32)
    strength = rng.choice([1.0, 1.0, 2.0, -1.0], rows).astype(np.float32)
    ts_ms = np.sort(START_MS + rng.integers(0, DAYS * DAY_MS, rows))
    if turned:
        first, second, person, item = second, first, item, person
    log = Behaviours(person, item, ts_ms, strength)
    return RecallData(log, first, second, NOW_MS, MATCHES, PLACES, "born")


def empty(data: RecallData) -> RecallData:
    """The same market before anything happened."""
    return replace(data, behaviours=data.behaviours.where(np.zeros(len(data.behaviours), bool)))


def question(data: RecallData, person: np.ndarray | None = None) -> Asking:
    """Everybody asks at the end, or those given."""
    rows = np.arange(data.people.size) if person is None else person
    by_person = data.behaviours.by_person(data.people.size)
    now = np.full(len(rows), data.now_ms)
    return ask(rows.astype(np.int32), now, by_person, data.people, data.items)


def likes(person: list[int], item: list[int], people: int, items: int) -> RecallData:
    """Plain likes, in the order given, a second apart, without attributes."""
    n = len(person)
    ts_ms = START_MS + 1000 * np.arange(n, dtype=np.int64)
    log = Behaviours(
        np.array(person, np.int32), np.array(item, np.int32), ts_ms, np.ones(n, np.float32)
    )
    return RecallData(log, EntityTable("p", people, {}), EntityTable("i", items, {}), NOW_MS)
