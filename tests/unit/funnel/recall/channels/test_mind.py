"""MIND: who wants several things gets them all, and arrays answer as the net does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from unit.funnel.recall.little_market import NOW_MS, START_MS, likes, market, question

from twoside.errors import ConfigError, MissingExtra
from twoside.funnel.recall.channel import Asking, RecallData
from twoside.funnel.recall.channels.mind import MIND, interests_of
from twoside.funnel.recall.channels.two_tower import TwoTower
from twoside.funnel.recall.recent import recent_of
from twoside.metrics.topn import Truth, recall_at
from twoside.nn.capsules import MindNet
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import EntityTable

TOPICS, PEOPLE, ITEMS = 24, 300, 240
SMALL = MIND(dim=4, epochs=16, batch=256, negatives=32, averaged=30, decay=1.0, last=12, forget=0.0)
ONE = TwoTower(
    dim=4,
    epochs=15,
    batch=512,
    negatives=32,
    averaged=30,
    decay=1.0,
    last=12,
    forget=0.1,
    learning_rate=0.03,
)
"""The best of forget 0, 0.1, 0.5 and learning rate 0.01, 0.03 in this world."""


def of_three_minds(seed: int = 0) -> tuple[RecallData, Asking, Truth]:
    """People like the items of three topics each, by turns and without order; who likes what with
    what is chance, so no two topics belong together."""
    rng = np.random.default_rng(seed)
    topic = np.arange(ITEMS) % TOPICS
    before, after = [], []
    for p in range(PEOPLE):
        mine = np.flatnonzero(np.isin(topic, rng.choice(TOPICS, 3, replace=False)))
        taken = rng.choice(mine, 22, replace=False)
        before += [(p, i, n) for n, i in enumerate(taken[:12])]
        after += [(p, i) for i in taken[12:]]
    log = np.array(sorted(before, key=lambda row: row[2]))
    behaviours = Behaviours(
        log[:, 0].astype(np.int32),
        log[:, 1].astype(np.int32),
        START_MS + 1000 * np.arange(len(log), dtype=np.int64),
        np.ones(len(log), np.float32),
    )
    items = EntityTable("i", ITEMS, {})
    data = RecallData(behaviours, EntityTable("p", PEOPLE, {}), items, NOW_MS)
    right = np.array(after)
    return data, question(data), Truth.of(right[:, 0], right[:, 1], PEOPLE)


def test_who_has_several_interests_is_served_better_than_by_one_vector() -> None:
    data, asking, truth = of_three_minds()
    stranger = replace(asking, person=np.full(PEOPLE, -1, np.int32))
    one = ONE.fit(data, 0)
    best = max(recall_at(one.recall(who, 30).items, truth, 30) for who in (asking, stranger))
    assert recall_at(SMALL.fit(data, 0).recall(stranger, 30).items, truth, 30) > 1.4 * best


@pytest.mark.parametrize("attention", [0.0, 3.0])
def test_the_arrays_answer_as_the_net_does(attention: float) -> None:
    data = market(seed=3)
    settings = replace(SMALL, epochs=2, repeat=True, attention=attention)
    fitted = settings.fit(data, 0)
    asking = question(data, np.array([*range(data.people.size), -1]))
    s = fitted.settings
    net = MindNet(
        data.items.size,
        fitted.person_words.total,
        fitted.item_words.total,
        s.dim,
        s.interests,
        s.last,
        s.rounds,
        s.temperature,
        torch.Generator(),
    )
    packed = fitted.pack().arrays
    net.load_state_dict({name: torch.from_numpy(value) for name, value in packed.items()})
    bags = fitted.person_words.bags(data.people).of(asking.person)
    tensors = [
        tuple(map(torch.from_numpy, (of.start[:-1], of.word, of.weight)))
        for of in (fitted.item_words.bags(data.items), bags)
    ]
    ids = torch.arange(1, data.items.size + 1)
    recent, worth = recent_of(asking.past, s.last, s.decay)
    with torch.no_grad():
        x = net.items(ids, tensors[0])
        place = torch.from_numpy(np.maximum(recent, 0).astype(np.int64))
        u, there = net.people(tensors[1], x, place, torch.from_numpy(worth))
        logits = net.logits(u, there, x, ids).numpy()
    found = fitted.recall(asking, data.items.size)
    given = found.items >= 0
    assert given.sum() > 500
    row = np.broadcast_to(np.arange(len(asking))[:, None], given.shape)
    np.testing.assert_allclose(
        found.scores[given], logits[row[given], found.items[given]], rtol=1e-4, atol=1e-4
    )
    start, _ = fitted.interests(asking)
    assert np.diff(start).tolist() == there.sum(1).tolist()


def test_a_past_of_n_items_has_log_n_interests() -> None:
    assert interests_of(np.array([0, 1, 3, 4, 7, 8, 99]), 4).tolist() == [1, 1, 1, 2, 2, 3, 4]


def test_a_new_item_is_known_by_its_words() -> None:
    data, asking, _ = of_three_minds()
    topic = (np.arange(ITEMS + 60) % TOPICS).astype(np.int32)

    def table(size: int) -> EntityTable:
        return EntityTable("i", size, {"topic": topic[:size]}, sizes={"topic": TOPICS})

    fitted = replace(SMALL, dim=16, forget=0.5, epochs=5).fit(replace(data, items=table(ITEMS)), 0)
    only_new = np.arange(ITEMS + 60) >= ITEMS
    asked = replace(asking, items=table(ITEMS + 60), is_open=only_new)
    found = fitted.recall(asked, 5).items
    mine = np.zeros((PEOPLE, TOPICS), bool)
    mine[data.behaviours.person, topic[data.behaviours.item]] = True
    assert mine[np.arange(PEOPLE)[:, None], topic[found]].mean() > 0.9


def test_of_whom_nothing_is_known_gets_what_everybody_likes() -> None:
    data = market(people=80, items=60, rows=1500)
    counts = np.bincount(data.behaviours.item, minlength=60)
    bare = replace(data, people=EntityTable("a", 80, {}), matches=())
    found = replace(SMALL, epochs=6).fit(bare, 0).recall(question(bare, np.array([-1])), 8)
    assert counts[found.items[0]].mean() > 1.5 * counts.mean()


def test_a_market_of_one_item_gives_nothing() -> None:
    data = likes([0, 1, 2], [3, 3, 3], 5, 9)
    assert (SMALL.fit(data, 0).recall(question(data), 4).items == -1).all()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("interests", 0, "1 or more"),
        ("temperature", 0.0, "more than 0"),
        ("attention", -1.0, "0 or more"),
        ("forget", 1.5, "0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float, expected: str) -> None:
    with pytest.raises(ConfigError, match=rf"^mind\.{name} = {value}: expected {expected}\.$"):
        MIND(**{name: value})


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.endswith("_mind_learning")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'twoside\[deep\]'"):
        MIND().fit(market(), 0)


def test_serving_imports_no_torch() -> None:
    code = (
        "import sys; from twoside.funnel.recall.channels.mind import MIND;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
