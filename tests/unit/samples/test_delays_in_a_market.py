"""Delayed labels in a market of late answers, against the labels when all windows have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from twoside.domains import catalogue
from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.settings import WorldSettings
from twoside.funnel.rank.train import split_by_day
from twoside.samples.delays import LEAST_SEEN, corrected_rate, delay_curve
from twoside.samples.join import build_samples
from twoside.samples.summary import label_summaries, shown_outcomes

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.samples.outcomes import Outcomes
    from twoside.schema.samples import Samples

SCENE = "recruiting/jobs_for_seeker"


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Declared:
    root = tmp_path_factory.mktemp("late") / "lake"
    keeping.make(WorldSettings(seekers=2500, jobs=1200, days=8, seed=11), root)
    return catalogue.declared(SCENE, root)


def rows(declared: Declared, last: int, known_days: int, **given: str) -> Samples:
    """All rows up to a day, with what is known some days after it; one feature."""
    start = declared.lake.calendar.start_of
    first = declared.lake.days("exposures")[0]
    features, known = declared.features[:1], start(last + 1 + known_days)
    parts = (declared.lake, declared.domain, declared.scene.name, features, first, last, known)
    return build_samples(*parts, **given)


def test_corrected_counts_meet_those_of_closed_windows_where_naive_ones_are_short(
    declared: Declared,
) -> None:
    """Summed over the last exposures before four cut-offs; errors in standard deviations."""
    lake = declared.lake
    first = lake.days("exposures")[0]

    def of(last: int, known_days: int) -> Outcomes:
        cutoff = lake.calendar.start_of(last + 1 + known_days)
        return shown_outcomes(lake, declared.scene, first, last, cutoff)

    sums = dict.fromkeys(("read", "reply", "reach"), np.zeros(4))
    for last in range(first + 2, first + 6):
        early, late = of(last, 0), of(last, 2)
        for target in sums:
            delay, age = early.delay_ms[target], early.age_ms
            curve = delay_curve(delay, age, early.window_ms[target])
            seen = curve.at(age)
            some = early.is_open(target) & (seen >= LEAST_SEEN)
            came = delay[some] >= 0
            seen = seen[some][came]
            corrected = corrected_rate(delay[some], age[some], curve) * some.sum()
            true = (late.delay_ms[target][some] >= 0).sum()
            variance = ((1 / seen - 1) / seen).sum()
            sums[target] = sums[target] + [true, corrected, came.sum(), variance]
    for true, corrected, naive, variance in sums.values():
        assert abs(corrected - true) < 3 * np.sqrt(variance)
        assert naive - true < -3 * np.sqrt(variance)


def test_final_labels_are_the_same_however_the_others_are_treated(declared: Declared) -> None:
    last = declared.lake.days("exposures")[4]
    mask, weigh = rows(declared, last, 0), rows(declared, last, 0, delayed="weigh")
    assert mask.factors == {}
    assert mask.pending == {}
    for target, label in mask.labels.items():
        final = ~np.isnan(label)
        np.testing.assert_array_equal(weigh.labels[target][final], label[final])
        assert (weigh.factors[target][final] == 1).all()
        np.testing.assert_array_equal(weigh.pending[target], ~final)
        labelled = ~final & ~np.isnan(weigh.labels[target])
        assert labelled.sum() > 0.9 * (~final).sum()
        happened = labelled & (weigh.labels[target] == 1)
        assert (weigh.factors[target][happened] >= 1).all()
        assert (weigh.factors[target][labelled & ~happened] <= 1).all()


def test_a_day_that_is_weighted_is_learned_from_but_does_not_decide(declared: Declared) -> None:
    last = declared.lake.days("exposures")[4]
    fit, valid = split_by_day(rows(declared, last, 0, delayed="weigh"), 1, ("view", "reply"))
    assert set(valid.day.tolist()) == {last - 1}
    assert last in fit.day
    assert fit.pending["reply"].any()


def test_the_summary_counts_what_the_samples_hold(declared: Declared) -> None:
    days = declared.lake.days("exposures")
    end = declared.lake.calendar.start_of(days[5] + 1)
    found = label_summaries(declared.lake, declared.scene, days[0], days[5], end)
    samples = rows(declared, days[5], 0)
    assert [one.name for one in found] == list(samples.labels)
    for one in found:
        label = samples.labels[one.name]
        assert one.exposures == pytest.approx(len(label), rel=0.01)  # shown, not asked, by then
        assert one.positives == pytest.approx((label == 1).sum(), rel=0.02)
        assert one.final == pytest.approx((~np.isnan(label)).sum(), rel=0.02)
        assert one.rate == pytest.approx(samples.rate(one.name), rel=0.02)
        assert 0 <= one.median_hours <= one.p95_hours < declared.scene.target(one.name).within_hours
