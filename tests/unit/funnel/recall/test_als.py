"""Factors: fold-in against numpy and against `implicit`, the loss, and what teaches nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits
from unit.funnel.recall.little_market import NOW_MS, empty, likes, market, question

from twoside.errors import ConfigError, DataError
from twoside.funnel.recall.als import ALS, Factors
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.ials import Pairs
from twoside.funnel.recall.past import Past
from twoside.funnel.recall.seeds import Seeds
from twoside.schema.calendar import DAY_MS

SMALL = ALS(dim=8, penalty=0.1, nu=0.0, alpha=5.0, iterations=8)


def random_seeds(items: int, sizes: list[int], seed: int = 0) -> Seeds:
    rng = np.random.default_rng(seed)
    start = np.concatenate([[0], np.cumsum(sizes)])
    item = np.concatenate([rng.choice(items, n, replace=False) for n in sizes])
    worth = rng.uniform(0.1, 2, len(item)).astype(np.float32)
    return Seeds(start, item.astype(np.int32), worth, np.ones_like(worth))


@pytest.mark.parametrize(
    ("dim", "fade", "nu"), [(1, 1.0, 0.0), (7, 0.3, 0.5), (64, 1.0, 0.0), (64, 0.5, 1.0)]
)
def test_fold_in_solves_the_normal_equations(dim: int, fade: float, nu: float) -> None:
    settings = ALS(dim=dim, alpha=3.0, nu=nu)
    y = np.random.default_rng(1).normal(0, 0.4, (50, dim)).astype(np.float32)
    seeds = random_seeds(50, [1, 5, 0, 50])
    seeds = replace(seeds, worth=seeds.worth * fade, fade=seeds.fade * fade)
    x = Factors(settings, y, 0.7).fold_in(seeds)
    wide = y.astype(np.float64)
    for i in range(4):
        rows = slice(seeds.start[i], seeds.start[i + 1])
        extra, liked = np.zeros(50), np.zeros(50)
        extra[seeds.item[rows]] = 3.0 * seeds.worth[rows]
        liked[seeds.item[rows]] = fade
        ridge = 0.7 * max(extra.sum(), 3.0) ** nu
        left = (wide.T * (1 + extra)) @ wide + ridge * np.eye(dim)
        np.testing.assert_allclose(
            x[i], np.linalg.solve(left, wide.T @ (liked + extra)), rtol=1e-5, atol=1e-6
        )
    assert (x[2] == 0).all()


def test_fold_in_is_what_implicit_recalculates() -> None:
    seeds = random_seeds(60, [4, 9, 30])
    y = np.random.default_rng(2).normal(0, 0.3, (60, 16)).astype(np.float32)
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(factors=16, regularization=2.0, alpha=1.0, num_threads=1)
        model.item_factors = y
        confidence = 1 + 5.0 * seeds.worth
        expected = model.recalculate_user(
            np.arange(3), csr_matrix((confidence, seeds.item, seeds.start), (3, 60))
        )
    mine = Factors(ALS(dim=16, nu=0.0, alpha=5.0), y, 2.0).fold_in(seeds)
    np.testing.assert_allclose(mine, expected, rtol=1e-3, atol=1e-5)


def test_a_seed_without_a_vector_or_beyond_the_fit_says_nothing() -> None:
    y = np.random.default_rng(3).normal(size=(10, 4)).astype(np.float32)
    y[3] = 0
    factors = Factors(ALS(dim=4), y, 1.0)
    seeds = Seeds(
        np.array([0, 3, 5]), np.array([1, 3, 99, 3, 10], np.int32), *np.ones((2, 5), np.float32)
    )
    plain = Seeds(np.array([0, 1, 1]), np.array([1], np.int32), *np.ones((2, 1), np.float32))
    assert np.array_equal(factors.fold_in(seeds), factors.fold_in(plain))
    assert (factors.fold_in(seeds)[1] == 0).all()


def loss(settings: ALS, data: RecallData, y: np.ndarray) -> float:
    """Of the vectors with each person's best answer to them, without ages."""
    log = data.behaviours
    ridge = settings.ridge(len(log), len(np.unique(log.item)))
    liked = np.zeros((data.people.size, data.items.size))
    liked[log.person, log.item] = 1
    total = ridge * float((y**2).sum())
    for row in liked:
        c = 1 + settings.alpha * row
        x = np.linalg.solve((y.T * c) @ y + ridge * np.eye(y.shape[1]), y.T @ (c * row))
        total += float((c * (row - y @ x) ** 2).sum() + ridge * (x**2).sum())
    return total


