import numpy as np

from twoside.simulate.congestion import burden, burdens, decayed
from twoside.simulate.delay import MINUTE_MS, wait_ms

HOUR_MS = 3_600_000


def test_waits_have_the_median_asked_for_and_keep_the_bound():
    rng = np.random.default_rng(0)
    waits = np.array([wait_ms(*rng.random(2), 30.0, 1.5, 24.0) for _ in range(20_000)])
    assert waits.min() > 0
    assert waits.max() <= 24 * HOUR_MS + 1000
    assert abs(np.median(waits) / (30 * MINUTE_MS) - 1) < 0.08


def test_the_bound_is_not_the_commonest_wait():
    rng = np.random.default_rng(0)
    waits = np.array([wait_ms(*rng.random(2), 600.0, 1.5, 24.0) for _ in range(5_000)])
    assert np.unique(waits, return_counts=True)[1].max() < 5


def test_a_count_halves_every_half_life_and_never_grows():
    assert decayed(8.0, 0, 2 * HOUR_MS, float(HOUR_MS)) == 2.0
    assert decayed(8.0, HOUR_MS, 0, float(HOUR_MS)) == 8.0


def test_more_waiting_conversations_are_a_heavier_burden():
    assert burden(0.0, 5.0) == 0.0
    assert burden(10.0, 5.0) > burden(5.0, 5.0) > 0
    counts, since = np.array([0.0, 8.0], np.float32), np.zeros(2, np.int64)
    many = burdens(counts, since, HOUR_MS, float(HOUR_MS), 4.0)
    np.testing.assert_allclose(many, [0.0, np.log1p(4.0 / 4.0)], rtol=1e-6)
