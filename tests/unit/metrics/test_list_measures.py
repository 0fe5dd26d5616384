"""Coverage, Gini and diversity against closed forms and brute force."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from twoside.metrics.coverage import coverage, times_shown
from twoside.metrics.diversity import intra_list_diversity
from twoside.metrics.gini import gini


def test_coverage_counts_open_items_once() -> None:
    is_open = np.array([True, True, True, True, False])
    lists = np.array([[0, 1], [1, -1], [4, 0]], np.int32)
    assert coverage(lists, is_open) == 0.5
    assert times_shown(lists, is_open).tolist() == [2, 2, 0, 0]
    assert np.isnan(coverage(lists, np.zeros(5, bool)))


def test_gini_of_closed_forms() -> None:
    assert gini(np.full(9, 3.0)) == pytest.approx(0)
    one_has_all = np.zeros(8)
    one_has_all[2] = 5
    assert gini(one_has_all) == pytest.approx(7 / 8)
    # 1 to n: (n^2 - 1) / (3 n (n + 1)) = (n - 1) / (3 n)
    assert gini(np.arange(1, 11)) == pytest.approx(9 / 30)
    assert np.isnan(gini(np.zeros(3)))
    assert np.isnan(gini(np.array([])))


def test_gini_is_half_the_mean_difference_over_the_mean() -> None:
    x = np.random.default_rng(0).exponential(1, 50)
    expected = np.abs(x[:, None] - x[None]).mean() / (2 * x.mean())
    assert gini(x) == pytest.approx(expected)


def test_diversity_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(1)
    group = rng.integers(-1, 4, 30)
    lists = np.stack([rng.permutation(30)[:8] for _ in range(10)]).astype(np.int32)
    lists[0, 3:], lists[1, 1:] = -1, -1
    shares = []
    for row in lists:
        pairs = list(combinations(row[row >= 0].tolist(), 2))
        if pairs:
            unlike = [group[a] != group[b] or group[a] < 0 for a, b in pairs]
            shares.append(np.mean(unlike))
    assert intra_list_diversity(lists, group) == pytest.approx(np.mean(shares))
    assert np.isnan(intra_list_diversity(lists[1:2], group))
