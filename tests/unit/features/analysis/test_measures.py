"""AUC, information value, PSI, Pearson, p-values, ranks: against libraries and closed forms."""

import numpy as np
import pytest
from made_samples import samples_of
from scipy.stats import pearsonr, rankdata
from sklearn.metrics import roc_auc_score

from twoside.errors import DataError
from twoside.features.analysis import alike
from twoside.features.analysis.analyse import analyse
from twoside.features.analysis.chance import Surprise, p_value, significant
from twoside.features.analysis.measures import information_value, pearson, psi, psi_by_chance
from twoside.features.analysis.sorted_column import QUANTILES, SortedColumn
from twoside.schema.samples import FeatureColumn


def some(seed=0, n=4_000):
    rng = np.random.default_rng(seed)
    values = np.column_stack(
        [
            rng.normal(size=n),
            rng.poisson(1.0, n),
            1e6 + rng.normal(size=n),
            np.where(rng.random(n) < 0.3, np.nan, rng.normal(size=n)),
        ]
    ).astype(np.float32)
    label = (rng.random(n) < 1 / (1 + np.exp(1 - values[:, 0]))).astype(np.float32)
    late = np.where(rng.random(n) < 0.2, np.nan, label * (rng.random(n) < 0.5)).astype(np.float32)
    weight = rng.choice([1.0, 5.0], n).astype(np.float32)
    columns = tuple(FeatureColumn(f"n{i}") for i in range(4))
    return samples_of(
        columns, values, {"chat": label, "reply": late}, weight=weight, day=np.arange(n) // 500
    )


def test_auc_is_that_of_scikit_learn_with_unknown_below_all():
    samples = some()
    for n, found in enumerate(analyse(samples).features):
        for target, label in samples.labels.items():
            final = ~np.isnan(label)
            score = np.nan_to_num(samples.values[final, n].astype(np.float64), nan=-1e9)
            expected = roc_auc_score(label[final], score, sample_weight=samples.weight[final])
            assert found.auc[target] == pytest.approx(expected, abs=1e-9)


def test_pearson_is_the_weighted_one_of_the_rows_where_both_are_known():
    samples = some()
    for n, found in enumerate(analyse(samples).features):
        for target, label in samples.labels.items():
            both = ~np.isnan(label) & ~np.isnan(samples.values[:, n])
            x, y = samples.values[both, n].astype(np.float64), label[both].astype(np.float64)
            cov = np.cov(x, y, aweights=samples.weight[both])
            expected = cov[0, 1] / np.sqrt(cov[0, 0] * cov[1, 1])
            assert found.pearson[target] == pytest.approx(expected, abs=1e-6)


def test_pearson_of_equal_weights_is_that_of_scipy_and_nan_for_a_constant():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 300)), (rng.random((300, 1)) < 0.5).astype(float)
    x[1] = 3.0
    found = pearson(x, y, np.ones((300, 1)))
    assert found[0, 0] == pytest.approx(pearsonr(x[0], y[:, 0])[0], abs=1e-12)
    assert np.isnan(found[1, 0])


def test_information_value_and_psi_by_hand():
    # shares .8 / .2 against .5 / .5: (.3) ln(1.6) + (-.3) ln(.4)
    by_hand = 0.3 * np.log(1.6) - 0.3 * np.log(0.4)
    one, other = np.array([80.0, 20.0]), np.array([50.0, 50.0])
    assert information_value(one, other, 0.0) == pytest.approx(by_hand)
    assert psi(other, one, 0.0) == pytest.approx(by_hand)
    assert psi(one, one) == 0.0
    assert np.isfinite(psi(np.array([10.0, 0.0]), np.array([0.0, 10.0])))


def test_psi_without_shift_is_what_chance_expects():
    rng = np.random.default_rng(0)
    draws = rng.multinomial(500, np.full(10, 0.1), size=(400, 2)).astype(float)
    mean = np.mean([psi(one, other, 0.0) for one, other in draws])
    assert mean == pytest.approx(psi_by_chance(10, 500, 500), rel=0.1)


def test_p_values_of_clustered_noise_are_even_where_a_plain_test_would_cry():
    """A noise of the person, and persons with leanings: 5 % of p-values are below .05."""
    rng = np.random.default_rng(0)
    person = rng.integers(0, 400, 6_000)
    robust, plain = [], []
    for _ in range(300):
        leaning = 1.5 * rng.normal(size=400)[person]
        label = (rng.random(6_000) < 1 / (1 + np.exp(1 - leaning))).astype(np.float32)
        values = rng.normal(size=400)[person].astype(np.float32)
        bins = SortedColumn.of(values, FeatureColumn("n")).bins(6)
        surprise = Surprise.of(label, np.ones(6_000, np.float32))
        robust.append(p_value(bins, surprise, person))
        plain.append(p_value(bins, surprise, np.arange(6_000)))
    assert np.mean(np.array(robust) < 0.05) < 0.09
    assert np.mean(np.array(plain) < 0.05) > 0.3


