"""Swing against its formula, written out over all pairs of people."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels._swing_pairs import pair_by_pair
from twoside.funnel.recall.channels.swing import Swing
from twoside.funnel.recall.taste import Taste


def random_likes(seed: int) -> tuple[RecallData, list[set[int]]]:
    rng = np.random.default_rng(seed)
    person, item = rng.integers(0, 20, 200), rng.integers(0, 15, 200)
    sets = [set(item[person == p].tolist()) for p in range(20)]
    return likes(person.tolist(), item.tolist(), 20, 15), sets


def near_by_hand(sets: list[set[int]], size: int, alpha: float, damping: float) -> np.ndarray:
    near = np.zeros((size, size))
    for u, v in combinations(range(len(sets)), 2):
        both = sets[u] & sets[v]
        for i in both:
            for j in both - {i}:
                near[i, j] += (len(sets[u]) * len(sets[v])) ** -damping / (alpha + len(both))
    return near


def dense(fitted: object, size: int) -> np.ndarray:
    near = np.zeros((size, size))
    for i in range(size):
        rows = slice(fitted.start[i], fitted.start[i + 1])  # type: ignore[attr-defined]
        near[i, fitted.item[rows]] = fitted.near[rows]  # type: ignore[attr-defined]
    return near


@pytest.mark.parametrize(("alpha", "damping"), [(1.0, 0.5), (0.5, 0.0)])
def test_likeness_is_the_formula(alpha: float, damping: float) -> None:
    data, sets = random_likes(seed=1)
    fitted = Swing(alpha=alpha, damping=damping, block=4).fit(data, 0)
    by_hand = near_by_hand(sets, 15, alpha, damping)
    np.testing.assert_allclose(dense(fitted, 15), by_hand, rtol=1e-5)


def crowd(seed: int = 4) -> tuple[RecallData, list[set[int]]]:
    """60 people who share many of 40 items, so that pair by pair is the cheaper order."""
    rng = np.random.default_rng(seed)
    person, item = rng.integers(0, 60, 2400), rng.integers(0, 40, 2400)
    sets = [set(item[person == p].tolist()) for p in range(60)]
    return likes(person.tolist(), item.tolist(), 60, 40), sets


@pytest.mark.parametrize("damping", [0.0, 0.5])
def test_both_orders_of_work_are_the_formula(damping: float) -> None:
    data, sets = crowd()
    by_hand = near_by_hand(sets, 40, 1.0, damping)
    for way in (Swing(damping=damping), Swing(damping=damping, memory_mb=0)):
        taken = way._by_pairs(Taste.of(data, 100), how(data, way))
        assert (taken is None) == (way.memory_mb == 0)
        np.testing.assert_allclose(dense(way.fit(data, 0), 40), by_hand, rtol=2e-6)


def how(data: RecallData, way: Swing) -> tuple[Any, ...]:
    many = Taste.of(data, way.latest).many
    share = 1 / (way.alpha + np.arange(2, many.max() + 1))
    return many**-way.damping, share, way.fame, way.neighbours


@pytest.mark.parametrize("memory_mb", [0, 256])
def test_fame_divides_by_all_that_is_near_an_item(memory_mb: int) -> None:
    data, sets = crowd()
    plain = near_by_hand(sets, 40, 1.0, 0.5)
    by_hand = plain / plain.sum(axis=0) ** 0.8
    fitted = Swing(fame=0.8, memory_mb=memory_mb).fit(data, 0)
    np.testing.assert_allclose(dense(fitted, 40), by_hand, rtol=5e-6)
    few = dense(Swing(fame=0.8, memory_mb=memory_mb, neighbours=3).fit(data, 0), 40)
    kept = by_hand >= np.sort(by_hand, axis=0)[-3]  # the three nearest of each that is returned
    np.testing.assert_allclose(few, np.where(kept, by_hand, 0), rtol=5e-6)


def test_fame_gives_back_what_is_liked_by_few() -> None:
    # item 0 is liked by all; each of 20 couples shares one rare item besides
    rare = np.repeat(np.arange(1, 21), 2)
    data = likes([*range(40)] * 2, [0] * 40 + rare.tolist(), 40, 21)
    back = {fame: dense(Swing(fame=fame, alpha=0.0).fit(data, 0), 21) for fame in (0.0, 1.0)}
    assert back[0.0][0, 1] == pytest.approx(back[0.0][1, 0])
    assert back[1.0][0, 1] == pytest.approx(1.0)  # all that is near item 1 is item 0
    assert back[1.0][1, 0] == pytest.approx(1 / 20)


@pytest.mark.parametrize("memory_mb", [0, 256])
def test_any_number_of_threads_and_blocks_gives_the_same(memory_mb: int) -> None:
    data, _ = crowd()
    settings = Swing(neighbours=9, memory_mb=memory_mb)
    one = replace(settings, threads=1).fit(data, 0)
    for other in (replace(settings, threads=3, block=7), replace(settings, threads=2, block=1)):
        again = other.fit(data, 0)
        assert np.array_equal(again.start, one.start)
        assert np.array_equal(again.item, one.item)
        assert np.array_equal(again.near, one.near)


def test_rows_in_blocks_are_the_rows_of_the_whole_table() -> None:
    data, _ = crowd()
    taste, settings = Taste.of(data, 100), Swing()
    liked = (taste.start, taste.item, taste.of_start, taste.person[taste.at])
    _, item, near = pair_by_pair(0, 40, *liked, *how(data, settings))
    parts = [pair_by_pair(a, b, *liked, *how(data, settings)) for a, b in ((0, 13), (13, 40))]
    assert np.array_equal(np.concatenate([part[1] for part in parts]), item)
    assert np.array_equal(np.concatenate([part[2] for part in parts]), near)


def test_of_a_person_with_very_many_items_only_the_latest_count() -> None:
    many = 100_000
    data = likes([0] * many + [1] * many, [*range(many)] * 2, 2, many)
    fitted = Swing().fit(data, 0)
    assert len(fitted.item) == Swing().latest * (Swing().latest - 1)
    assert fitted.item.min() == many - Swing().latest


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"max_people": 1}, "swing.max_people = 1: expected 2 or more."),
        ({"alpha": -2.0}, "swing.alpha = -2.0: expected more than -2."),
        ({"damping": -0.5}, "swing.damping = -0.5: expected 0 or more."),
        ({"fame": -1.0}, "swing.fame = -1.0: expected 0 or more."),
        ({"block": 0}, "swing.block = 0: expected 1 or more."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Swing(**wrong)
    assert str(error.value) == message


def test_a_sample_of_people_estimates_the_sum() -> None:
    data, sets = random_likes(seed=2)
    by_hand = near_by_hand(sets, 15, 1.0, 0.5)
    fits = [dense(Swing(max_people=6).fit(data, seed), 15) for seed in range(80)]
    assert abs(np.mean(fits) / by_hand.mean() - 1) < 0.05
    assert not np.array_equal(fits[0], fits[1])


def test_a_pair_who_share_little_says_more() -> None:
    # people 0 and 1 share items 0 and 1 only; 2 and 3 share 2, 3 and four more
    narrow, broad = [0, 1], [2, 3, 4, 5, 6, 7]
    person = [0, 0, 1, 1] + [2] * 6 + [3] * 6
    data = likes(person, narrow + narrow + broad + broad, 4, 8)
    near = dense(Swing(damping=0).fit(data, 0), 8)
    assert near[0, 1] == pytest.approx(1 / 3)
    assert near[2, 3] == pytest.approx(1 / 7)


def test_one_common_person_is_no_pair() -> None:
    data = likes([0, 0, 1], [0, 1, 0], 2, 2)
    assert len(Swing().fit(data, 0).item) == 0


def test_a_person_gets_what_the_like_minded_took() -> None:
    data = likes([0, 0, 1, 1, 2], [0, 1, 0, 1, 0], 3, 2)
    assert Swing().fit(data, 0).recall(question(data), 2).items[2].tolist() == [1, -1]
