"""Budgets against every choice there is, on small instances."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from twoside.funnel.merge.learning.cover import Hits, filled_up, spread

WIDTH = 5


def some_hits(seed: int, channels: int = 3, people: int = 12) -> Hits:
    rng = np.random.default_rng(seed)
    person = np.sort(np.concatenate([np.arange(people), rng.integers(0, people, 10)]))
    rank = rng.integers(-4, WIDTH, (channels, len(person)))
    rank = np.where(rank < 0, -1, rank)
    return Hits.of(rank, person, rng.uniform(0.1, 2, len(person)), people)


def best_by_trying(hits: Hits, weight: np.ndarray, most: np.ndarray, total: int) -> float:
    """The worth of the best budgets."""
    choices = product(*(range(m + 1) for m in most))
    return max(
        float(hits.covered(np.array(budgets)) @ weight)
        for budgets in choices
        if sum(budgets) <= total
    )


@pytest.mark.parametrize("total", [2, 4, 7, 10])
def test_budgets_are_near_the_best_of_all(total: int) -> None:
    most = np.full(3, WIDTH)
    shares = []
    for seed in range(25):
        hits, weight = some_hits(seed), np.random.default_rng(seed).uniform(0, 1, 12)
        budgets = spread(hits, weight, most, total)
        assert budgets.sum() <= total
        assert (budgets <= most).all()
        shares.append(hits.covered(budgets) @ weight / best_by_trying(hits, weight, most, total))
    assert min(shares) > 0.8  # 1 - 1/e at the worst
    assert np.mean(shares) > 0.97


def test_with_room_for_everything_everything_is_covered() -> None:
    hits = some_hits(3)
    budgets = spread(hits, np.ones(12), np.full(3, WIDTH), 3 * WIDTH)
    assert np.allclose(hits.covered(budgets), hits.covered(np.full(3, WIDTH)))


def test_what_is_covered_is_counted_once_and_by_worth() -> None:
    hits = Hits.of(np.array([[0, 1], [0, -1]]), np.array([0, 0]), np.array([1.0, 3.0]), 2)
    assert hits.covered(np.array([1, 1])).tolist() == [0.25, 0]
    assert hits.covered(np.array([2, 0])).tolist() == [1, 0]
    assert hits.covered(np.array([[2, 0], [0, 2]])).tolist() == [1, 0]  # each with his own


def test_two_hits_far_apart_are_seen_from_afar() -> None:
    """One place ahead nothing is to be had of the first channel, five ahead four people."""
    rank = np.array([[4, 4, 4, 4, -1], [-1, -1, -1, -1, 4]])
    hits = Hits.of(rank, np.arange(5), np.ones(5), 5)
    assert spread(hits, np.ones(5), np.full(2, 5), 5).tolist() == [5, 0]


def test_a_channel_that_finds_the_same_gets_nothing() -> None:
    rank = np.tile(np.random.default_rng(0).integers(-1, WIDTH, 40), (2, 1))
    hits = Hits.of(rank, np.arange(40), np.ones(40), 40)
    assert spread(hits, np.ones(40), np.full(2, WIDTH), 2 * WIDTH)[1] == 0


def test_nothing_to_cover_gives_no_budget() -> None:
    hits = Hits.of(np.full((2, 3), -1), np.arange(3), np.ones(3), 3)
    assert spread(hits, np.ones(3), np.full(2, 5), 10).tolist() == [0, 0]
    assert spread(some_hits(1), np.zeros(12), np.full(3, 5), 10).tolist() == [0, 0, 0]
    assert spread(some_hits(1), np.ones(12), np.full(3, 5), 0).tolist() == [0, 0, 0]


def test_the_rest_goes_to_those_who_have_some_in_proportion() -> None:
    most = np.array([100, 100, 100])
    assert filled_up(np.array([20, 10, 0]), most, 60).tolist() == [40, 20, 0]
    assert filled_up(np.array([20, 10, 0]), np.array([25, 100, 9]), 60).tolist() == [25, 35, 0]
    assert filled_up(np.array([20, 10, 0]), np.array([25, 12, 9]), 60).tolist() == [25, 12, 0]
    assert filled_up(np.zeros(3, int), most, 60).tolist() == [0, 0, 0]
