"""Laws of every method in features/selection/methods."""

import numpy as np
import pytest
from planted_samples import TARGETS, planted, with_labels

from twoside import components
from twoside.errors import DataError
from twoside.features.selection.evidence import Evidence
from twoside.features.selection.method import PACKAGE
from twoside.schema.progress import quiet

METHODS = components.names(PACKAGE)
INFORMATIVE = ("n0", "c0")
TOGETHER = ("n1", "n2")  # only as a product: trees see it, what looks at one by one cannot
TREES = ("xgboost_gain", "permutation", "shap")
SAMPLES = planted(0)


def scores(use, samples=SAMPLES, seed=3, tick=quiet):
    evidence = Evidence(samples, TARGETS, seed)
    return components.build(PACKAGE, {"use": use}, "methods").scores(evidence, tick)


@pytest.fixture(scope="module")
def scored():
    return {use: scores(use) for use in METHODS}


@pytest.mark.parametrize("use", METHODS)
def test_informative_columns_rank_above_noise(scored, use):
    names = [column.name for column in SAMPLES.columns]
    good = INFORMATIVE + (TOGETHER if use in TREES else ())
    for n in range(len(TARGETS)):
        of = dict(zip(names, scored[use][:, n], strict=True))
        noise = [value for name, value in of.items() if name not in INFORMATIVE + TOGETHER]
        assert min(of[name] for name in good) > max(noise)


@pytest.mark.parametrize("use", METHODS)
def test_scores_are_one_finite_number_from_0_a_feature_and_target(scored, use):
    assert scored[use].shape == (len(SAMPLES.columns), len(TARGETS))
    assert np.isfinite(scored[use]).all()
    assert (scored[use] >= 0).all()


@pytest.mark.parametrize("use", METHODS)
def test_the_same_seed_gives_the_same_scores(scored, use):
    assert np.allclose(scores(use), scored[use], rtol=1e-9)


@pytest.mark.parametrize("use", METHODS)
def test_a_column_that_never_varies_scores_0_and_hurts_nobody(use):
    values = SAMPLES.values.copy()
    values[:, 5], values[:, 6] = np.nan, 3.0
    found = scores(use, type(SAMPLES)(**{**vars(SAMPLES), "values": values}))
    assert np.isfinite(found).all()
    assert found[5:7].max() < 1e-6 * found.max()


@pytest.mark.parametrize("use", METHODS)
def test_labels_that_are_not_final_are_masked(use):
    """Rows of a lie, masked, change nothing of who is best."""
    lie = np.random.default_rng(0).random(len(SAMPLES)) < 0.3
    masked = {t: np.where(lie, np.nan, SAMPLES.labels[t]).astype(np.float32) for t in TARGETS}
    found = scores(use, with_labels(SAMPLES, **masked))
    names = [column.name for column in SAMPLES.columns]
    assert names[int(found[:, 0].argmax())] in INFORMATIVE


@pytest.mark.parametrize("use", METHODS)
def test_progress_rises_to_one(use):
    told = []
    scores(use, SAMPLES.where(np.arange(len(SAMPLES)) % 3 == 0), tick=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_target_that_never_happens_is_left_out_and_none_at_all_is_an_error():
    never = np.zeros(len(SAMPLES), np.float32)
    assert Evidence(with_labels(SAMPLES, reply=never), TARGETS, 0).targets == ("chat",)
    with pytest.raises(DataError, match="selection: no target of reply has 20 positives"):
        Evidence(with_labels(SAMPLES, reply=never), ("reply",), 0)


def test_held_out_rows_are_the_last_days_and_teach_no_rates():
    evidence = Evidence(SAMPLES, TARGETS, 0)
    assert np.unique(SAMPLES.day[evidence.held]).tolist() == [4]
    swapped = SAMPLES.labels["chat"].copy()
    swapped[evidence.held] = 1 - swapped[evidence.held]
    other = Evidence(with_labels(SAMPLES, chat=swapped), TARGETS, 0)
    same = evidence.table("chat").values, other.table("chat").values
    assert np.array_equal(*same, equal_nan=True)
