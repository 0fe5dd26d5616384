"""Swing against its formula, written out over all pairs of people."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, question

from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.swing import Swing


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
