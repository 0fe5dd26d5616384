"""The training entry: the split by days, and what it refuses."""

import numpy as np
import pytest
from made_samples import samples_of

from twoside.errors import DataError, LeakError
from twoside.funnel.rank.leaks import refuse_leaks
from twoside.funnel.rank.models.xgboost import XGBoost
from twoside.funnel.rank.report import evaluate
from twoside.funnel.rank.train import split_by_day, train
from twoside.schema.samples import FeatureColumn, Samples

CLICK = ("click",)


def some_samples(rows=400, days=(10, 11, 14), name="quality", value=None):
    rng = np.random.default_rng(0)
    label = (rng.random(rows) < 0.4).astype(np.float32)
    value = rng.normal(size=rows) if value is None else value(label, rng)
    return samples_of(
        (FeatureColumn(name), FeatureColumn("place", "category", 3)),
        np.column_stack([value, np.zeros(rows)]),
        {"click": label},
        person=(np.arange(rows) % 7).astype(np.int32),
        day=np.sort(rng.choice(days, rows)).astype(np.int32),
    )


def test_the_last_days_that_have_samples_are_held_out():
    fit, valid = split_by_day(some_samples(), 1)
    assert set(fit.day) == {10, 11}
    assert set(valid.day) == {14}
    fit, valid = split_by_day(some_samples(), 2)
    assert set(fit.day) == {10}
    assert set(valid.day) == {11, 14}


def test_days_that_are_not_final_for_the_slowest_target_are_learned_from_but_do_not_decide():
    samples = some_samples(days=range(10))
    slow = np.where(samples.day < 7, samples.labels["click"], np.nan).astype(np.float32)
    samples = Samples(**{**vars(samples), "labels": {**samples.labels, "reach": slow}})
    fit, valid = split_by_day(samples, 2, ("click", "reach"))
    assert set(valid.day) == {5, 6}
    assert set(fit.day) == {0, 1, 2, 3, 4, 7, 8, 9}


def test_a_target_that_is_never_final_does_not_stop_the_others():
    samples = some_samples(days=range(10))
    never = np.full(len(samples), np.nan, np.float32)
    samples = Samples(**{**vars(samples), "labels": {**samples.labels, "reach": never}})
    assert set(split_by_day(samples, 1, ("click", "reach"))[1].day) == {9}


def test_one_day_alone_is_an_error_that_says_what_to_do():
    with pytest.raises(DataError, match=r"lie on 1 day\(s\).*at least 2.*import more days"):
        train(XGBoost(), some_samples(days=(10,)), CLICK, seed=0)


def test_a_feature_with_the_name_of_an_outcome_is_refused():
    with pytest.raises(LeakError, match=r"'click' is an outcome.*features\.py"):
        train(XGBoost(), some_samples(name="click"), CLICK, seed=0)


def test_a_feature_with_the_name_of_another_event_is_refused():
    with pytest.raises(LeakError, match="'play_time' is an outcome"):
        refuse_leaks(some_samples(name="play_time"), CLICK, outcomes=("play_time",))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_feature_that_is_the_label_in_disguise_is_refused(sign):
    def disguise(label, rng):
        return sign * (5 * label + rng.random(len(label)))

    with pytest.raises(LeakError, match=r"'quality' tells 'click' by itself \(AUC 1\.0000"):
        train(XGBoost(), some_samples(value=disguise), CLICK, seed=0)


def test_a_feature_that_is_unknown_just_where_nothing_happened_is_refused():
    with pytest.raises(LeakError, match="'quality' tells 'click' by itself"):
        refuse_leaks(some_samples(value=lambda y, _: np.where(y > 0, 3.0, np.nan)), CLICK)


def test_a_strong_feature_is_not_refused():
    refuse_leaks(some_samples(value=lambda y, rng: y + rng.normal(size=len(y))), CLICK)


def test_a_target_without_labels_is_named_with_a_guess():
    with pytest.raises(DataError, match=r"'clik'\. Did you mean 'click'\?"):
        refuse_leaks(some_samples(), ("clik",))


class Echo:
    """Answers its one column."""

    targets = CLICK
    columns = (FeatureColumn("quality"),)

    def score(self, values):
        assert values.shape[1] == 1
        return values


def test_the_report_masks_labels_and_picks_the_columns_of_the_scorer():
    samples = some_samples(value=lambda y, _: 0.25 + 0.5 * y)
    half = np.where(np.arange(400) % 2 == 0, samples.labels["click"], np.nan)
    samples = Samples(**{**vars(samples), "labels": {"click": half.astype(np.float32)}})
    quality = evaluate(Echo(), samples)["click"]
    assert quality.rows == 200
    assert (quality.auc, quality.gauc, quality.gauc_error) == (1.0, 1.0, 0.0)
    assert quality.logloss == pytest.approx(-np.log(0.75), abs=1e-6)
    assert quality.rate == pytest.approx(np.nanmean(half))
    assert quality.calibration == pytest.approx((0.25 + 0.5 * quality.rate) / quality.rate)
    assert sum(quality.curve.rows) == 200
