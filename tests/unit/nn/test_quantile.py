"""Quantiles: what a number becomes."""

import numpy as np
import pytest

from twoside.nn.quantile import Quantiles


def test_a_heavy_tail_becomes_even():
    numbers = np.random.default_rng(0).lognormal(sigma=3, size=(20_000, 1)).astype(np.float32)
    even = Quantiles.fit(numbers).transform(numbers)[:, 0]
    share, _ = np.histogram(even, bins=8, range=(-1, 1))
    assert even.min() >= -1
    assert even.max() <= 1
    assert share / 20_000 == pytest.approx(np.full(8, 1 / 8), abs=0.01)


def test_order_is_kept():
    numbers = np.random.default_rng(1).normal(size=(5_000, 1)).astype(np.float32)
    even = Quantiles.fit(numbers).transform(np.sort(numbers, axis=0))[:, 0]
    assert (np.diff(even) >= 0).all()
    assert len(np.unique(even)) > 4_000


def test_an_unknown_number_is_the_middle_and_has_a_flag():
    numbers = np.array([[1.0, 5], [np.nan, 6], [3, 7]], np.float32)
    quantiles = Quantiles.fit(numbers)
    even = quantiles.transform(numbers)
    assert quantiles.width == 3
    assert even[1, 0] == 0
    assert even[:, 2].tolist() == [0, 1, 0]


def test_a_value_that_half_of_the_rows_have_becomes_one_place():
    numbers = np.r_[np.zeros(500), np.arange(1, 501)].astype(np.float32)[:, None]
    even = Quantiles.fit(numbers).transform(np.array([[0.0], [-5], [9_999]], np.float32))
    assert even[0, 0] == pytest.approx(-0.5, abs=0.05)
    assert even[1:, 0].tolist() == [-1, 1]


def test_columns_that_are_constant_or_never_known_are_finite():
    numbers = np.column_stack([np.ones(50), np.full(50, np.nan)]).astype(np.float32)
    even = Quantiles.fit(numbers).transform(np.array([[1, np.nan], [2, 3], [0, -1]], np.float32))
    assert np.isfinite(even).all()


def test_values_between_knots_lie_on_the_line_through_them():
    random = np.random.default_rng(2)
    numbers = np.column_stack(
        [random.normal(size=1_500), random.poisson(1.0, 1_500), np.ones(1_500)]
    ).astype(np.float32)
    quantiles = Quantiles.fit(numbers)
    asked = np.concatenate([numbers, numbers + 0.3, [[-np.inf] * 3, [np.inf] * 3]])
    even = quantiles.transform(asked.astype(np.float32))
    for column, knots in enumerate(quantiles.knots):
        place = np.linspace(0, 1, len(knots))
        distinct = np.unique(knots)
        low = [place[knots == value].min() for value in distinct]
        high = [place[knots == value].max() for value in distinct]
        for value, found in zip(asked[:, column].astype(np.float32), even[:, column], strict=True):
            n = np.searchsorted(distinct, value)
            if n < len(distinct) and distinct[n] == value:
                expected = (low[n] + high[n]) / 2  # one of those that half of the rows may have
            elif n in (0, len(distinct)):
                expected = n > 0
            else:
                share = (value - distinct[n - 1]) / (distinct[n] - distinct[n - 1])
                expected = high[n - 1] + share * (low[n] - high[n - 1])
            assert found == pytest.approx(2 * expected - 1, abs=1e-5)
