"""Figures of weighted rows: scikit-learn's exactly, and of a thinned log what the whole says."""

from __future__ import annotations

import numpy as np
import pytest
from made_samples import samples_of
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from twoside.funnel.rank.report import evaluate, judge
from twoside.metrics.gauc import auc_by_person
from twoside.schema.samples import FeatureColumn

PLAIN_SHARE = 0.1


class Straight:
    """A scorer whose probability is the only feature."""

    targets = ("click",)
    columns = (FeatureColumn("p"),)

    def score(self, values):
        return values


def some_log(seed, rows=60_000, people=400):
    """Predictions that know half of what there is to know; 5 % are followed."""
    rng = np.random.default_rng(seed)
    own, pair = 0.5 * rng.normal(size=people), rng.normal(size=rows)
    person = rng.integers(0, people, rows)
    chance = 1 / (1 + np.exp(3.4 - pair - own[person] - 0.7 * rng.normal(size=rows)))
    label = (rng.random(rows) < chance).astype(np.float32)
    predicted = (1 / (1 + np.exp(3.0 - 0.9 * pair))).astype(np.float32)
    return samples_of(
        Straight.columns, predicted[:, None], {"click": label}, person=person.astype(np.int32)
    )


def thinned(samples, seed, weighted=True):
    """Rows that nothing followed are left out at random; the others count for them."""
    rng = np.random.default_rng(seed)
    plain = samples.labels["click"] == 0
    kept = ~plain | (rng.random(len(samples)) < PLAIN_SHARE)
    weight = np.where(plain & weighted, 1 / PLAIN_SHARE, 1).astype(np.float32)
    return type(samples)(**{**vars(samples), "weight": weight}).where(kept)


def test_weighted_figures_are_scikit_learns():
    rng = np.random.default_rng(0)
    label = (rng.random(2_000) < 0.3).astype(np.float32)
    label[::17] = np.nan
    score = (0.2 * np.nan_to_num(label) + 0.6 * rng.random(2_000)).round(2) + 0.1
    weight = rng.choice([0.5, 1.0, 10.0], 2_000)
    person = rng.integers(0, 20, 2_000)
    found = judge(person, label, score, 0, weight)
    final = ~np.isnan(label)
    y, p, w, who = label[final], score[final], weight[final], person[final]
    assert found.auc == pytest.approx(roc_auc_score(y, p, sample_weight=w), abs=1e-12)
    assert found.logloss == pytest.approx(log_loss(y, p, sample_weight=w), abs=1e-9)
    assert found.rate == pytest.approx(np.average(y, weights=w))
    assert found.calibration == pytest.approx((p @ w) / (y @ w))
    assert found.rows == final.sum()
    one, each = np.unique(who), []
    for who_one in one:
        mine = who == who_one
        each.append(roc_auc_score(y[mine], p[mine], sample_weight=w[mine]))
    some = [who_one for who_one in one if y[who == who_one].any()]
    assert found.map == pytest.approx(
        np.mean(
            [
                average_precision_score(y[who == n], p[who == n], sample_weight=w[who == n])
                for n in some
            ]
        )
    )
    impressions = np.bincount(who, w)
    assert found.gauc == pytest.approx(np.average(each, weights=impressions), abs=1e-12)
    assert np.average(found.curve.predicted) == pytest.approx(np.average(p, weights=w), rel=0.02)


def test_map_is_of_requests_where_they_are_known():
    person, request = np.zeros(4, int), np.array([1, 1, 2, 2])
    label, score = np.array([1.0, 0, 1, 0], np.float32), np.array([0.9, 0.8, 0.3, 0.2])
    assert judge(person, label, score, 0, request=request).map == 1.0
    assert judge(person, label, score, 0).map == pytest.approx((1 + 2 / 3) / 2)


def test_whole_weights_are_rows_repeated():
    rng = np.random.default_rng(1)
    label, score = rng.integers(0, 2, 300).astype(np.float32), rng.random(300).round(1)
    person, weight = rng.integers(0, 12, 300), rng.integers(1, 5, 300)
    found = judge(person, label, score, 0, weight)
    again = judge(*(np.repeat(part, weight) for part in (person, label, score)), 0)
    for name in ("auc", "gauc", "logloss", "calibration", "rate", "map", "map_10"):
        assert getattr(found, name) == pytest.approx(getattr(again, name), abs=1e-9)


def test_a_thinned_log_says_what_the_whole_one_says():
    """Over 30 logs the mean difference is below two of its standard errors, and small."""
    names = ("auc", "logloss", "calibration", "rate")
    apart = {name: [] for name in names}
    for seed in range(30):
        whole = some_log(seed, rows=20_000)
        truth = evaluate(Straight(), whole)["click"]
        told = evaluate(Straight(), thinned(whole, seed))["click"]
        for name in names:
            apart[name].append(getattr(told, name) / getattr(truth, name) - 1)
    for name, found in apart.items():
        error = np.std(found, ddof=1) / np.sqrt(len(found))
        assert abs(np.mean(found)) < 2.5 * error, name
        assert error < 0.01, name


def test_without_weights_a_thinned_log_says_something_else():
    whole = some_log(0)
    truth = evaluate(Straight(), whole)["click"]
    blind = evaluate(Straight(), thinned(whole, 0, weighted=False))["click"]
    assert blind.rate > 4 * truth.rate
    assert blind.calibration < 0.5 * truth.calibration


def test_gauc_of_a_thinned_log_is_near_that_of_the_same_people():
    whole = some_log(2)
    some = thinned(whole, 2)
    truth, told = (evaluate(Straight(), one)["click"] for one in (whole, some))
    assert told.gauc == pytest.approx(truth.gauc, abs=3 * truth.gauc_error)
    _, impressions = auc_by_person(some.person, some.labels["click"], some.values[:, 0],
                                   some.weight)  # fmt: skip
    assert impressions.sum() == pytest.approx(len(whole), rel=0.05)


def test_the_curve_has_bins_of_equal_weight():
    whole = some_log(3)
    truth, told = (evaluate(Straight(), one)["click"].curve for one in (whole, thinned(whole, 3)))
    assert len(told.predicted) == len(truth.predicted) == 20
    assert told.predicted == pytest.approx(truth.predicted, rel=0.1)
    assert told.observed[-5:] == pytest.approx(truth.observed[-5:], rel=0.15)
