"""Logistic regression against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from twoside.nn.logistic import fit_logistic


def some_rows(seed, rows=2_000):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, 6))
    chance = 1 / (1 + np.exp(-(values[:, 0] - 2 * values[:, 1] - 1)))
    label = (rng.random(rows) < chance).astype(float)
    return values, label, rng.random(rows) + 0.1


@pytest.mark.parametrize("penalty", [0.5, 20.0])
def test_the_minimum_is_scikit_learns(penalty):
    values, label, weight = some_rows(0)
    other = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=1_000)
    other.fit(values, label, sample_weight=weight)
    found, bias = fit_logistic(values, label, weight, penalty)
    assert found == pytest.approx(other.coef_[0], abs=1e-4)
    assert bias == pytest.approx(other.intercept_[0], abs=1e-4)


@pytest.mark.parametrize("constant", [0.0, 1.0])
def test_one_class_only_gives_its_rate(constant):
    values, label, weight = some_rows(1, rows=200)
    found, bias = fit_logistic(values, np.full_like(label, constant), weight, 1.0)
    chance = 1 / (1 + np.exp(-(values @ found + bias)))
    assert np.abs(chance - constant).max() < 0.01


def test_classes_that_a_line_parts_stay_finite():
    values = np.linspace(-1, 1, 100)[:, None]
    found, bias = fit_logistic(values, (values[:, 0] > 0).astype(float), np.ones(100), 0.1)
    assert np.isfinite(found).all()
    assert found[0] > 1
    assert np.isfinite(bias)
