import numpy as np
from numba import njit

from twoside.simulate.draws import key, stream, uniform


@njit
def _drawn(seed, rows, steps):
    out = np.empty((rows, steps))
    for n in range(rows):
        luck = key(seed, n, 3)
        for step in range(steps):
            out[n, step] = uniform(luck, step)
    return out


def test_draws_are_uniform_and_unrelated_from_step_to_step_and_key_to_key():
    drawn = _drawn(7, 20_000, 4)
    assert drawn.min() > 0 and drawn.max() < 1
    share = np.histogram(drawn, 10, (0, 1))[0] / drawn.size
    assert np.abs(share - 0.1).max() < 0.005
    assert len(np.unique(drawn)) == drawn.size
    related = np.corrcoef(drawn.T) - np.eye(4)
    assert np.abs(related).max() < 0.03
    assert abs(np.corrcoef(drawn[1:, 0], drawn[:-1, 0])[0, 1]) < 0.03


def test_the_same_key_gives_the_same_draws_and_another_seed_others():
    np.testing.assert_array_equal(_drawn(7, 10, 2), _drawn(7, 10, 2))
    assert (_drawn(7, 10, 2) != _drawn(8, 10, 2)).all()


def test_streams_are_told_apart_by_every_part_of_their_key():
    first = stream(7, 1, 2).random(4)
    np.testing.assert_array_equal(first, stream(7, 1, 2).random(4))
    for other in (stream(8, 1, 2), stream(7, 2, 2), stream(7, 1, 3)):
        assert (first != other.random(4)).all()
