"""Laws of every model in funnel/rank/models and funnel/prerank/models."""

from dataclasses import replace

import numpy as np
import pytest
from planted_samples import NUMBERS, TARGETS, planted, with_labels

from twoside import components
from twoside.funnel.rank.report import evaluate
from twoside.funnel.rank.train import split_by_day, train
from twoside.schema.progress import quiet

RANK, PRERANK = "twoside.funnel.rank.models", "twoside.funnel.prerank.models"
RANKERS = components.names(RANK)
ALL = RANKERS + components.names(PRERANK)
QUICK = {  # small enough to learn in a second; what is not named here learns as it ships
    "xgboost": {"rounds": 60, "min_child_weight": 5.0, "learning_rate": 0.15, "colsample": 0.6},
    "deepfm": {"epochs": 6, "batch_rows": 256, "learning_rate": 5e-3},
}
PAST, LATER = planted(0), planted(1, rows=4_000)


def settings(use):
    package = RANK if use in RANKERS else PRERANK
    return components.build(package, {"use": use}, "rank")


def learn(use, samples=PAST, targets=TARGETS, seed=3, tick=quiet):
    if use in RANKERS:
        model = replace(settings(use), **QUICK.get(use, {}))
        return train(model, samples, targets, seed, tick)
    return settings(use).fit(samples, targets, tuple(c.name for c in samples.columns))


@pytest.fixture(scope="module")
def learned():
    return {use: learn(use) for use in ALL}


@pytest.mark.parametrize("use", ALL)
def test_a_planted_signal_is_found(learned, use):
    alone = 0.70  # AUC of the best single column; the light model knows no product
    for quality in evaluate(learned[use], LATER).values():
        assert quality.auc > (alone + 0.06 if use in RANKERS else alone + 0.02)
        assert quality.gauc > 0.70
        assert 0.85 < quality.calibration < 1.15


@pytest.mark.parametrize("use", ALL)
def test_scores_are_float32_probabilities_a_row_and_target(learned, use):
    for rows in (0, 1, 500):
        scores = learned[use].score(LATER.values[:rows])
        assert scores.shape == (rows, len(TARGETS))
        assert scores.dtype == np.float32
        assert ((scores >= 0) & (scores <= 1)).all()
    assert learned[use].targets == TARGETS
    assert learned[use].columns == PAST.columns


@pytest.mark.parametrize("use", ALL)
def test_a_row_is_scored_the_same_alone_and_among_others(learned, use):
    together = learned[use].score(LATER.values[:50])
    alone = np.concatenate([learned[use].score(LATER.values[n : n + 1]) for n in range(50)])
    assert np.allclose(together, alone, atol=1e-6)


@pytest.mark.parametrize("use", ALL)
def test_what_was_packed_scores_identically(learned, use):
    packed = learned[use].pack()
    assert all(array.dtype.kind in "iuf" for array in packed.arrays.values())
    again = settings(use).unpack(packed)
    assert again.targets == TARGETS
    assert again.columns == PAST.columns
    assert np.array_equal(again.score(LATER.values), learned[use].score(LATER.values))


@pytest.mark.parametrize("use", ALL)
def test_the_same_seed_gives_the_same_scores(learned, use):
    assert np.array_equal(learn(use).score(LATER.values), learned[use].score(LATER.values))


@pytest.mark.parametrize("use", ALL)
def test_unknown_numbers_and_unseen_codes_are_scored_finitely(learned, use):
    values = LATER.values[:6].copy()
    values[0] = np.nan
    values[1, :NUMBERS] = 1e30
    values[2, :NUMBERS] = -1e30
    values[3, NUMBERS:] = -1
    values[4, NUMBERS:] = 10_000
    assert np.isfinite(learned[use].score(values)).all()


@pytest.mark.parametrize("use", ALL)
def test_labels_that_are_not_final_are_masked(use):
    """Rows of a lie, masked, teach nothing: the rest is found as if they were not there."""
    lie = np.random.default_rng(0).random(len(PAST)) < 0.4
    masked = {t: np.where(lie, np.nan, PAST.labels[t]).astype(np.float32) for t in TARGETS}
    told = {t: np.where(lie, 1 - PAST.labels[t], PAST.labels[t]) for t in TARGETS}
    right = evaluate(learn(use, with_labels(PAST, **masked)), LATER)
    wrong = evaluate(learn(use, with_labels(PAST, **told)), LATER)
    for target in TARGETS:
        assert right[target].auc > 0.70
        assert right[target].auc > wrong[target].auc + 0.02


@pytest.mark.parametrize("use", ALL)
@pytest.mark.parametrize("constant", [0.0, 1.0, np.nan])
def test_a_label_that_is_always_the_same_does_not_hurt(use, constant):
    labels = {"reply": np.full(len(PAST), constant, np.float32)}
    scorer = learn(use, with_labels(PAST, **labels))
    scores = scorer.score(LATER.values)
    assert np.isfinite(scores).all()
    if constant in (0.0, 1.0):
        assert np.abs(scores[:, 1] - constant).mean() < 0.05
    assert evaluate(scorer, LATER)["chat"].auc > 0.70


@pytest.mark.parametrize("use", RANKERS)
def test_progress_rises_to_one(use):
    told = []
    learn(use, PAST.where(np.arange(len(PAST)) % 4 == 0), tick=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


@pytest.mark.parametrize("use", RANKERS)
def test_the_days_held_out_decide_when_to_stop(use):
    """When the next day follows no rule of the past, learning stops early."""
    fit, valid = split_by_day(PAST, 1)
    noise = np.random.default_rng(5).permutation(len(valid))
    shuffled = with_labels(valid, **{t: valid.labels[t][noise] for t in TARGETS})
    model = replace(settings(use), **QUICK.get(use, {}), refit=False)
    stopped = model.fit(fit, shuffled, TARGETS, 0, quiet).score(LATER.values)
    went_on = model.fit(fit, valid, TARGETS, 0, quiet).score(LATER.values)
    assert stopped[:, 0].std() < went_on[:, 0].std()


def test_trees_that_learn_the_order_inside_lists_find_the_signal_too():
    model = replace(settings("xgboost"), **QUICK["xgboost"], within_lists=1.0)
    for quality in evaluate(train(model, PAST, TARGETS, 3), LATER).values():
        assert quality.auc > 0.76
        assert 0.85 < quality.calibration < 1.15


@pytest.mark.parametrize("use", ALL)
def test_what_a_label_counts_is_as_good_as_what_its_row_counts(use):
    rng = np.random.default_rng(5)
    counts = rng.integers(1, 4, len(PAST)).astype(np.float32)
    by_row = replace(PAST, weight=counts)
    by_label = replace(PAST, factors=dict.fromkeys(TARGETS, counts))
    one, other = (learn(use, samples).score(LATER.values) for samples in (by_row, by_label))
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one - learn(use).score(LATER.values)).max() > 1e-3
