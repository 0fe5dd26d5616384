"""ItemCF against its formula, written out pair by pair."""

from __future__ import annotations

from dataclasses import replace
from math import log1p, sqrt
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.taste import Taste
from twoside.schema.entities import EntityTable


def random_likes(people: int, items: int, rows: int, seed: int) -> RecallData:
    """Strengths from -1 to 3 with repeats, so that weights and refusals matter."""
    rng = np.random.default_rng(seed)
    strength = rng.choice([-1.0, 1.0, 2.0, 3.0], rows, p=[0.1, 0.5, 0.2, 0.2]).astype(np.float32)
    data = likes(
        rng.integers(0, people, rows).tolist(),
        rng.integers(0, items, rows).tolist(),
        people,
        items,
    )
    return replace(data, behaviours=replace(data.behaviours, strength=strength))


def liked_in_order(data: RecallData, latest: int) -> list[dict[int, float]]:
    """person -> {item: weight}, in order of the latest behaviour, the newest `latest` of them."""
    found = []
    log = data.behaviours
    for p in range(data.people.size):
        rows = np.flatnonzero(log.person == p)
        total: dict[int, float] = {}
        last: dict[int, float] = {}
        for r in rows:
            i, s = int(log.item[r]), float(log.strength[r])
            total[i] = total.pop(i, 0.0) + max(s, 0.0)
            last[i] = s
        good = {i: sqrt(w) for i, w in total.items() if last[i] >= 0 and w > 0}
        found.append(dict(list(good.items())[-latest:]))
    return found


def near_by_hand(data: RecallData, c: ItemCF) -> np.ndarray:
    size = data.items.size
    top, square = np.zeros((size, size)), np.zeros(size)
    for weights in liked_in_order(data, c.latest):
        damp = 1 / sqrt(log1p(len(weights))) if c.damp else 1.0
        order = list(weights)
        for a, i in enumerate(order):
            square[i] += (weights[i] * damp) ** 2
            for b, j in enumerate(order):
                top[i, j] += weights[i] * weights[j] * damp**2
                if 0 < b - a <= c.window:
                    top[i, j] += c.order_weight / (b - a)
    below = np.sqrt(square)[:, None] * (square**c.fame)[None, :] + c.shrink
    np.fill_diagonal(top, 0)
    return top / below


@pytest.mark.parametrize(
    "settings",
    [
        ItemCF(neighbours=100),
        ItemCF(shrink=1, order_weight=0, damp=False, fame=0.5),
        ItemCF(latest=5, window=1, block=7),
        ItemCF(neighbours=100, kept="candidate"),
        ItemCF(neighbours=100, memory_mb=0),
        ItemCF(neighbours=100, memory_mb=0, kept="candidate", threads=1),
        ItemCF(latest=5, window=1, block=7, memory_mb=0),
    ],
)
def test_likeness_is_the_formula(settings: ItemCF) -> None:
    data = random_likes(people=30, items=25, rows=400, seed=3)
    fitted = settings.fit(data, 0)
    dense = np.zeros((25, 25))
    for i in range(25):
        rows = slice(fitted.start[i], fitted.start[i + 1])
        dense[i, fitted.item[rows]] = fitted.near[rows]
        assert (np.diff(fitted.near[rows]) <= 0).all()
    np.testing.assert_allclose(dense, near_by_hand(data, settings), rtol=1e-5)


@pytest.mark.parametrize("kept", ["seed", "candidate"])
def test_both_orders_of_work_and_any_threads_give_the_same(kept: Any) -> None:
    data = random_likes(people=60, items=120, rows=5000, seed=5)
    ways = [
        ItemCF(neighbours=10, kept=kept, block=block, threads=threads, memory_mb=memory_mb)
        for block, threads, memory_mb in ((2048, 1, 256), (11, 3, 256), (2048, 1, 0), (11, 3, 0))
    ]
    taste = Taste.of(data, 300)
    assert [way._holds_a_table(taste) for way in ways] == [True, True, False, False]
    first, *others = [way.fit(data, 0) for way in ways]
    for other in others:
        assert np.array_equal(other.start, first.start)
        np.testing.assert_allclose(other.near, first.near, rtol=1e-6)
    assert np.array_equal(first.item, others[0].item)  # the same order: to the last bit
    assert np.array_equal(first.near, others[0].near)
    assert np.array_equal(others[1].item, others[2].item)
    assert np.array_equal(others[1].near, others[2].near)


def test_a_table_of_all_pairs_is_never_larger_than_allowed() -> None:
    # 4 * 512^2 bytes are one megabyte, 4 * 513^2 are more
    for items, fits in ((512, True), (513, False)):
        liked = np.tile(np.arange(items), 10)
        data = likes(np.repeat(np.arange(10), items).tolist(), liked.tolist(), 10, items)
        assert ItemCF(memory_mb=1)._holds_a_table(Taste.of(data, 10_000)) == fits


