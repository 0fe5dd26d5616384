"""What is planted is found, what is honest is left alone: over several seeds."""

import numpy as np
import pytest
from made_samples import samples_of
from planted_features import EACH, planted_features

from twoside.features.analysis.analyse import Looking, analyse
from twoside.features.analysis.findings import FLAGS
from twoside.metrics.auc import auc
from twoside.schema.samples import FeatureColumn


@pytest.fixture(scope="module")
def analyses():
    return [analyse(planted_features(seed)) for seed in range(3)]


@pytest.mark.parametrize("flag", FLAGS)
def test_of_each_planted_kind_19_of_20_are_flagged(analyses, flag):
    for found in analyses:
        flagged = sum(name.startswith(flag) for name in found.flagged(flag))
        assert flagged >= 0.95 * EACH


@pytest.mark.parametrize("flag", FLAGS)
def test_of_100_honest_features_at_most_2_are_flagged(analyses, flag):
    false = [name for found in analyses for name in found.flagged(flag) if name[:6] == "honest"]
    assert len(false) <= 0.02 * 2 * EACH * len(analyses)


def test_a_duplicate_names_its_original_and_shares_its_cluster(analyses):
    by_name = {f.name: f for f in analyses[0].features}
    for n in range(EACH):
        copy = by_name[f"duplicate_{n}"]
        assert copy.duplicate_of == f"honest_{n}"
        assert copy.cluster == by_name[f"honest_{n}"].cluster


def test_weekly_rhythm_is_no_shift():
    samples = planted_features(1, rows=14_000, days=14)
    weekday = (samples.day % 7).astype(np.float32)
    values = samples.values.copy()
    values[:, 0] = weekday
    found = analyse(type(samples)(**{**vars(samples), "values": values}))
    assert max(found.features[0].drift_by_day) > 0.25
    assert "shifted" not in found.features[0].flags


def test_looser_settings_flag_more(analyses):
    strict = analyse(planted_features(0), Looking(shift=5.0, leak=0.9999, duplicate=1.1))
    assert strict.flagged("shifted") == ()
    assert strict.flagged("duplicate") == ()
    assert len(strict.flagged("leaking")) < len(analyses[0].flagged("leaking"))


def young_log(seed, days, items=800, shown=20):
    """Rates of items over 3 and over 30 days before, in a log of `days` days: what an item is worth
    stays, what it got on a day is a draw. The short one comes first."""
    rng = np.random.default_rng(seed)
    worth = 1 / (1 + np.exp(1.5 - rng.normal(size=items)))
    clicks = rng.binomial(shown, worth, (days, items))
    rates = {name: np.empty((days, items)) for name in ("rate_3d", "rate_30d")}
    for day in range(days):
        for name, window in (("rate_3d", 3), ("rate_30d", 30)):
            past = clicks[max(0, day - window) : day]
            rates[name][day] = (past.sum(axis=0) + 4.0) / (len(past) * shown + 20.0)
    return samples_of(
        tuple(FeatureColumn(name) for name in rates),
        np.column_stack([rate.ravel() for rate in rates.values()]),
        {"click": (rng.random((days, items)) < worth).astype(np.float32).ravel()},
        item=np.tile(np.arange(items), days).astype(np.int32),
        day=np.repeat(np.arange(days), items).astype(np.int32),
    )


LOOK_BACK = {"rate_3d": 3.0, "rate_30d": 30.0}


@pytest.mark.parametrize("seed", range(3))
def test_of_windows_that_a_young_log_makes_copies_the_longest_stays(seed):
    samples = young_log(seed, days=20)
    learned = samples.where(samples.day < 4)
    by_place = analyse(learned)
    assert by_place.flagged("duplicate") == ("rate_30d",)  # the one named first stayed
    found = analyse(learned, look_back=LOOK_BACK)
    assert found.flagged("duplicate") == ("rate_3d",)
    assert found.features[0].duplicate_of == "rate_30d"
    later = samples.where(samples.day >= 10)
    assert analyse(later, look_back=LOOK_BACK).flagged("duplicate") == ()  # copies no more
    short, long = (auc(later.labels["click"], later.values[:, n]) for n in range(2))
    assert long > short + 0.005


def test_of_copies_that_look_back_equally_long_the_first_stays():
    samples = young_log(0, days=4)
    same = {"rate_3d": 7.0, "rate_30d": 7.0}
    assert analyse(samples, look_back=same).flagged("duplicate") == ("rate_30d",)
    only_one_known = {"rate_3d": 3.0}
    assert analyse(samples, look_back=only_one_known).flagged("duplicate") == ("rate_3d",)
