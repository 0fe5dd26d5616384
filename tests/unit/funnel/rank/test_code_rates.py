"""Rates of ids against a loop over rows, one day after another."""

import numpy as np
import pytest
from made_samples import samples_of

from twoside.funnel.rank.code_rates import CodeRates, keys_of, usual
from twoside.schema.samples import FeatureColumn, Samples

SMOOTHING = 3.0
COLUMNS = (
    FeatureColumn("viewer", "category", 30),
    FeatureColumn("length"),
    FeatureColumn("tab", "category", 3),
)


def id_samples(rows=400):
    rng = np.random.default_rng(0)
    values = np.column_stack(
        [rng.integers(-1, 30, rows), rng.normal(size=rows), rng.integers(0, 3, rows)]
    )
    label = (rng.random(rows) < 0.3).astype(np.float32)
    label[rng.random(rows) < 0.1] = np.nan
    day = rng.integers(5, 9, rows).astype(np.int32)
    return samples_of(COLUMNS, values, {"click": label}, day=day)


def expected_rate(samples, columns, row, asked):
    """The smoothed rate of a row's code among the rows `asked`, by the definition."""
    known = asked & ~np.isnan(samples.labels["click"])
    same = known & (samples.values[:, columns] == samples.values[row, columns]).all(axis=1)
    if (samples.values[row, columns] < 0).any() or not same.any():
        return np.nan
    mean = samples.labels["click"][known].mean()
    return (samples.labels["click"][same].sum() + SMOOTHING * mean) / (same.sum() + SMOOTHING)


@pytest.mark.parametrize(("key", "columns"), [((0, -1), [0]), ((0, 2), [0, 2])])
def test_a_row_sees_the_days_before_its_own_and_later_rows_see_all(key, columns):
    samples = id_samples()
    rates, seen = CodeRates.fit(samples, ("click",), [key], SMOOTHING)
    later = rates.transform(samples.values)
    everything = np.ones(len(samples), bool)
    for row in range(len(samples)):
        before = samples.day < samples.day[row]
        assert seen[row, 0] == pytest.approx(
            expected_rate(samples, columns, row, before), rel=1e-6, nan_ok=True
        )
        assert later[row, 0] == pytest.approx(
            expected_rate(samples, columns, row, everything), rel=1e-6, nan_ok=True
        )


def test_a_row_does_not_see_its_own_label():
    samples = id_samples()
    _, seen = CodeRates.fit(samples, ("click",), [(0, -1)], SMOOTHING)
    newest = samples.day == samples.day.max()
    turned = np.where(newest, 1 - samples.labels["click"], samples.labels["click"])
    other = Samples(**{**vars(samples), "labels": {"click": turned}})
    _, again = CodeRates.fit(other, ("click",), [(0, -1)], SMOOTHING)
    assert np.array_equal(seen, again, equal_nan=True)


def test_codes_that_are_unknown_or_out_of_range_have_no_rate():
    rates, _ = CodeRates.fit(id_samples(), ("click",), [(0, -1), (0, 2)], SMOOTHING)
    asked = np.array([[-1, 0, 0], [30, 0, 0], [np.nan, 0, 0]], np.float32)
    assert np.isnan(rates.transform(asked)).all()
    assert np.isnan(rates.transform(np.array([[3, 0, -1]], np.float32))[0, 1])


def test_ids_and_declared_crosses_are_keys():
    assert keys_of(COLUMNS, 10, ()) == [(0, -1)]
    assert keys_of(COLUMNS, 2, (("viewer", "tab"), ("viewer", "gone"))) == [
        (0, -1),
        (2, -1),
        (0, 2),
    ]


def test_targets_that_hardly_happen_have_no_rates():
    samples = id_samples()
    rare, never = np.zeros(400, np.float32), np.full(400, np.nan, np.float32)
    rare[0] = 1
    labels = {**samples.labels, "hate": rare, "reach": never}
    samples = Samples(**{**vars(samples), "labels": labels})
    assert usual(samples, ("click", "hate", "reach")) == ("click",)


def test_without_ids_there_is_nothing():
    rates, seen = CodeRates.fit(id_samples(), ("click",), [], SMOOTHING)
    assert seen.shape == (400, 0)
    assert rates.transform(np.zeros((5, 3), np.float32)).shape == (5, 0)
    assert CodeRates.of(rates.arrays()).width == 0
