"""The forest's walk against the library's own prediction."""

import numpy as np
import pytest
import xgboost as xgb

from twoside.funnel.rank.models._forest import Forest

CODES = 40


def seen_rows(rows, seed=0):
    """Numbers with gaps, infinities and ties; codes with gaps, and some never learned from."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=(rows, 4))
    numbers[:, 1] = np.round(numbers[:, 1])
    numbers[rng.random(numbers.shape) < 0.2] = np.nan
    numbers[rng.random(rows) < 0.05, 0] = np.inf
    codes = rng.integers(0, CODES - 5 * (seed == 0), (rows, 2)).astype(float)
    codes[rng.random(codes.shape) < 0.2] = np.nan
    return np.column_stack([numbers, codes]).astype(np.float32)


def fitted(rounds, **parameters):
    seen = seen_rows(3_000)
    rng = np.random.default_rng(1)
    taste = rng.normal(size=(2, CODES))
    known = np.nan_to_num(seen[:, 4:]).astype(int)
    pull = np.clip(np.nan_to_num(seen[:, 0]), -2, 2) + taste[0, known[:, 0]] + taste[1, known[:, 1]]
    pull += np.where(np.isnan(seen[:, 2]), 1.5, 0)  # that it is missing says much
    label = rng.random(len(seen)) < 1 / (1 + np.exp(-pull))
    rows = xgb.DMatrix(np.where(np.isinf(seen), 9, seen), label, feature_types=list("qqqqcc"))
    settings = {"objective": "binary:logistic", "base_score": 0.2, "nthread": 1, **parameters}
    return xgb.train(settings, rows, num_boost_round=rounds)


@pytest.mark.parametrize("depth", [1, 4, 7])
def test_scores_are_those_of_the_library(depth):
    boosters = [
        fitted(30, max_depth=depth, max_cat_to_onehot=1),
        fitted(9, max_depth=depth, max_cat_to_onehot=100, grow_policy="lossguide", max_leaves=9),
    ]
    seen = seen_rows(1_300, seed=5)  # more than one block
    expected = [booster.inplace_predict(seen, missing=np.nan) for booster in boosters]
    found = 1 / (1 + np.exp(-Forest.of(boosters).log_odds(seen)))
    assert found == pytest.approx(np.stack(expected, 1), abs=1e-6)
    assert found.std(axis=0).min() > 0.02


def test_trees_that_never_split_and_no_trees_give_the_base_rate():
    stumps = fitted(3, gamma=1e9, learning_rate=1e-9)
    found = Forest.of([stumps, fitted(0)]).log_odds(seen_rows(7, seed=5))
    assert found == pytest.approx(np.log(0.2 / 0.8) * np.ones((7, 2)), abs=1e-6)


def test_no_rows_give_no_scores():
    assert Forest.of([fitted(3)]).log_odds(np.empty((0, 6), np.float32)).shape == (0, 1)
