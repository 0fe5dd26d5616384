"""Calibration of predictions that are right, and of ones that are twice too high."""

import numpy as np
import pytest

from twoside.metrics.calibration import calibration, curve


def test_a_doubled_probability_has_calibration_two():
    label = np.array([1.0, 0, 0, 0])
    assert calibration(label, np.full(4, 0.25)) == 1.0
    assert calibration(label, np.full(4, 0.50)) == 2.0


def test_nothing_happened_is_not_a_number():
    assert np.isnan(calibration(np.zeros(3), np.full(3, 0.1)))


def test_bins_are_of_equal_size_and_rise():
    rng = np.random.default_rng(0)
    probability = rng.random(10_003)
    label = (rng.random(10_003) < probability).astype(np.float32)
    found = curve(label, probability, bins=10)
    assert sum(found.rows) == 10_003
    assert max(found.rows) - min(found.rows) <= 1
    assert list(found.predicted) == sorted(found.predicted)
    assert np.abs(np.subtract(found.predicted, found.observed)).max() < 0.05


def test_fewer_rows_than_bins_leave_no_empty_bin():
    found = curve(np.array([1.0, 0]), np.array([0.2, 0.1]), bins=10)
    assert found.rows == (1, 1)
    assert found.observed == (0.0, 1.0)
    assert found.predicted == pytest.approx((0.1, 0.2))
