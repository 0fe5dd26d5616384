"""What bad or rare input does to every recall channel in the folder; the table in docs/recall.md
says it in words."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, START_MS, empty, market, question, table

from twoside import components
from twoside.errors import DataError
from twoside.funnel.recall.channel import Asking, RecallData, Recalled
from twoside.funnel.recall.reasons import HasVectors, NearItems, NearPeople, near_items
from twoside.schema.behaviours import Behaviours

FOLDER = "twoside.funnel.recall.channels"
CHANNELS = components.names(FOLDER)
LIMIT = 15

each = pytest.mark.parametrize("name", CHANNELS)


def settings(name: str) -> Any:
    return components.load(FOLDER, name)()


def same(a: Recalled, b: Recalled) -> bool:
    return np.array_equal(a.items, b.items) and np.array_equal(a.scores, b.scores)


def log_of(*rows: tuple[int, int, int, float]) -> Behaviours:
    """From (person, item, seconds after the start, strength)."""
    person, item, seconds, strength = zip(*rows, strict=True)
    return Behaviours(
        np.array(person, np.int32),
        np.array(item, np.int32),
        START_MS + 1000 * np.array(seconds, np.int64),
        np.array(strength, np.float32),
    )


def together(one: Behaviours, two: Behaviours) -> Behaviours:
    """Both, in order of time."""
    names = ("person", "item", "ts_ms", "strength")
    both = Behaviours(*(np.concatenate([getattr(one, n), getattr(two, n)]) for n in names))
    return both.where(np.argsort(both.ts_ms, kind="stable"))


def is_well_formed(found: Recalled, asking: Asking) -> bool:
    """Open items of the table, none twice, best first, scores that are numbers."""
    for items, scores in zip(found.items, found.scores, strict=True):
        n = int((items >= 0).sum())
        head = items[:n]
        good = (head >= 0).all() and (head < asking.items.size).all() and (items[n:] == -1).all()
        if not (good and len(set(head.tolist())) == n and asking.is_open[head].all()):
            return False
        if not (np.isfinite(scores).all() and (np.diff(scores[:n]) <= 0).all()):
            return False
    return True


@each
@pytest.mark.parametrize("rows", [0, 1, 2])
def test_one_person_and_one_item_work(name: str, rows: int) -> None:
    data = replace(
        market(),
        behaviours=log_of((0, 0, 1, 1.0), (0, 0, 5, 2.0)).where(np.arange(rows)),
        people=table("a", 1, np.random.default_rng(1)),
        items=table("b", 1, np.random.default_rng(3)),
    )
    fitted = settings(name).fit(data, 1)
    for who in (np.array([0]), np.array([-1])):
        asking = question(data, who)
        assert is_well_formed(fitted.recall(asking, LIMIT), asking)


@each
def test_where_all_are_alike_the_lower_rows_come_first_and_an_answer_is_the_same_again(
    name: str,
) -> None:
    people = [(p, i, 1, 1.0) for p in range(6) for i in range(8) if (p + i) % 2]
    alike = replace(
        market(),
        behaviours=log_of(*people),
        people=replace(market().people, columns={}, lists={}, sizes={}, size=6),
        items=replace(market().items, columns={}, lists={}, sizes={}, size=8),
        matches=(),
        places=None,
        born=None,
    )
    channel = settings(name)
    found, again = (channel.fit(alike, 1).recall(question(alike), LIMIT) for _ in range(2))
    assert same(found, again)
    assert is_well_formed(found, question(alike))
    for items, scores in zip(found.items, found.scores, strict=True):
        tied = (np.diff(scores) == 0) & (items[1:] >= 0)
        assert (np.diff(items)[tied] > 0).all()


@each
def test_a_person_of_100_000_behaviours_is_served_by_the_latest(name: str) -> None:
    data, rng = market(), np.random.default_rng(0)
    many = 100_000
    busy = Behaviours(
        np.zeros(many, np.int32),
        rng.integers(0, data.items.size, many).astype(np.int32),
        np.sort(rng.integers(START_MS, NOW_MS, many)),
        rng.choice([1.0, 2.0, -1.0], many).astype(np.float32),
    )
    data = replace(data, behaviours=together(data.behaviours, busy))
    channel = settings(name)
    channel.fit(market(), 1).recall(question(market()), LIMIT)  # compile
    begin = time.process_time()
    fitted = channel.fit(data, 1)
    asking = question(data, np.array([0, 1]))
    found = fitted.recall(asking, LIMIT)
    assert time.process_time() - begin < 30
    assert asking.start[1] == 200  # the latest, by `ask`
    assert is_well_formed(found, asking)


@each
def test_a_question_of_100_000_behaviours_is_answered(name: str) -> None:
    data, rng = market(), np.random.default_rng(0)
    fitted = settings(name).fit(data, 1)
    asking = question(data, np.array([3]))
    many = 100_000
    asking = replace(
        asking,
        start=np.array([0, many]),
        item=rng.integers(0, data.items.size // 2, many).astype(np.int32),
        ts_ms=np.sort(rng.integers(START_MS, NOW_MS, many)),
        strength=np.ones(many, np.float32),
    )
    fitted.recall(question(data), LIMIT)  # compile
    begin = time.process_time()
    assert is_well_formed(fitted.recall(asking, LIMIT), asking)
    assert time.process_time() - begin < 10


@each
def test_a_row_beyond_the_tables_is_somebody_never_seen(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    asking = question(data, np.array([-1, 3]))
    beyond = replace(asking, person=np.array([data.people.size + 7, 3], np.int32))
    assert same(fitted.recall(asking, LIMIT), fitted.recall(beyond, LIMIT))


@each
def test_behaviours_that_say_nothing_change_no_answer(name: str) -> None:
    data = market()
    people, items = data.people.size, data.items.size
    noise = log_of(
        (-1, 3, 11, 1.0),
        (people, 3, 12, 1.0),
        (people + 9, 3, 13, -1.0),
        (2, -1, 14, 1.0),
        (2, items, 15, 1.0),
        (2, items + 900, 16, -1.0),
        (4, 5, 17, np.nan),
        (4, 5, 18, np.inf),
        (4, 5, 19, -np.inf),
    )
    twice = data.behaviours.where(np.arange(0, len(data.behaviours), 3))
    noisy = replace(data, behaviours=together(together(data.behaviours, noise), twice))
    first, second = (settings(name).fit(d, 1) for d in (data, noisy))
    asking = question(data)
    assert same(first.recall(asking, LIMIT), second.recall(asking, LIMIT))


@each
def test_nor_do_they_in_a_question(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    asking = question(data, np.array([3]))
    n = len(asking.item)
    of = np.r_[np.repeat(np.arange(n), 2), 0, 0, 0, 0, 0]  # everything is told twice
    size = data.items.size
    noisy = replace(
        asking,
        start=np.array([0, len(of)]),
        item=np.r_[asking.item[of[:-5]], size, size + 70, -1, 2, 2].astype(np.int32),
        ts_ms=np.r_[asking.ts_ms[of[:-5]], [NOW_MS - 1] * 5],
        strength=np.r_[asking.strength[of[:-5]], 1, 1, 1, np.nan, np.inf].astype(np.float32),
    )
    assert same(fitted.recall(asking, LIMIT), fitted.recall(noisy, LIMIT))


@each
def test_a_table_shorter_than_that_of_the_fit_gives_its_own_rows_only(name: str) -> None:
    data = market(items=60)
    fitted = settings(name).fit(data, 1)
    log = data.behaviours.where(data.behaviours.item < 25)
    shorter = replace(data, behaviours=log, items=table("b", 25, np.random.default_rng(0)))
    for asking in (question(shorter), question(shorter, np.array([-1]))):
        assert is_well_formed(fitted.recall(asking, LIMIT), asking)


@each
def test_a_job_that_closed_after_the_fit_is_not_found(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    asking = question(data)
    found = fitted.recall(asking, LIMIT)
    best = np.unique(found.items[:, 0][found.items[:, 0] >= 0])
    is_open = asking.is_open.copy()
    is_open[best] = False
    later = fitted.recall(replace(asking, is_open=is_open), LIMIT)
    assert not np.isin(later.items, best).any()
    assert is_well_formed(later, replace(asking, is_open=is_open))


@each
def test_what_is_near_to_an_item_that_is_not_there_is_nothing(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    near = near_items(fitted, data.items)
    for item in (-1, -7, data.items.size, data.items.size + 99):
        if near is not None:
            assert len(near.nearest(item, 5).items) == 0
        why = near if near is not None else fitted
        if isinstance(why, NearItems | NearPeople):
            asking = question(data, np.array([3]))
            assert not why.reasons(asking, item).adds.any()
    if isinstance(fitted, HasVectors):
        longer = table("b", data.items.size + 9, np.random.default_rng(0))
        assert np.isfinite(fitted.vectors(longer)).all()
        assert len(fitted.vectors(longer)) == longer.size


def test_a_log_of_other_tables_is_an_error() -> None:
    data = market()
    far = replace(data.behaviours, item=data.behaviours.item + 1000)
    with pytest.raises(DataError, match=r"none of 900 behaviours .*\(60 of a, 40 of b\)"):
        replace(data, behaviours=far)
    assert not len(empty(data).behaviours)


@pytest.mark.parametrize(
    ("name", "size", "expected"),
    [("start", 3, 61), ("now_ms", 59, 60), ("ts_ms", 2, None), ("is_open", 39, 40)],
)
def test_a_question_that_does_not_fit_itself_is_an_error(
    name: str, size: int, expected: int | None
) -> None:
    asking = question(market())
    wanted = expected or len(asking.item)
    with pytest.raises(DataError, match=rf"asking.{name} has {size} entries: expected {wanted}"):
        replace(asking, **{name: getattr(asking, name)[:size]})


def test_what_says_nothing_is_left_out_once_and_the_rest_stays_in_order() -> None:
    data: RecallData = market()
    log = data.behaviours
    assert replace(data, behaviours=log).behaviours is log
    told = together(log, log.where(np.arange(0, 900, 2)))
    sound = told.sound(data.people.size, data.items.size)
    for part in ("person", "item", "ts_ms", "strength"):
        assert np.array_equal(getattr(sound, part), getattr(log, part))
    interleaved = log_of((0, 1, 1, 1.0), (0, 1, 1, 2.0), (0, 1, 1, 1.0), (0, 1, 2, 1.0))
    assert interleaved.sound(1, 2).strength.tolist() == [1, 2, 1]
