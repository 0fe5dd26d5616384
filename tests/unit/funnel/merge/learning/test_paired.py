"""The bootstrap against the normal interval of a mean."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.funnel.merge.learning.paired import interval


def test_it_is_the_normal_interval_where_that_holds() -> None:
    x = np.random.default_rng(0).normal(0.1, 1, (3000, 1))
    said = interval(x, 2000, 1)
    error = x.std() / np.sqrt(len(x))
    assert said.mean[0] == pytest.approx(x.mean())
    assert said.low[0] == pytest.approx(x.mean() - 1.96 * error, abs=0.15 * error)
    assert said.high[0] == pytest.approx(x.mean() + 1.96 * error, abs=0.15 * error)
    assert said.p[0] <= 0.001


def test_no_difference_is_not_found_to_be_one() -> None:
    x = np.random.default_rng(2).normal(0, 1, (500, 200))
    said = interval(x, 400, 1)
    wrong = ((said.low > 0) | (said.high < 0)).mean()
    assert 0.01 < wrong < 0.11
    assert interval(np.zeros((50, 1)), 100, 1).p[0] == 1


def test_the_same_difference_everywhere_has_no_width_and_nobody_has_none() -> None:
    said = interval(np.full((40, 1), 0.5), 100, 1)
    assert said.low[0] == said.high[0] == 0.5
    assert np.isnan(interval(np.empty((0, 1)), 100, 1).mean[0])


def test_figures_side_by_side_are_those_alone() -> None:
    x = np.random.default_rng(0).normal(0, 1, (60, 3))
    together = interval(x, 200, 5)
    assert np.allclose([interval(x[:, n : n + 1], 200, 5).low[0] for n in range(3)], together.low)