def test_benjamini_hochberg_by_hand():
    p = np.array([0.001, 0.04, 0.012, 0.9, 0.026])
    # thresholds .01 .02 .03 .04 .05 of the rising .001 .012 .026 .04 .9
    assert significant(p, 0.05).tolist() == [True, True, True, False, True]
    assert significant(p, 0.01).tolist() == [True, False, False, False, False]
    assert significant(np.array([]), 0.05).tolist() == []


def test_coverage_distinct_and_quantiles():
    values = np.array([3, np.nan, 1, 1, 2, np.nan, np.inf, -np.inf], np.float32)
    column = SortedColumn.of(values, FeatureColumn("n"))
    assert column.coverage == 0.75
    assert column.distinct.tolist() == [-np.inf, 1, 2, 3, np.inf]
    assert column.group.tolist() == [4, 0, 2, 2, 3, 0, 5, 1]
    many = np.random.default_rng(0).normal(size=999).astype(np.float32)
    expected = np.quantile(many, QUANTILES, method="inverted_cdf")
    assert SortedColumn.of(many, FeatureColumn("n")).quantiles() == pytest.approx(expected)


def test_a_frequent_value_has_a_bin_of_its_own():
    values = np.r_[np.zeros(900), np.linspace(1, 2, 100), np.full(500, 3)].astype(np.float32)
    bins = SortedColumn.of(values, FeatureColumn("n")).bins(8)
    assert len(set(bins[values == 0]) & set(bins[values != 0])) == 0
    assert len(set(bins[values == 3]) & set(bins[values != 3])) == 0


def test_ranks_are_average_ranks_and_a_recoded_category_is_a_duplicate():
    values = np.random.default_rng(0).poisson(2, 500).astype(np.float32)
    ranks = SortedColumn.of(values, FeatureColumn("n")).ranks()
    assert ranks == pytest.approx(rankdata(values) - 250.5)
    recoded = np.random.default_rng(1).permutation(20)[values.astype(int)].astype(np.float32)
    category = FeatureColumn("c", "category", 20)
    both = np.array([SortedColumn.of(v, category).ranks() for v in (values, recoded)], np.float32)
    assert abs(alike.correlation(both)[0, 1]) > 0.9999


def test_clusters_and_duplicates_of_a_small_matrix():
    r = np.array([[1, 0.99, -0.95, 0], [0.99, 1, -0.9, 0], [-0.95, -0.9, 1, 0], [0, 0, 0, 1]])
    assert alike.clusters(r, 0.9).tolist() == [0, 0, 0, 1]
    assert alike.clusters(r, 0.98).tolist() == [0, 0, 1, 2]
    assert alike.duplicates(r, 0.94, np.zeros(4)).tolist() == [-1, 0, 0, -1]
    assert alike.duplicates(r, 0.94, np.array([1, 0, 7, 0])).tolist() == [2, -1, -1, -1]


def test_a_category_of_codes_seen_once_tells_nothing():
    n = 2_000
    codes = np.arange(n, dtype=np.float32)[:, None]
    label = (np.random.default_rng(0).random(n) < 0.3).astype(np.float32)
    found = analyse(samples_of((FeatureColumn("id", "category", n),), codes, {"chat": label}))
    assert found.features[0].auc["chat"] == pytest.approx(0.5)
    assert found.features[0].flags == ("noise",)


def test_a_category_that_tells_is_seen_through_its_codes_rates():
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 50, 8_000)
    chance = rng.random(50)[codes]
    label = (rng.random(8_000) < chance).astype(np.float32)
    columns = (FeatureColumn("c", "category", 50),)
    found = analyse(samples_of(columns, codes[:, None], {"chat": label})).features[0]
    assert found.auc["chat"] == pytest.approx(roc_auc_score(label, chance), abs=0.02)
    assert found.flags == ()


def test_nothing_to_look_at_is_an_error():
    with pytest.raises(DataError, match=r"analysis: 0 rows of 1 features: expected at least one"):
        analyse(samples_of((FeatureColumn("n"),), np.empty((0, 1)), {}))
