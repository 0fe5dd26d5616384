"""Two towers: what they find in planted markets, and that arrays answer as the net does."""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from unit.funnel.recall.little_market import NOW_MS, START_MS, likes, market, question

from twoside.errors import ConfigError, MissingExtra
from twoside.funnel.recall.channel import Asking, RecallData
from twoside.funnel.recall.channels.two_tower import TwoTower
from twoside.funnel.recall.recent import recent_of
from twoside.metrics.topn import Truth, recall_at
from twoside.nn.towers import TwoTowerNet
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import EntityTable

BLOCKS, PEOPLE, ITEMS = 4, 120, 160
SMALL = TwoTower(dim=16, epochs=12, batch=128, negatives=64, averaged=30)


def block_world(seed: int = 0) -> tuple[RecallData, Asking, Truth]:
    """People like the items of their own block, popular ones more; later they take others of it.

    Person p is of block p % BLOCKS, item i of block i % BLOCKS; items say their block in a word.
    """
    rng = np.random.default_rng(seed)
    fame = rng.zipf(1.4, ITEMS).clip(max=50).astype(float)
    before, after = [], []
    for p in range(PEOPLE):
        share = np.where(np.arange(ITEMS) % BLOCKS == p % BLOCKS, fame, 0.01)
        taken = rng.choice(ITEMS, 24, replace=False, p=share / share.sum())
        before += [(p, i) for i in taken[:16]]
        after += [(p, i) for i in taken[16:]]
    rng.shuffle(before)
    log = np.array(before, np.int32)
    ts_ms = START_MS + 1000 * np.arange(len(log), dtype=np.int64)
    behaviours = Behaviours(log[:, 0], log[:, 1], ts_ms, np.ones(len(log), np.float32))
    words = {"block": (np.arange(ITEMS) % BLOCKS).astype(np.int32)}
    items = EntityTable("i", ITEMS, words, sizes={"block": BLOCKS})
    data = RecallData(behaviours, EntityTable("p", PEOPLE, {}), items, NOW_MS)
    right = np.array(after)
    return data, question(data), Truth.of(right[:, 0], right[:, 1], PEOPLE)


def of_block(items: np.ndarray, block: int) -> float:
    return float((items % BLOCKS == block).mean())


def most_liked_by_others(data: RecallData, person: int) -> np.ndarray:
    """All items that the person has not liked yet, the most liked first."""
    log = data.behaviours
    counts = np.bincount(log.item, minlength=ITEMS)
    counts[log.item[log.person == person]] = -1
    return np.argsort(-counts, kind="stable")


def test_it_finds_the_blocks_that_popularity_cannot_see() -> None:
    data, asking, truth = block_world()
    mine = SMALL.fit(data, 0).recall(asking, 20).items
    popular = np.array([most_liked_by_others(data, p)[:20] for p in range(PEOPLE)], np.int32)
    assert recall_at(mine, truth, 20) > 1.8 * recall_at(popular, truth, 20)
    share = np.mean([of_block(row, p % BLOCKS) for p, row in enumerate(mine)])
    assert share > 0.95


def test_without_log_q_what_many_like_is_pushed_down() -> None:
    data, asking, truth = block_world()
    counts = np.bincount(data.behaviours.item, minlength=ITEMS)
    right, plain = (replace(SMALL, log_q=how).fit(data, 0) for how in (True, False))
    alike = [np.corrcoef(counts, fitted.bias[1:])[0, 1] for fitted in (right, plain)]
    assert alike[0] > 0.9
    assert alike[1] < 0.6
    found = [fitted.recall(asking, 20).items for fitted in (right, plain)]
    assert recall_at(found[0], truth, 20) > recall_at(found[1], truth, 20)


def test_a_new_item_is_known_by_its_words() -> None:
    data, asking, _ = block_world()
    fitted = SMALL.fit(data, 0)
    words = {"block": (np.arange(ITEMS + 40) % BLOCKS).astype(np.int32)}
    more = EntityTable("i", ITEMS + 40, words, sizes={"block": BLOCKS})
    only_new = np.arange(ITEMS + 40) >= ITEMS
    found = fitted.recall(replace(asking, items=more, is_open=only_new), 10).items
    share = np.mean([of_block(row, p % BLOCKS) for p, row in enumerate(found)])
    assert share > 0.9


