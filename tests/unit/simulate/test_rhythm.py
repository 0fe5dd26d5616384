import numpy as np
import pytest

from twoside.schema.calendar import DAY_MS, HOUR_MS, day_number
from twoside.simulate.arrivals import ages, newcomers, stays
from twoside.simulate.rhythm import Rhythm, coming, unequal

FLAT = Rhythm((1.0,) * 24, (1.0,) * 7)


def test_people_come_in_order_within_the_day_as_often_as_their_rate_says():
    rate = np.array([0.0, 1.0, 3.0] * 2000)
    who, ts_ms = coming(rate, FLAT, 0, 5 * DAY_MS, np.random.default_rng(0))
    assert (np.diff(ts_ms) >= 0).all()
    assert ts_ms.min() >= 5 * DAY_MS and ts_ms.max() < 6 * DAY_MS
    times = np.bincount(who, minlength=len(rate)).reshape(-1, 3).mean(axis=0)
    assert times[0] == 0
    assert times[1:] == pytest.approx([1, 3], rel=0.06)


def test_nobody_comes_in_an_hour_of_no_weight():
    night = Rhythm((0.0,) * 12 + (1.0,) * 12, (1.0,) * 7)
    _, ts_ms = coming(np.full(2000, 0.5), night, 0, 0, np.random.default_rng(0))
    assert (ts_ms // HOUR_MS).min() >= 11  # a second visit may follow or wrap near the edge


def test_mondays_get_the_weight_of_mondays():
    rhythm = Rhythm((1.0,) * 24, (2.0, 1.0, 1.0, 1.0, 1.0, 0.5, 0.5))
    assert rhythm.of_day(day_number("2026-03-02")) == pytest.approx(2.0)  # a Monday
    assert rhythm.of_day(day_number("2026-03-08")) == pytest.approx(0.5)
    assert sum(rhythm.of_day(d) for d in range(7)) == pytest.approx(7)


def test_activity_is_unequal_with_mean_one():
    activity = unequal(50_000, 1.0, np.random.default_rng(0))
    assert activity.mean() == pytest.approx(1, rel=0.03)
    assert np.log(activity).std() == pytest.approx(1, rel=0.02)
    top = np.sort(activity)[-5000:].sum() / activity.sum()
    assert top > 0.3


def test_a_steady_market_replaces_those_who_leave():
    rng = np.random.default_rng(0)
    arrivals = np.mean([newcomers(1000, 50.0, 1.0, rng) for _ in range(500)])
    assert arrivals == pytest.approx(20, rel=0.05)
    assert stays(20_000, 50.0, rng).mean() == pytest.approx(50, rel=0.03)
    assert stays(20_000, 50.0, rng).min() >= 1
    assert ages(20_000, 50.0, rng).mean() == pytest.approx(50, rel=0.03)
