"""Delay curves and weights against closed forms, plain loops, and a world of known delays."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.samples.delays import DelayCurve, corrected_rate, delay_curve, weighed
from twoside.schema.calendar import HOUR_MS

DAY = 24 * HOUR_MS


def world(seed: int, rows: int = 60_000, days: float = 4.0, rising: float = 0.0):
    """Exposures over some days, 10 % of which an event follows, exponentially late (mean 8 hours)
    but within 24: the truth, what is seen at the cut-off, and the ages. `rising`: by how much the
    rate grows from the first to the last moment."""
    rng = np.random.default_rng(seed)
    age = (rng.random(rows) * days * DAY).astype(np.int64)
    chance = 0.1 * (1 + rising * (1 - age / (days * DAY)))
    follows = rng.random(rows) < chance
    late = (-8 * HOUR_MS * np.log(1 - rng.random(rows) * (1 - np.exp(-3)))).astype(np.int64)
    delay = np.where(follows, late, -1)
    return follows, np.where((delay >= 0) & (delay < age), delay, -1), age


def truth_of(hours: np.ndarray) -> np.ndarray:
    return np.minimum((1 - np.exp(-hours / 8)) / (1 - np.exp(-3)), 1)


def test_without_truncation_the_curve_is_the_share_that_has_come() -> None:
    delay = np.array([5, 1, 1, 9, -1, 3])
    curve = delay_curve(delay, np.full(6, 100), 10)
    assert curve.delay_ms.tolist() == [1, 3, 5, 9]
    np.testing.assert_allclose(curve.share, [0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(curve.at(np.array([0, 1, 2, 9, 10])), [0, 0, 0.4, 0.8, 1])


@pytest.mark.parametrize("seed", range(5))
def test_the_curve_is_the_product_of_its_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    age = rng.integers(1, 30, 80)
    delay = rng.integers(-1, 12, 80)
    delay[delay >= np.minimum(age, 12)] = -1
    delay[0], age[0] = 3, 29
    curve = delay_curve(delay, age, 12)
    for t, share in zip(curve.delay_ms, curve.share, strict=True):
        wanted = 1.0
        for u in sorted({int(d) for d in delay if d > t}):
            n = sum(d == u for d in delay)
            at_risk = sum(0 <= d <= u < min(a, 12) for d, a in zip(delay, age, strict=True))
            wanted *= 1 - n / at_risk
        assert share == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("rising", [0.0, 1.5])
def test_the_curve_is_right_where_the_plain_histogram_is_early(seed: int, rising: float) -> None:
    _, delay, age = world(seed, days=2.0, rising=rising)
    curve = delay_curve(delay, age, DAY)
    hours = np.arange(1.0, 24)
    error = np.abs(curve.at((hours * HOUR_MS).astype(np.int64)) - truth_of(hours)).max()
    came = np.sort(delay[delay >= 0])
    naive = np.searchsorted(came, hours * HOUR_MS) / len(came)
    assert error < 0.03
    assert np.abs(naive - truth_of(hours)).max() > 0.05
    assert curve.quantile(0.5) == pytest.approx(-8 * np.log(1 - (1 - np.exp(-3)) / 2), abs=0.5)


def of_last_day(seed: int) -> tuple[float, float, float, float]:
    """Of the exposures of the last 24 hours: true, corrected, naive and weighted rate."""
    follows, delay, age = world(seed)
    curve = delay_curve(delay, age, DAY)
    last = age < DAY
    last &= curve.at(age) >= 0.05
    corrected = corrected_rate(delay[last], age[last], curve)
    label, factor = weighed(delay[last], age[last], curve, np.ones(last.sum()))
    weighted = float(np.average(label, weights=factor))
    return float(follows[last].mean()), corrected, float((delay[last] >= 0).mean()), weighted


def test_the_corrected_rate_is_unbiased_where_the_naive_one_is_not() -> None:
    found = np.array([of_last_day(seed) for seed in range(30)])
    error = found - found[:, :1]
    mean, spread = error.mean(0), error.std(0, ddof=1) / np.sqrt(len(error))
    assert abs(mean[1]) < 3 * spread[1]
    assert abs(mean[3]) < 3 * spread[3]
    assert spread[1] < 0.001
    assert mean[2] < -20 * spread[2]
    assert mean[2] < -0.02


def test_weights_keep_the_number_of_rows() -> None:
    _, delay, age = world(1)
    label, factor = weighed(delay, age, delay_curve(delay, age, DAY), np.ones(len(age)))
    known = ~np.isnan(label)
    assert factor[known].sum() == pytest.approx(known.sum(), rel=0.003)
    assert (factor[age >= DAY] == 1).all()
    assert factor[known].min() > 0


def test_rows_too_young_stay_masked_whatever_came() -> None:
    curve = DelayCurve(np.array([0, 50]), np.array([0.04, 1.0]), 100)
    label, factor = weighed(np.array([0, -1]), np.array([10, 10]), curve, np.ones(2))
    assert np.isnan(label).all()
    assert factor.tolist() == [1, 1]


def test_without_events_nothing_is_weighted() -> None:
    curve = delay_curve(np.full(4, -1), np.array([1, 5, 20, 30]), 10)
    assert np.isnan(curve.quantile(0.5))
    label, factor = weighed(np.full(2, -1), np.array([20, 5]), curve, np.ones(2))
    assert label[0] == 0
    assert np.isnan(label[1])
    assert factor.tolist() == [1, 1]


def test_a_window_that_nobody_has_waited_for_is_refused() -> None:
    with pytest.raises(DataError) as error:
        delay_curve(np.array([HOUR_MS]), np.array([5 * HOUR_MS]), DAY)
    assert str(error.value) == (
        "delays: no event comes from an exposure older than its window of 24 hours, the oldest is "
        "5.0 hours old, so nobody knows how late events come. Take more days, or delayed = 'mask'."
    )