def test_learning_goes_down_the_loss_to_where_exact_steps_lead() -> None:
    rng = np.random.default_rng(0)
    data = likes(rng.integers(0, 40, 500).tolist(), rng.integers(0, 30, 500).tolist(), 40, 30)
    log = data.behaviours
    pairs = np.unique(log.person * 30 + log.item)
    data = likes((pairs // 30).tolist(), (pairs % 30).tolist(), 40, 30)
    data = replace(data, behaviours=replace(data.behaviours, ts_ms=np.full(len(pairs), NOW_MS - 1)))
    y = SMALL.learn(data, 0).vector.astype(float)
    liked = np.zeros((40, 30))
    liked[data.behaviours.person, data.behaviours.item] = 1
    exact = rng.normal(0, 0.1, (30, 8))
    for _ in range(30):
        x = stepped(SMALL, liked, exact)
        exact = stepped(SMALL, liked.T, x)
    assert loss(SMALL, data, y) < 1.05 * loss(SMALL, data, exact)
    assert loss(SMALL, data, exact) < 0.8 * loss(SMALL, data, np.zeros((30, 8)))


def stepped(settings: ALS, liked: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Every row's exact vector; every item is liked by somebody."""
    ridge = settings.ridge(int(liked.sum()), 30) * np.eye(y.shape[1])
    c = 1 + settings.alpha * liked
    return np.array(
        [
            np.linalg.solve((y.T * w) @ y + ridge, y.T @ (w * r))
            for w, r in zip(c, liked, strict=True)
        ]
    )


def test_confidence_is_strength_halved_by_age_of_what_was_not_refused() -> None:
    data = likes([0, 0, 0, 0, 1], [0, 1, 1, 2, 0], 3, 4)
    ages = np.array([10, 4, 2, 2, 0])
    log = replace(
        data.behaviours,
        ts_ms=NOW_MS - ages * DAY_MS,
        strength=np.array([4, 1, -1, 3, 1], np.float32),
    )
    start, item, e = ALS(alpha=10, half_life_days=2)._liked(replace(data, behaviours=log))
    assert start.tolist() == [0, 2, 3, 3]
    assert item.tolist() == [2, 0, 0]  # the latest first; 1 was refused last
    np.testing.assert_allclose(e, [10 * 3**0.5 / 2, 10 * 2 / 32, 10], rtol=1e-6)
    start, item, _ = ALS(latest=1)._liked(replace(data, behaviours=log))
    assert start.tolist() == [0, 1, 2, 2]
    assert item.tolist() == [2, 0]


@pytest.mark.parametrize("nu", [0.0, 0.7])
def test_a_person_as_in_learning_folds_in_to_the_row_that_learning_solves(nu: float) -> None:
    data = market()
    settings = replace(SMALL, nu=nu)
    factors = settings.learn(data, 0)
    start, item, extra = settings._liked(data)
    base = settings.ridge(len(item), len(np.unique(item)))
    people = Pairs(start, item, extra, settings._ridges(start, extra, base)[0])
    past = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
    now = np.full(data.people.size, data.now_ms)
    x = factors.fold_in(Seeds.of_past(past, now, 1000, 1.0, settings.half_life_days))
    y = factors.vector.astype(np.float64)
    for p in range(data.people.size):
        e = np.zeros(len(y))
        e[item[start[p] : start[p + 1]]] = extra[start[p] : start[p + 1]]
        left = (y.T * (1 + e)) @ y + people.ridge[p] * np.eye(y.shape[1])
        right = y.T @ ((1 + e) * (e > 0))
        np.testing.assert_allclose(x[p], np.linalg.solve(left, right), rtol=1e-3, atol=1e-5)


def test_heavier_rows_are_held_back_more_around_the_same_mean_and_old_likes_as_one() -> None:
    start, extra = np.array([0, 1, 3, 4]), np.array([10, 20, 30, 1e-30], np.float32)
    for nu in (0.0, 0.5, 1.0):
        ridge, unit = ALS(nu=nu, alpha=6.0)._ridges(start, extra, 2.0)
        np.testing.assert_allclose(ridge, 2 * (np.array([10, 50, 6]) / 22) ** nu)
        assert unit == pytest.approx(2 / 22**nu)


def test_likes_of_long_ago_still_give_a_vector_of_sound_length() -> None:
    y = np.random.default_rng(3).normal(size=(10, 40)).astype(np.float32)  # ten of forty ways
    old = Seeds(
        np.array([0, 2]),
        np.array([1, 4], np.int32),
        np.full(2, 1e-37, np.float32),
        np.ones(2, np.float32),
    )
    x = Factors(ALS(dim=40, nu=1.0), y, 0.1).fold_in(old)
    assert 0 < np.linalg.norm(x) < np.linalg.norm(y)


def test_the_ridge_grows_with_the_root_of_likes_an_item() -> None:
    settings = ALS(penalty=0.5, alpha=10.0)
    assert settings.ridge(900, 100) == pytest.approx(15.0)
    assert settings.ridge(0, 0) == pytest.approx(5.0)


def test_items_that_nobody_likes_and_an_empty_past_have_no_vector() -> None:
    data = likes([0, 0, 1], [0, 2, 2], 2, 4)
    assert SMALL.learn(data, 0).known.tolist() == [True, False, True, False]
    assert not SMALL.learn(empty(data), 0).known.any()
    one = SMALL.learn(likes([0], [0], 1, 1), 0)
    assert one.known.tolist() == [True]
    assert np.isfinite(one.vector).all()


def test_people_with_the_same_past_have_the_same_vector_whenever_they_came() -> None:
    data = market()
    factors = SMALL.learn(data, 0)
    asking = question(data, np.array([5]))
    stranger = replace(asking, person=np.array([-1], np.int32))
    one, two = (factors.fold_in(Seeds.of(a, 50, 1.0, 30)) for a in (asking, stranger))
    assert (one != 0).any()
    assert np.array_equal(one, two)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"nu": 1.5}, "als.nu = 1.5: expected 0 to 1."),
        ({"steps": 0}, "als.steps = 0: expected 1 or more."),
        ({"dim": 0}, "als.dim = 0: expected 1 or more."),
        ({"penalty": 0.0}, "als.penalty = 0.0: expected more than 0."),
        ({"half_life_days": float("nan")}, "als.half_life_days = nan: expected more than 0."),
    ],
)
def test_settings_are_checked(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ALS(**setting)


def planted_market(people: int, items: int, seed: int) -> RecallData:
    """Two groups of people, each with half of the items, in random order of time."""
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(people), 8)
    half = items // 2
    item = rng.integers(0, half, len(person)) + half * (person % 2)
    order = rng.permutation(len(person))
    return likes(person[order].tolist(), item[order].tolist(), people, items)


