"""MAP against a loop over lists, and against scikit-learn's average precision."""

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

from twoside.metrics.map import average_precision, mean_average_precision


def some_lists(seed, lists=60, rows=900, ties=True):
    rng = np.random.default_rng(seed)
    group, label = rng.integers(0, lists, rows), (rng.random(rows) < 0.2).astype(float)
    score = 0.8 * label + rng.normal(size=rows)
    return group, label, (score.round(1) if ties else score)


def by_hand(label, score, k):
    """Every row stands at the last place of its tie."""
    places = np.array([(score >= one).sum() for one in score])
    precision = np.array([label[score >= one].mean() for one in score])
    early = (label > 0) & (places <= k)
    return precision[early].sum() / min(k, label.sum())


@pytest.mark.parametrize("k", [1, 3, 10, 1000])
@pytest.mark.parametrize("ties", [True, False])
def test_map_is_the_loop_over_lists(k, ties):
    group, label, score = some_lists(k, ties=ties)
    found = [
        by_hand(label[group == one], score[group == one], k)
        for one in np.unique(group)
        if label[group == one].any()
    ]
    assert average_precision(group, label, score, k) == pytest.approx(found, abs=1e-12)
    assert mean_average_precision(group, label, score, k) == pytest.approx(np.mean(found))


@pytest.mark.parametrize("ties", [True, False])
def test_without_k_and_with_weights_it_is_scikit_learns(ties):
    group, label, score = some_lists(7, ties=ties)
    weight = np.random.default_rng(1).choice([0.5, 1.0, 4.0], len(group))
    for counted in (None, weight):
        found = [
            average_precision_score(
                label[mine], score[mine], sample_weight=None if counted is None else counted[mine]
            )
            for mine in (group == one for one in np.unique(group))
            if label[mine].any()
        ]
        assert average_precision(group, label, score, weight=counted) == pytest.approx(found)


def test_a_weight_counts_a_row_as_so_many():
    group, label, score = some_lists(3, lists=10, rows=150)
    weight = np.random.default_rng(2).integers(1, 4, 150)
    many = [np.repeat(array, weight) for array in (group, label, score)]
    for k in (5, 12, None):
        found = average_precision(group, label, score, k, weight)
        assert found == pytest.approx(average_precision(*many, k))


def test_a_perfect_list_has_one_at_every_k():
    group, label = np.zeros(8, int), np.array([1.0, 1, 1, 0, 0, 0, 0, 0])
    for k in (1, 2, 3, 5, None):
        assert mean_average_precision(group, label, -np.arange(8.0), k) == pytest.approx(1.0)


def test_lists_without_a_positive_do_not_count():
    group, label = np.array([1, 1, 2, 2]), np.array([0.0, 0, 0, 1])
    assert mean_average_precision(group, label, np.array([1.0, 2, 2, 1])) == 0.5
    assert np.isnan(mean_average_precision(group[:2], label[:2], np.array([1.0, 2])))
    nothing = np.empty(0)
    assert np.isnan(mean_average_precision(nothing.astype(int), nothing, nothing))