def test_of_a_person_with_very_many_items_only_the_latest_count() -> None:
    many = 100_000
    data = likes([0] * many + [1, 1], [*range(many), many - 2, many - 1], 2, many)
    fitted = ItemCF().fit(data, 0)
    assert (np.diff(fitted.start) > 0).sum() == ItemCF().latest
    assert fitted.start[many - ItemCF().latest] == 0
    assert len(fitted.item) <= ItemCF().latest * ItemCF().neighbours


def test_events_that_repeat_are_unknown_or_are_no_number_are_no_likes() -> None:
    data = likes([0, 0, 0, 0, 1, 1, 1], [0, 1, 2, 9, 0, 1, 1], 2, 10)
    strength = np.array([1, 1, np.nan, 1, 1, 0.5, 0.5], np.float32)
    log = replace(data.behaviours, strength=strength)
    data = replace(data, behaviours=log, items=EntityTable("i", 3, {}))  # item 9 is not in it
    fitted = ItemCF().fit(data, 0)
    plain = ItemCF().fit(likes([0, 0, 1, 1], [0, 1, 0, 1], 2, 3), 0)
    assert fitted.item.tolist() == plain.item.tolist() == [1, 0]
    assert fitted.near.tolist() == plain.near.tolist()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"neighbours": 0}, "itemcf.neighbours = 0: expected 1 or more."),
        ({"threads": 0}, "itemcf.threads = 0: expected 1 or more."),
        ({"shrink": -1.0}, "itemcf.shrink = -1.0: expected 0 or more."),
        ({"decay": float("nan")}, "itemcf.decay = nan: expected 0 or more."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        ItemCF(**wrong)
    assert str(error.value) == message


def test_only_the_nearest_are_kept() -> None:
    data = random_likes(people=30, items=25, rows=400, seed=3)
    settings = ItemCF(neighbours=4)
    fitted = settings.fit(data, 0)
    by_hand = near_by_hand(data, settings)
    for i in range(25):
        kept = fitted.near[fitted.start[i] : fitted.start[i + 1]]
        np.testing.assert_allclose(kept, np.sort(by_hand[i])[::-1][:4], rtol=1e-5)


def test_kept_for_the_candidate_rare_items_keep_their_chance() -> None:
    data = random_likes(people=30, items=25, rows=400, seed=3)
    settings = ItemCF(neighbours=4, kept="candidate")
    fitted = settings.fit(data, 0)
    by_hand = near_by_hand(data, settings)
    seed = np.repeat(np.arange(25), np.diff(fitted.start))
    for j in range(25):
        kept = np.sort(fitted.near[fitted.item == j])[::-1]
        np.testing.assert_allclose(kept, np.sort(by_hand[:, j])[::-1][:4], rtol=1e-5)
    np.testing.assert_allclose(fitted.near, by_hand[seed, fitted.item], rtol=1e-5)


def test_a_list_is_the_decayed_sum_over_recent_items() -> None:
    data = random_likes(people=30, items=25, rows=400, seed=3)
    settings = ItemCF(last=4, decay=0.5, neighbours=100)
    near = near_by_hand(data, settings)
    found = settings.fit(data, 0).recall(question(data), 25)
    refused = liked_then_refused(data)
    for p, weights in enumerate(liked_in_order(data, 10_000)):
        expected = np.zeros(25)
        for k, (i, weight) in enumerate(list(weights.items())[::-1][:4]):
            expected += 0.5**k * weight * near[i]
        expected[list(weights)] = 0  # liked ones are for `history`
        expected[sorted(refused[p])] = 0
        there = found.items[p] >= 0
        assert set(found.items[p][there]) == set(np.flatnonzero(expected))
        np.testing.assert_allclose(
            found.scores[p][there], expected[found.items[p][there]], rtol=1e-5
        )


def liked_then_refused(data: RecallData) -> list[set[int]]:
    log, last = data.behaviours, {}
    for p, i, s in zip(log.person.tolist(), log.item.tolist(), log.strength.tolist(), strict=True):
        last[p, i] = s
    return [
        {i for (who, i), s in last.items() if who == p and s < 0} for p in range(data.people.size)
    ]


def test_what_comes_next_is_nearer_than_what_came_before() -> None:
    people = [p for p in range(9) for _ in range(2)]
    fitted = ItemCF().fit(likes(people, [0, 1] * 9, 9, 2), 0)
    forth, back = fitted.near[fitted.start[0]], fitted.near[fitted.start[1]]
    assert forth > 2 * back > 0


def test_liked_items_come_back_only_on_request() -> None:
    data = likes([0, 0, 1, 1, 1], [0, 1, 0, 1, 2], 2, 3)
    assert ItemCF().fit(data, 0).recall(question(data), 3).items[0].tolist() == [2, -1, -1]
    again = ItemCF(repeat=True).fit(data, 0).recall(question(data), 3).items[0]
    assert set(again.tolist()) == {0, 1, 2}


def test_a_person_without_history_gets_nothing() -> None:
    data = likes([0, 0], [0, 1], 2, 2)
    assert (ItemCF().fit(data, 0).recall(question(data), 2).items[1] == -1).all()
