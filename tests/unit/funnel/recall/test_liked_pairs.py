"""Liked pairs against the plain loops of the ItemCF test."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.channels.test_itemcf import liked_in_order, random_likes
from unit.funnel.recall.little_market import empty, likes

from twoside.funnel.recall.taste import Taste


@pytest.mark.parametrize("latest", [3, 1000])
def test_it_is_the_newest_likes_in_order_of_time(latest: int) -> None:
    data = random_likes(people=30, items=25, rows=400, seed=3)
    taste = Taste.of(data, latest)
    expected = liked_in_order(data, latest)
    assert taste.many.tolist() == [len(weights) for weights in expected]
    assert taste.item.tolist() == [item for weights in expected for item in weights]
    np.testing.assert_allclose(taste.weight, [w for weights in expected for w in weights.values()])
    assert taste.person.tolist() == np.repeat(np.arange(30), taste.many).tolist()
    assert taste.ts_ms.shape == (0,)


def test_turned_round_it_says_where_the_pairs_of_an_item_are() -> None:
    taste = Taste.of(random_likes(people=30, items=25, rows=400, seed=3), 1000)
    for j in range(25):
        at = taste.at[taste.of_start[j] : taste.of_start[j + 1]]
        assert at.tolist() == np.flatnonzero(taste.item == j).tolist()


def test_a_pair_has_the_moment_of_its_latest_behaviour_if_asked_for() -> None:
    data = likes([0, 1, 0, 0], [0, 1, 1, 0], 2, 2)
    first, _, third, fourth = data.behaviours.ts_ms.tolist()
    taste = Taste.of(data, 10, timed=True)
    assert taste.item.tolist()[:2] == [1, 0]
    assert taste.ts_ms.tolist()[:2] == [third, fourth]
    assert first not in taste.ts_ms.tolist()


def test_an_empty_past_has_no_pairs() -> None:
    taste = Taste.of(empty(random_likes(5, 4, 20, 0)), 10, timed=True)
    assert taste.start.tolist() == [0] * 6
    assert taste.of_start.tolist() == [0] * 5
    assert len(taste.item) == len(taste.at) == len(taste.ts_ms) == 0
