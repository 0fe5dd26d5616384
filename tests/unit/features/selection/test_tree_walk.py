"""What trees say if a column read otherwise: as the library does on the changed rows."""

import numpy as np
import pytest
import xgboost as xgb

from twoside.features.selection.tree_walk import TreeWalk


def boosted(seed, rounds=20):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(900, 7)).astype(np.float32)
    values[rng.random(values.shape) < 0.15] = np.nan
    values[:3, 1] = 1e30, -1e30, 0.0
    pull = np.nan_to_num(np.clip(values[:, 0] * values[:, 1], -9, 9)) + np.isnan(values[:, 2])
    label = (rng.random(900) < 1 / (1 + np.exp(1 - pull))).astype(np.float32)
    settings = {"objective": "binary:logistic", "max_depth": 4, "colsample_bytree": 0.5}
    return xgb.train({**settings, "seed": seed}, xgb.DMatrix(values, label), rounds), values


@pytest.mark.parametrize("seed", range(3))
def test_the_log_odds_are_the_librarys(seed):
    trees, values = boosted(seed)
    told = trees.inplace_predict(values, predict_type="margin")
    assert np.allclose(TreeWalk.of(trees, values).log_odds, told, atol=1e-5)


@pytest.mark.parametrize("seed", range(3))
def test_a_changed_column_answers_as_the_library_on_changed_rows(seed):
    trees, values = boosted(seed)
    walk = TreeWalk.of(trees, values)
    for place, column in enumerate(walk.asked.tolist()):
        changed = values.copy()
        changed[:, column] = np.random.default_rng(seed).permutation(values[:, column])
        told = trees.inplace_predict(changed, predict_type="margin")
        assert np.allclose(walk.otherwise(place, changed[:, column]), told, atol=1e-5)


def test_only_columns_that_some_tree_asks_are_kept():
    trees, values = boosted(0, rounds=1)
    walk = TreeWalk.of(trees, values)
    names = {int(name.removeprefix("f")) for name in trees.get_score()}
    assert set(walk.asked.tolist()) == names
    assert all(len(trees) for trees in walk.asked_by)


def test_trees_of_a_single_leaf_ask_nothing():
    values = np.zeros((50, 3), np.float32)
    label = np.arange(50) % 2
    trees = xgb.train({"objective": "binary:logistic"}, xgb.DMatrix(values, label), 2)
    walk = TreeWalk.of(trees, values)
    assert len(walk.asked) == 0
    assert np.allclose(walk.log_odds, trees.inplace_predict(values, predict_type="margin"))
