"""Laws of every recall channel in the folder: a new file is tested without a new line."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question, table

from twoside import components
from twoside.funnel.recall.channel import Asking, Recalled
from twoside.schema.artefact import Packed
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import EntityTable

FOLDER = "twoside.funnel.recall.channels"
CHANNELS = components.names(FOLDER)
LIMIT = 15

each = pytest.mark.parametrize("name", CHANNELS)
both_sides = pytest.mark.parametrize("turned", [False, True])


def settings(name: str) -> Any:
    return components.load(FOLDER, name)()


def same(a: Recalled, b: Recalled) -> bool:
    return np.array_equal(a.items, b.items) and np.array_equal(a.scores, b.scores)


def alone(asking: Asking, n: int) -> Asking:
    rows = slice(asking.start[n], asking.start[n + 1])
    return replace(
        asking,
        person=asking.person[n : n + 1],
        start=np.array([0, rows.stop - rows.start]),
        item=asking.item[rows],
        ts_ms=asking.ts_ms[rows],
        strength=asking.strength[rows],
        now_ms=asking.now_ms[n : n + 1],
    )


@each
@both_sides
def test_an_answer_is_open_items_without_repeats_best_first(name: str, turned: bool) -> None:
    data = market(turned=turned)
    asking = question(data)
    found = settings(name).fit(data, 1).recall(asking, LIMIT)
    assert found.items.shape == found.scores.shape == (data.people.size, LIMIT)
    assert found.items.dtype == np.int32
    assert found.scores.dtype == np.float32
    assert (found.items >= 0).any()
    for items, scores in zip(found.items, found.scores, strict=True):
        there = items >= 0
        n = int(there.sum())
        assert there[:n].all()
        assert len(set(items[:n])) == n
        assert asking.is_open[items[:n]].all()
        assert (np.diff(scores[:n]) <= 0).all()
        assert (scores[n:] == 0).all()
        assert np.isfinite(scores).all()


@each
@both_sides
def test_what_a_person_turned_down_last_does_not_come_back(name: str, turned: bool) -> None:
    data = market(turned=turned)
    found = settings(name).fit(data, 1).recall(question(data), data.items.size)
    last = {}
    log = data.behaviours
    for p, i, s in zip(log.person.tolist(), log.item.tolist(), log.strength.tolist(), strict=True):
        last[p, i] = s
    refused = {pair for pair, strength in last.items() if strength < 0}
    given = {(p, i) for p, row in enumerate(found.items.tolist()) for i in row if i >= 0}
    assert refused
    assert not refused & given


@each
def test_an_empty_past_works(name: str) -> None:
    data = empty(market())
    found = settings(name).fit(data, 1).recall(question(data), LIMIT)
    assert found.items.shape == (data.people.size, LIMIT)


@each
def test_no_people_no_items_and_no_places_work(name: str) -> None:
    nobody = table("a", 0, np.random.default_rng(0))
    nothing = table("b", 0, np.random.default_rng(0))
    log = Behaviours(
        np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0, np.float32)
    )
    data = replace(market(), behaviours=log, people=nobody, items=nothing)
    found = settings(name).fit(data, 1).recall(question(data, np.array([-1])), LIMIT)
    assert (found.items == -1).all()
    assert question(data).person.shape == (0,)
    assert settings(name).fit(data, 1).recall(question(data), LIMIT).items.shape == (0, LIMIT)


@each
def test_a_market_without_attributes_works(name: str) -> None:
    data = market()
    bare = replace(
        data,
        people=EntityTable("a", data.people.size, {}),
        items=EntityTable("b", data.items.size, {}),
        matches=(),
        places=None,
        born=None,
    )
    found = settings(name).fit(bare, 1).recall(question(bare), LIMIT)
    assert found.items.shape == (data.people.size, LIMIT)


@each
def test_a_person_never_seen_gets_an_answer_or_an_honest_nothing(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    for rows in (np.array([-1]), np.array([-1, 3, -1])):
        found = fitted.recall(question(data, rows), LIMIT)
        there = found.items[0] >= 0
        assert there[: int(there.sum())].all()


@each
@both_sides
def test_a_batch_says_what_each_would_be_told_alone(name: str, turned: bool) -> None:
    data = market(turned=turned)
    asking = question(data)
    fitted = settings(name).fit(data, 1)
    together = fitted.recall(asking, LIMIT)
    for n in range(len(asking)):
        one = fitted.recall(alone(asking, n), LIMIT)
        assert same(one, Recalled(together.items[n : n + 1], together.scores[n : n + 1]))


@each
def test_a_shorter_answer_is_the_head_of_a_longer_one(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    long, short = (fitted.recall(question(data), limit) for limit in (LIMIT, 4))
    assert np.array_equal(short.items, long.items[:, :4])
    assert fitted.recall(question(data), 0).items.shape == (data.people.size, 0)


@each
def test_a_packed_channel_answers_as_before(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    packed = fitted.pack()
    stored = Packed(json.loads(json.dumps(dict(packed.meta))), dict(packed.arrays))
    again = settings(name).unpack(stored)
    assert same(fitted.recall(question(data), LIMIT), again.recall(question(data), LIMIT))
    assert all(isinstance(array, np.ndarray) for array in packed.arrays.values())


@each
def test_the_same_seed_gives_the_same_channel(name: str) -> None:
    data = market()
    first, second = (settings(name).fit(data, 7).recall(question(data), LIMIT) for _ in range(2))
    assert same(first, second)


@each
def test_items_that_came_after_the_fit_are_no_trouble(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    grown = replace(data, items=table("b", data.items.size + 30, np.random.default_rng(5)))
    asking = question(grown)
    asking = replace(asking, item=(asking.item + 20).astype(np.int32))  # some are new ones
    found = fitted.recall(asking, LIMIT)
    assert asking.is_open[found.items[found.items >= 0]].all()


@each
def test_people_who_came_after_the_fit_are_no_trouble(name: str) -> None:
    data = market()
    fitted = settings(name).fit(data, 1)
    grown = replace(data, people=table("a", data.people.size + 5, np.random.default_rng(5)))
    found = fitted.recall(question(grown), LIMIT)
    assert found.items.shape == (grown.people.size, LIMIT)


@each
def test_nothing_open_gives_nothing(name: str) -> None:
    data = market()
    asking = replace(question(data), is_open=np.zeros(data.items.size, bool))
    assert (settings(name).fit(data, 1).recall(asking, LIMIT).items == -1).all()


@each
def test_a_question_is_not_changed_by_the_answer(name: str) -> None:
    data = market()
    asking = question(data)
    before = [np.copy(a) for a in (asking.person, asking.start, asking.item, asking.is_open)]
    settings(name).fit(data, 1).recall(asking, LIMIT)
    after = (asking.person, asking.start, asking.item, asking.is_open)
    assert all(np.array_equal(a, b) for a, b in zip(before, after, strict=True))


TOY = '''
"""Toy: the items with the highest rows, best first; what it takes to add a channel."""

from dataclasses import dataclass

import numpy as np

from twoside.funnel.recall.channel import Recalled
from twoside.schema.artefact import Packed


@dataclass(frozen=True)
class Toy:
    steps: int = 1

    def fit(self, data, seed):
        return FittedToy(self)

    def unpack(self, packed):
        return FittedToy(Toy(packed.meta["steps"]))


@dataclass(frozen=True)
class FittedToy:
    settings: Toy

    def recall(self, asking, limit):
        rows = np.flatnonzero(asking.is_open)[:: -self.settings.steps][:limit]
        items = np.full((len(asking), limit), -1, np.int32)
        items[:, : len(rows)] = rows
        scores = np.where(items >= 0, np.arange(limit, 0, -1), 0).astype(np.float32)
        return Recalled(items, scores)

    def pack(self):
        return Packed({"steps": self.settings.steps})
'''


def test_a_new_channel_is_one_new_file(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "toy_channels"
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "toy.py").write_text(TOY)
    monkeypatch.syspath_prepend(tmp_path)
    assert components.names("toy_channels") == ["toy"]
    channel = components.build("toy_channels", {"use": "toy", "steps": 2}, "recall[0]")
    data = market()
    asking = question(data)
    fitted = channel.fit(data, 1)
    found = fitted.recall(asking, 3)
    assert found.items[0].tolist() == np.flatnonzero(asking.is_open)[::-2][:3].tolist()
    assert same(found, channel.unpack(fitted.pack()).recall(asking, 3))
    for name in [name for name in sys.modules if name.startswith("toy_channels")]:
        del sys.modules[name]
