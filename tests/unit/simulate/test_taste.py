import numpy as np

from twoside.simulate.taste import blend, directions, drift


def test_a_blend_keeps_unit_variance_whatever_the_shares():
    rng = np.random.default_rng(0)
    parts = [(share, directions(20_000, 3, rng)) for share in (0.2, 1.3, 0.5)]
    assert abs(blend(parts).var() - 1) < 0.02


def test_a_share_is_the_squared_correlation_with_its_part():
    rng = np.random.default_rng(0)
    one, two = directions(20_000, 2, rng), directions(20_000, 2, rng)
    mixed = blend([(0.3, one), (0.7, two)])
    assert abs(np.corrcoef(mixed.ravel(), one.ravel())[0, 1] ** 2 - 0.3) < 0.02


def test_drift_keeps_the_variance_and_loses_correlation_day_by_day():
    rng = np.random.default_rng(0)
    first = directions(20_000, 2, rng)
    now = first
    for _ in range(30):
        now = drift(now, 0.2, rng)
    assert abs(now.var() - 1) < 0.02
    expected = (1 - 0.2**2) ** 15
    assert abs(np.corrcoef(first.ravel(), now.ravel())[0, 1] - expected) < 0.02
