"""AUC against scikit-learn and against counting pairs."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from twoside.metrics.auc import auc


@pytest.mark.parametrize("levels", [2, 7, 100_000])
def test_auc_is_scikit_learns_with_any_number_of_ties(levels):
    rng = np.random.default_rng(levels)
    score = rng.integers(0, levels, 3_000).astype(np.float32)
    label = (rng.random(3_000) < 0.2 + 0.3 * score / levels).astype(np.float32)
    assert auc(label, score) == pytest.approx(roc_auc_score(label, score), abs=1e-12)


def test_a_weight_counts_a_row_as_so_many_rows():
    rng = np.random.default_rng(1)
    score, label = rng.integers(0, 9, 200).astype(float), rng.integers(0, 2, 200)
    weight = rng.integers(1, 5, 200)
    found = auc(label, score, weight)
    assert found == pytest.approx(auc(np.repeat(label, weight), np.repeat(score, weight)))
    assert found != pytest.approx(auc(label, score))


def test_all_scores_equal_is_one_half():
    assert auc(np.array([1.0, 0, 0, 1]), np.ones(4)) == 0.5


def test_one_class_only_is_not_a_number():
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))
    assert np.isnan(auc(np.empty(0), np.empty(0)))


def test_perfect_and_reversed_orders_are_one_and_zero():
    label, score = np.array([0.0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4])
    assert auc(label, score) == 1.0
    assert auc(label, -score) == 0.0
