import numpy as np

from twoside.simulate.places import EARTH_KM, flat, km_between, scatter


def _great_circle(a, b, c, d):
    a, b, c, d = np.radians([a, b, c, d])
    h = np.sin((c - a) / 2) ** 2 + np.cos(a) * np.cos(c) * np.sin((d - b) / 2) ** 2
    return 2 * EARTH_KM * np.arcsin(np.sqrt(h))


def test_distances_within_a_region_are_those_of_the_great_circle():
    rng = np.random.default_rng(0)
    latitude, longitude = rng.uniform(22, 40, 200), rng.uniform(104, 121, 200)
    near = latitude + rng.uniform(-2, 2, 200), longitude + rng.uniform(-2, 2, 200)
    one, two = flat(latitude, longitude), flat(*near)
    for n in range(200):
        km = km_between(one[0][n], one[1][n], one[2][n], two[0][n], two[1][n])
        exact = _great_circle(latitude[n], longitude[n], near[0][n], near[1][n])
        assert abs(km - exact) <= 0.03 * exact + 0.2


def test_homes_scatter_around_their_centre_by_the_spread():
    centre = np.tile([31.2, 121.5], (20_000, 1))
    latitude, longitude = scatter(centre, np.full(20_000, 10.0), np.random.default_rng(0))
    km = _great_circle(latitude, longitude, np.full(20_000, 31.2), np.full(20_000, 121.5))
    assert abs(latitude.mean() - 31.2) < 0.005 and abs(longitude.mean() - 121.5) < 0.005
    # one in seven lies twice as far out: the mean squared distance is 2 * 100 * (6 + 4) / 7
    assert abs((km**2).mean() / (200 * 10 / 7) - 1) < 0.05
