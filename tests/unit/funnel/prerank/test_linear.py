"""The light model: scikit-learn's regression on the same inputs, and the cut."""

import time

import numpy as np
import pytest
from made_samples import samples_of
from sklearn.linear_model import LogisticRegression

from twoside.errors import DataError
from twoside.funnel.prerank.model import cut
from twoside.funnel.prerank.models.linear import Linear
from twoside.schema.samples import FeatureColumn, Samples


def light_samples(rows=3_000, codes=True):
    rng = np.random.default_rng(0)
    numbers = rng.normal(size=(rows, 3))
    code = rng.integers(0, 4, rows)
    pull = numbers[:, 0] - numbers[:, 1] + np.array([1.0, 0, -1, 0.5])[code]
    label = (rng.random(rows) < 1 / (1 + np.exp(1 - pull))).astype(np.float32)
    columns = tuple(FeatureColumn(f"n{i}") for i in range(3))
    values = numbers
    if codes:
        columns += (FeatureColumn("c", "category", 4),)
        values = np.column_stack([numbers, code])
    return samples_of(columns, values, {"click": label})


def test_scores_are_those_of_scikit_learn_on_the_same_quantiles():
    samples = light_samples(codes=False)
    scorer = Linear(penalty=2.0).fit(samples, ("click",), ("n0", "n1", "n2"))
    even = scorer.quantiles.transform(samples.values)
    other = LogisticRegression(C=0.5, tol=1e-10).fit(even, samples.labels["click"])
    found = scorer.score(samples.values)[:, 0]
    assert found == pytest.approx(other.predict_proba(even)[:, 1], abs=1e-4)


def test_codes_are_ordered_by_their_rate():
    scorer = Linear().fit(light_samples(), ("click",), ("c",))
    found = scorer.score(np.array([[0], [1], [2], [3], [-1]], np.float32))[:, 0]
    assert np.argsort(found[:4]).tolist() == [2, 1, 3, 0]
    assert found[2] < found[4] < found[0]


def test_only_the_named_features_are_needed():
    scorer = Linear().fit(light_samples(), ("click",), ("n1", "c"))
    assert [column.name for column in scorer.columns] == ["n1", "c"]


def test_an_unknown_name_is_an_error_with_a_guess():
    with pytest.raises(DataError, match=r"no feature 'n_0'\. Did you mean 'n0'"):
        Linear().fit(light_samples(), ("click",), ("n_0",))


def test_the_newest_rows_are_learned_from():
    samples = light_samples()
    turned = np.where(samples.ts_ms < 2_000, 1 - samples.labels["click"], samples.labels["click"])
    samples = Samples(**{**vars(samples), "labels": {"click": turned}})
    scorer = Linear(max_rows=1_000).fit(samples, ("click",), ("n0",))
    low, high = scorer.score(np.array([[-1.0], [1.0]], np.float32))[:, 0]
    assert low < high


def test_the_cut_keeps_the_best_by_worth_and_the_order_of_equals():
    scores = np.array([[0.1, 0.5], [0.9, 0.0], [0.1, 0.5], [0.0, 0.0]], np.float32)
    assert cut(scores, np.array([1.0, 2.0]), 3).tolist() == [0, 2, 1]
    assert cut(scores, np.array([1.0, 0.0]), 1).tolist() == [1]
    assert cut(scores, np.array([1.0, 0.0]), 9).tolist() == [1, 0, 2, 3]


def test_a_thousand_candidates_take_about_a_millisecond():
    samples = light_samples()
    scorer = Linear().fit(samples, ("click",), ("n0", "n1", "n2", "c"))
    scorer.score(samples.values[:1_000])
    start = time.process_time()
    for _ in range(50):
        scorer.score(samples.values[:1_000])
    assert (time.process_time() - start) / 50 < 0.005