def test_a_new_person_is_known_by_what_was_just_done() -> None:
    data, asking, _ = block_world()
    stranger = replace(asking, person=np.full(PEOPLE, -1, np.int32))
    found = SMALL.fit(data, 0).recall(stranger, 20).items
    share = np.mean([of_block(row, p % BLOCKS) for p, row in enumerate(found)])
    assert share > 0.9


def test_of_whom_nothing_is_known_gets_what_everybody_likes() -> None:
    data, _, _ = block_world()
    counts = np.bincount(data.behaviours.item, minlength=ITEMS)
    found = SMALL.fit(data, 0).recall(question(data, np.array([-1])), 20).items[0]
    assert counts[found].mean() > 1.8 * counts.mean()


def test_the_arrays_answer_as_the_net_does() -> None:
    data = market(seed=3)
    settings = replace(SMALL, epochs=2, repeat=True)
    fitted = settings.fit(data, 0)
    asking = question(data, np.array([*range(data.people.size), -1]))
    net = TwoTowerNet(
        data.people.size,
        data.items.size,
        fitted.person_words.total,
        fitted.item_words.total,
        settings.dim,
        settings.temperature,
        torch.Generator(),
    )
    packed = fitted.pack().arrays
    net.load_state_dict({name: torch.from_numpy(value) for name, value in packed.items()})
    item_bags = fitted.item_words.bags(data.items)
    bags = fitted.person_words.bags(data.people).of(asking.person)
    tensors = [
        tuple(map(torch.from_numpy, (of.start[:-1], of.word, of.weight)))
        for of in (item_bags, bags)
    ]
    ids = torch.arange(1, data.items.size + 1)
    recent, worth = recent_of(asking.past, settings.last, settings.decay)
    with torch.no_grad():
        x = net.items(ids, tensors[0])
        u = net.people(
            torch.from_numpy(asking.person.astype(np.int64) + 1),
            tensors[1],
            x,
            torch.from_numpy(np.maximum(recent, 0).astype(np.int64)),
            torch.from_numpy(worth),
        )
        logits = net.logits(u, x, ids).numpy()
    found = fitted.recall(asking, data.items.size)
    there = found.items >= 0
    assert there.sum() > 500
    row = np.broadcast_to(np.arange(len(asking))[:, None], there.shape)
    np.testing.assert_allclose(
        found.scores[there], logits[row[there], found.items[there]], rtol=1e-4, atol=1e-5
    )


def test_recent_items_weigh_by_order_and_strength() -> None:
    data = likes([0, 0, 0, 0], [5, 2, 5, 7], 1, 9)
    recent, worth = recent_of(question(data).past, 2, 0.5)
    assert recent.tolist() == [[7, 5]]
    raw = np.array([1.0, 0.5 * np.sqrt(2)])
    np.testing.assert_allclose(worth[0], raw / raw.sum(), rtol=1e-6)


def test_what_was_liked_comes_back_only_if_asked_for() -> None:
    data, asking, _ = block_world()
    liked = set(zip(data.behaviours.person.tolist(), data.behaviours.item.tolist(), strict=True))
    for repeat in (False, True):
        found = replace(SMALL, epochs=1, repeat=repeat).fit(data, 0).recall(asking, 20).items
        given = {(p, i) for p, row in enumerate(found.tolist()) for i in row}
        assert bool(given & liked) == repeat


def test_a_market_of_one_item_gives_nothing() -> None:
    data = likes([0, 1, 2], [3, 3, 3], 5, 9)
    assert (SMALL.fit(data, 0).recall(question(data), 4).items == -1).all()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dim", 0, "1 or more"),
        ("epochs", 0, "1 or more"),
        ("temperature", 0.0, "more than 0"),
        ("negatives", -1, "0 or more"),
        ("forget", 1.5, "0 to 1"),
        ("decay", -0.1, "0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float, expected: str) -> None:
    with pytest.raises(ConfigError, match=rf"^two_tower\.{name} = {value}: expected {expected}\.$"):
        TwoTower(**{name: value})


def test_without_torch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n.endswith("_two_tower_learning")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtra, match=r"pip install 'twoside\[deep\]'"):
        TwoTower().fit(market(), 0)


def test_serving_imports_no_torch() -> None:
    import subprocess

    code = (
        "import sys; from twoside.funnel.recall.channels.two_tower import TwoTower;"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
