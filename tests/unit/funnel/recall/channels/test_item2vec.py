"""Item2Vec: blocks are told apart, words carry what is rare or new, plain Item2Vec is beaten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, START_MS, likes, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels._item2vec_features import Features
from twoside.funnel.recall.channels.item2vec import Item2Vec
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import Codes, EntityTable

BLOCKS, PEOPLE, ITEMS = 6, 150, 180
SMALL = Item2Vec(dim=16, epochs=6)


def world(named: bool = True, each: int = 8, flat: float = 1.0) -> tuple[RecallData, np.ndarray]:
    """Person p likes items of block p % BLOCKS, a few of them often and the most rarely; items tell
    their block, one word of it spelt in three ways. Also what each takes next."""
    rng = np.random.default_rng(0)
    fame = 1.0 / np.arange(1, ITEMS + 1)
    taken = []
    for p in range(PEOPLE):
        share = np.where(np.arange(ITEMS) % BLOCKS == p % BLOCKS, fame**flat, 0)
        taken.append(rng.choice(ITEMS, each + 1, replace=False, p=share / share.sum()))
    items = np.array(taken, np.int32)
    log = Behaviours(
        np.repeat(np.arange(PEOPLE, dtype=np.int32), each),
        items[:, :each].ravel(),
        START_MS + 1000 * np.arange(PEOPLE * each, dtype=np.int64),
        np.ones(PEOPLE * each, np.float32),
    )
    code = (np.arange(ITEMS) % (3 * BLOCKS)).astype(np.int32)
    table = EntityTable("i", ITEMS, {"block": code}, sizes={"block": 3 * BLOCKS})
    names = ["alpha", "bravo", "cargo", "delta", "eerie", "foxes"]
    words = [f"{name} {kind}" for kind in ("one", "two", "six") for name in names]
    told = {"block": words} if named else {}
    data = RecallData(log, EntityTable("p", PEOPLE, {}), table, NOW_MS, words=told)
    return data, items[:, each]


def found_rate(data: RecallData, right: np.ndarray, settings: Item2Vec, only: np.ndarray) -> float:
    found = settings.fit(data, 0).recall(question(data), 12).items
    return float((found == right[:, None]).any(axis=1)[only].mean())


def test_words_help_most_where_likes_are_few() -> None:
    data, right = world(named=False, each=2, flat=0.0)
    often = np.bincount(data.behaviours.item, minlength=ITEMS)[right]
    rare = often <= 2
    assert rare.sum() > 20
    everybody = np.ones(PEOPLE, bool)
    plain = replace(SMALL, side=False)
    for who in (everybody, rare):
        assert found_rate(data, right, SMALL, who) > 1.2 * found_rate(data, right, plain, who)


def odd_likes(data: RecallData, rare: np.ndarray) -> RecallData:
    """The same, but that each rare item is liked once, by a person of another block."""
    log = data.behaviours.where(~np.isin(data.behaviours.item, rare))
    more = Behaviours(
        ((rare + 1) % BLOCKS).astype(np.int32),
        rare.astype(np.int32),
        np.full(len(rare), log.ts_ms.max() + 1),
        np.ones(len(rare), np.float32),
    )
    names = ("person", "item", "ts_ms", "strength")
    parts = [np.concatenate([getattr(log, n), getattr(more, n)]) for n in names]
    return replace(data, behaviours=Behaviours(*parts))


def test_one_odd_like_does_not_outweigh_the_words_of_an_item() -> None:
    data, _ = world(named=False)
    rare = np.arange(ITEMS - 4 * BLOCKS, ITEMS, 2)  # three blocks, the others keep who tells them
    told = odd_likes(data, rare)
    in_block = []
    for shrink in (0.0, SMALL.shrink):
        lists = replace(SMALL, shrink=shrink).fit(told, 0).neighbours(data.items)
        near = np.stack([lists.nearest(int(item), 5).items for item in rare])
        in_block.append((near % BLOCKS == rare[:, None] % BLOCKS).mean())
    assert in_block[1] > 0.9
    assert in_block[1] > in_block[0] + 0.1


def test_a_bag_weighs_the_item_by_its_likes_and_the_words_of_a_column_together() -> None:
    lists = {"tags": Codes(np.array([0, 1, 2, 3], np.int32), np.array([0, 4, 4, 4]))}
    items = EntityTable("i", 3, {}, lists, sizes={"tags": 4})
    texts = {"tags": ["ax", "ay", "", ""]}  # both have "a", "<a"
    features = Features.of(3, Words.of(items), texts, 1, 2)
    bags = features.bags(items, np.array([0.5, 0.5, 0.0], np.float32), 3.0)
    first = slice(bags.start[0], bags.start[1])
    assert features.grams == ("a", "<a")
    assert bags.word[first].tolist() == [0, 3, 4, 5, 6, 7, 8, 7, 8]
    gram = 1.5 / np.sqrt(2)
    assert bags.weight[first] == pytest.approx([0.5, 1.5, 1.5, 1.5, 1.5, *[gram] * 4])
    assert bags.weight[first.stop :].tolist() == [1.0, 1.0]  # those without words


def test_plain_item2vec_knows_neither_words_nor_their_weights() -> None:
    data, _ = world()
    plain = replace(SMALL, side=False)
    other = replace(plain, words=1.0, shrink=50.0)
    bare = replace(data, items=EntityTable("i", ITEMS, {}), words={})
    for fitted in (other.fit(data, 0), SMALL.fit(bare, 0)):
        assert np.array_equal(fitted.vector, plain.fit(data, 0).vector)


def share_of_block(data: RecallData, found: np.ndarray) -> float:
    there = found >= 0
    assert there.any(axis=1).all()
    right = found % BLOCKS == np.arange(PEOPLE)[:, None] % BLOCKS
    return float(right[there].mean())


def test_blocks_are_told_apart() -> None:
    data, _ = world()
    for settings in (SMALL, replace(SMALL, side=False)):
        assert share_of_block(data, settings.fit(data, 0).recall(question(data), 5).items) > 0.9


def test_a_new_item_is_known_by_its_words() -> None:
    data, _ = world()
    fitted = SMALL.fit(data, 0)
    size = ITEMS + 36
    code = (np.arange(size) % (3 * BLOCKS)).astype(np.int32)
    items = EntityTable("i", size, {"block": code}, sizes={"block": 3 * BLOCKS})
    asking = replace(question(data), items=items, is_open=np.arange(size) >= ITEMS)
    assert share_of_block(data, fitted.recall(asking, 4).items) > 0.9


def test_a_word_that_nobody_liked_is_known_by_its_letters() -> None:
    data, _ = world()
    untaught = data.items.columns["block"] >= 2 * BLOCKS  # "... six" occurs in no like
    log = data.behaviours.where(~untaught[data.behaviours.item])
    for words, least in ((data.words, 0.9), ({}, None)):
        told = replace(data, behaviours=log, words=words)
        fitted = SMALL.fit(told, 0)
        asking = replace(question(told), is_open=untaught)
        found = fitted.recall(asking, 4).items
        if least is None:
            assert (found == -1).all()
        else:
            assert share_of_block(data, found) > least


def test_items_of_which_nothing_is_known_are_in_no_list() -> None:
    data = likes([0, 0, 1, 1], [1, 2, 2, 3], 3, 9)
    fitted = SMALL.fit(data, 0)
    assert set(fitted.lists[1].tolist()) == {1, 2, 3}
    assert np.isfinite(fitted.vector).all()
    assert (fitted.vector[[0, 4, 5, 6, 7, 8]] == 0).all()


def test_a_past_without_two_likes_of_anybody_gives_nothing() -> None:
    data = likes([0, 1, 1], [3, 3, 3], 3, 9)
    assert (SMALL.fit(data, 0).recall(question(data), 4).items == -1).all()


def test_recent_items_count_more() -> None:
    data, _ = world()
    fitted = SMALL.fit(data, 0)
    rows = [[0, 6, 12, 1], [1, 7, 13, 0]]  # three of one block, then one of another
    for row in rows:
        asked = likes([0] * 4, row, 1, ITEMS)
        asking = replace(question(asked), items=data.items)
        sharp = replace(fitted, settings=replace(SMALL, decay=0.1))
        assert (sharp.recall(asking, 3).items % BLOCKS == row[-1] % BLOCKS).all()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("dim", 0, "1 or more"),
        ("negatives", 0, "1 or more"),
        ("sharpness", 0.0, "more than 0"),
        ("words", 0.0, "more than 0"),
        ("shrink", -1.0, "0 or more"),
        ("fame", -0.5, "0 or more"),
        ("fade", 1.5, "0 to 1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name: str, value: float, expected: str) -> None:
    with pytest.raises(ConfigError, match=rf"^item2vec\.{name} = {value}: expected {expected}\.$"):
        Item2Vec(**{name: value})


def test_a_market_turned_round_works_the_same() -> None:
    data = market(turned=True)
    assert (SMALL.fit(data, 3).recall(question(data), 5).items >= 0).any()
