"""Log-loss against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from twoside.metrics.logloss import logloss


def test_logloss_is_scikit_learns():
    rng = np.random.default_rng(0)
    probability = rng.random(1_000)
    label = (rng.random(1_000) < probability).astype(float)
    assert logloss(label, probability) == pytest.approx(log_loss(label, probability), abs=1e-9)


def test_a_certain_mistake_costs_much_but_is_finite():
    assert 10 < logloss(np.array([1.0]), np.array([0.0], np.float32)) < 20


def test_without_rows_it_is_not_a_number():
    assert np.isnan(logloss(np.empty(0), np.empty(0)))
