"""The difference of two AUCs is theirs, and its error is how much it scatters."""

import numpy as np
import pytest

from twoside.metrics.auc import auc
from twoside.metrics.auc_difference import auc_difference, auc_parts


def drawn(rng, people=150, rows=1_500):
    """Persons lean, and one of two scores errs by person: label, weight, person, two scores."""
    person = rng.integers(0, people, rows)
    lean = rng.normal(size=rows) + rng.normal(size=people)[person]
    label = (rng.random(rows) < 1 / (1 + np.exp(2 - lean))).astype(np.float64)
    weight = rng.choice([1.0, 3.0], rows)
    return label, weight, person, np.round(lean, 1), lean + 0.5 * rng.normal(size=people)[person]


def test_the_parts_of_either_class_have_the_auc_as_their_mean():
    label, weight, _, one, _ = drawn(np.random.default_rng(0))
    parts, expected = auc_parts(label, one, weight), auc(label, one, weight)
    for positive in (True, False):
        mine = (label > 0) == positive
        assert np.average(parts[mine], weights=weight[mine]) == pytest.approx(expected)


def test_the_error_is_the_spread_over_draws_of_persons():
    rng = np.random.default_rng(1)
    found, errors = [], []
    for _ in range(200):
        label, weight, person, one, other = drawn(rng)
        difference, error = auc_difference(label, weight, person, one[None], other[None])
        assert difference == pytest.approx(auc(label, one, weight) - auc(label, other, weight))
        found.append(difference)
        errors.append(error)
    assert np.mean(errors) == pytest.approx(np.std(found), rel=0.15)


def test_rows_of_one_person_are_not_independent():
    label, weight, person, one, other = drawn(np.random.default_rng(2), people=20)
    together = auc_difference(label, weight, person, one[None], other[None])
    apart = auc_difference(label, weight, np.arange(len(label)), one[None], other[None])
    assert together[0] == apart[0]
    assert together[1] > 1.1 * apart[1]


def test_several_trainings_are_averaged_and_their_spread_is_part_of_the_error():
    label, weight, person, one, other = drawn(np.random.default_rng(3))
    calm = auc_difference(label, weight, person, np.array([one, one]), np.array([other, other]))
    alone = auc_difference(label, weight, person, one[None], other[None])
    assert calm == pytest.approx(alone)
    torn = auc_difference(label, weight, person, np.array([one, other]), np.array([other, one]))
    assert torn[0] == pytest.approx(0.0)
    assert torn[1] == pytest.approx(abs(alone[0]), rel=1e-6)


def test_equal_scores_differ_by_nothing_for_sure():
    label, weight, person, one, _ = drawn(np.random.default_rng(4))
    assert auc_difference(label, weight, person, one[None], one[None]) == (0.0, 0.0)
