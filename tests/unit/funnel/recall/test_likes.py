"""Likes to learn from: which count, and how often an item stands against them."""

from __future__ import annotations

import numpy as np
from unit.funnel.recall.little_market import START_MS, likes, market

from twoside.funnel.recall.likes import Against, Likes


def test_since_a_moment_only_the_first_likes_since_then_teach_but_all_count() -> None:
    data = likes([0, 0, 1, 0, 1], [3, 4, 3, 3, 5], 2, 7)  # the fourth is no first like
    found = Likes.of(data, 100, 7.0, 3, 0.5, since_ms=START_MS + 2000)
    assert found.person.tolist() == [1, 1]
    assert found.item.tolist() == [3, 5]
    assert found.counts.tolist() == [0, 0, 0, 2, 1, 1, 0]
    assert found.recent[1].tolist() == [3, -1, -1]


def test_only_the_newest_count() -> None:
    data = market()
    some, every = Likes.of(data, 50, 7.0, 3, 0.5), Likes.of(data, 10_000, 7.0, 3, 0.5)
    assert len(some) == some.counts.sum() == 50
    assert every.counts.sum() == len(every) > 50
    assert np.array_equal(every.item[-50:], some.item)


def test_log_q_is_how_often_an_item_is_met_in_a_batch_and_the_draw() -> None:
    data = likes([0, 1, 2, 3, 0, 1], [1, 1, 2, 3, 2, 4], 4, 6)
    since = Likes.of(data, 100, 7.0, 3, 0.5, since_ms=START_MS + 4000)  # of items 2 and 4
    against = Against(since, 8, 1.0, 2000, 0)
    batch = np.random.default_rng(0).choice(since.item, (2000, 10))
    met = [np.bincount(against.items(step, row), minlength=6) for step, row in enumerate(batch)]
    expected = np.exp(against.log_q(10, np.arange(6)))
    np.testing.assert_allclose(np.mean(met, axis=0), expected, atol=0.15)
    assert expected[[0, 5]].tolist() == [0, 0]
