"""GAUC against a loop over people with scikit-learn, and its error against many repeated logs."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from twoside.metrics.gauc import auc_by_person, gauc


def some_log(seed, people=200, rows=3_000, slope=1.0):
    rng = np.random.default_rng(seed)
    person = rng.integers(0, people, rows)
    score = rng.normal(size=rows).round(1)
    chance = 1 / (1 + np.exp(-(slope * score + rng.normal(size=people)[person])))
    return person, (rng.random(rows) < chance).astype(np.float32), score


def test_gauc_is_the_weighted_mean_of_each_persons_auc():
    person, label, score = some_log(1)
    total = weight = 0.0
    for one in np.unique(person):
        mine = person == one
        if 0 < label[mine].sum() < mine.sum():
            total += mine.sum() * roc_auc_score(label[mine], score[mine])
            weight += mine.sum()
    assert gauc(person, label, score, seed=0).value == pytest.approx(total / weight, abs=1e-12)


def test_people_with_one_class_do_not_count():
    person = np.array([1, 1, 2, 2, 3, 3])
    label = np.array([1.0, 0, 1, 1, 0, 0])
    score = np.array([0.9, 0.1, 0.3, 0.4, 0.5, 0.6])
    found = gauc(person, label, score, seed=0)
    assert (found.value, found.people) == (1.0, 1)


def test_a_shift_of_each_persons_scores_changes_nothing():
    person, label, score = some_log(2)
    shift = np.random.default_rng(3).normal(size=1_000)[person].round(1) * 100
    before, after = gauc(person, label, score, 0), gauc(person, label, score + shift, 0)
    assert after.value == pytest.approx(before.value, abs=1e-9)


def test_the_error_is_the_spread_over_repeated_logs():
    found = [gauc(*some_log(seed), seed=0) for seed in range(40)]
    spread = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.error for one in found]) == pytest.approx(spread, rel=0.35)


def test_nobody_with_both_classes_is_not_a_number():
    found = gauc(np.array([1, 2]), np.array([1.0, 0.0]), np.array([0.1, 0.2]), seed=0)
    assert np.isnan(found.value)
    assert np.isnan(gauc(np.empty(0, int), np.empty(0), np.empty(0), seed=0).value)


def test_the_same_seed_gives_the_same_error():
    log = some_log(4)
    assert gauc(*log, seed=5).error == gauc(*log, seed=5).error
    assert gauc(*log, seed=5).error != gauc(*log, seed=6).error


def test_the_weights_of_people_are_their_impressions():
    person, label, score = some_log(5, people=20, rows=200)
    _, weight = auc_by_person(person, label, score)
    both = [
        (person == one).sum()
        for one in np.unique(person)
        if 0 < label[person == one].sum() < (person == one).sum()
    ]
    assert weight.tolist() == both


def test_a_weight_counts_an_impression_as_so_many():
    rng = np.random.default_rng(4)
    person, label = rng.integers(0, 12, 300), rng.integers(0, 2, 300)
    score, weight = rng.integers(0, 9, 300).astype(float), rng.integers(1, 5, 300)
    value, shown = auc_by_person(person, label, score, weight)
    many = (np.repeat(array, weight) for array in (person, label, score))
    expected, impressions = auc_by_person(*many)
    assert value == pytest.approx(expected)
    assert shown == pytest.approx(impressions)
