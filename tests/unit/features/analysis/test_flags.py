"""What is planted is found, what is honest is left alone: over several seeds."""

import numpy as np
import pytest
from planted_features import EACH, planted_features

from twoside.features.analysis.analyse import Looking, analyse
from twoside.features.analysis.findings import FLAGS


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
