from itertools import pairwise

import numpy as np

from twoside.simulate.attention import examined, rows_shown, tiredness


def _depths(tired):
    return [rows_shown((n + 0.5) / 20_000, 1000, 0.9, 4, tired) for n in range(20_000)]


def test_scrolling_goes_on_geometrically_after_the_first_screen():
    depths = np.array(_depths(0.0))
    assert depths.min() == 4
    assert abs(depths.mean() - (4 + 0.9 / 0.1)) < 0.1  # mean of a geometric number of rows


def test_no_more_rows_are_shown_than_the_list_has():
    assert rows_shown(1e-9, 7, 0.9, 4, 0.0) == 7
    assert rows_shown(0.5, 0, 0.9, 4, 0.0) == 0


def test_examination_falls_with_the_position_and_with_tiredness():
    at = [examined(place, 0.96, 0.0) for place in range(20)]
    assert at[0] == 1.0
    assert all(above > below for above, below in pairwise(at))
    assert examined(3, 0.96, tiredness(2.0, 0.25)) < examined(3, 0.96, 0.0)
    assert np.mean(_depths(1.0)) < np.mean(_depths(0.0))