def alike(factors: Factors, data: RecallData) -> float:
    """The correlation of all products x . y with those of a long fit."""
    everybody = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
    now = np.full(data.people.size, data.now_ms)
    seeds = Seeds.of_past(everybody, now, 100, 1.0, 90.0)
    best = replace(factors.settings, iterations=60).learn(data, 5)
    fits = [(f.fold_in(seeds) @ f.vector.T).ravel() for f in (factors, best)]
    return float(np.corrcoef(fits)[0, 1])


def test_one_pass_more_is_as_near_to_the_lowest_point_as_learning_anew() -> None:
    settings, near = replace(SMALL, again=1), []
    for seed in range(4):
        data = planted_market(80, 30, seed)
        earlier = replace(data, behaviours=data.behaviours.where(np.arange(600)))
        former = settings.learn(earlier, 0).vector
        kept = former.copy()
        went_on = settings.update(former, data, 0)
        assert np.array_equal(former, kept)
        one_pass = replace(settings, iterations=1).learn(data, 0)
        near.append([alike(f, data) for f in (went_on, settings.learn(data, 0), one_pass)])
    went_on_near, learned, after_one = np.mean(near, axis=0)
    assert went_on_near > learned - 0.01
    assert went_on_near > after_one + 0.03


def test_new_people_who_like_new_items_are_learned_in_going_on() -> None:
    data = planted_market(80, 30, 1)
    earlier = replace(data, behaviours=data.behaviours.where(data.behaviours.person % 2 == 0))
    former = SMALL.learn(earlier, 0).vector
    assert not former[15:].any()
    factors = SMALL.update(former, data, 0)
    assert factors.known.all()
    unit = factors.vector / np.linalg.norm(factors.vector, axis=1, keepdims=True)
    same = unit[15:] @ unit[15:].T
    assert same.mean() > 0.5 > np.abs(unit[15:] @ unit[:15].T).max()


def test_going_on_from_nothing_is_learning() -> None:
    data = planted_market(20, 10, 2)
    nothing = np.zeros((10, SMALL.dim), np.float32)
    assert np.array_equal(SMALL.update(nothing, data, 3).vector, SMALL.learn(data, 3).vector)


def test_vectors_that_are_no_numbers_are_an_error() -> None:
    vector = np.ones((5, 4), np.float32)
    vector[3, 1] = np.nan
    with pytest.raises(DataError, match=r"als: the vectors of 1 items .* the first of item 3\."):
        Factors(ALS(dim=4), vector, 1.0)
