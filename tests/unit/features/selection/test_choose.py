"""The choice: it agrees, prunes, eliminates, goes on where it stopped, and stops when told."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest
from contracts.planted_samples import TARGETS, planted, with_labels
from planted_features import planted_features

from twoside.errors import ConfigError, DataError
from twoside.features.analysis.analyse import analyse
from twoside.features.selection import choose as choosing
from twoside.features.selection.choose import Choosing, choose
from twoside.features.selection.consensus import consensus, may_be_chosen
from twoside.features.selection.evidence import Evidence
from twoside.features.selection.selected import Selected
from twoside.schema.progress import silent
from twoside.store.kept import Kept

SAMPLES = planted(0, rows=3_000)
FOUND = analyse(SAMPLES)
QUICK = ("pearson", "xgboost_gain")


def by_consensus(keep):
    """Two methods, and no elimination after them."""
    return Choosing(keep, QUICK, elimination=None)


def steps_of(names):
    def steps(name):
        names.append(name)
        return silent(name)

    return steps


def test_consensus_is_the_mean_rank_of_the_methods_by_hand():
    one = np.array([[3.0], [2.0], [1.0]])
    other = np.array([[10.0], [0.0], [90.0]])
    assert consensus({"a": one}).tolist() == [0.0, 0.5, 1.0]
    assert consensus({"a": one, "b": other}).tolist() == [0.25, 0.75, 0.5]


def test_scales_of_targets_do_not_matter():
    table = np.random.default_rng(0).random((6, 2))
    assert np.array_equal(consensus({"a": table}), consensus({"a": table * [1.0, 1e6]}))


def test_the_set_holds_what_is_planted_and_no_copy_noise_or_leak():
    samples = planted_features(0)
    keep = [n for n, c in enumerate(samples.columns) if int(c.name.split("_")[1]) < 10]
    samples = samples.only([samples.columns[n].name for n in keep]).where(
        np.arange(24_000) % 2 == 0
    )
    chosen = choose(samples, analyse(samples), ("chat",), by_consensus(8), 0, silent)
    assert len(chosen.features) == 8
    assert {name.split("_")[0] for name in chosen.features} <= {"honest", "shifted"}


def test_a_target_counts_by_the_root_of_its_rarer_class():
    table = np.array([[8.0, 1.0], [2.0, 9.0], [1.0, 1.0]])
    assert consensus({"a": table}, np.array([1.0, 3.0])).tolist() == [0.5, 0.0, 1.0]
    assert consensus({"a": table}, np.array([3.0, 1.0])).tolist() == [0.0, 0.5, 1.0]
    evidence = Evidence(SAMPLES, TARGETS, 0)
    for sure, target in zip(evidence.sureness(), evidence.targets, strict=True):
        label = evidence.samples.labels[target]
        assert sure**2 == pytest.approx(min(np.sum(label == 1), np.sum(label == 0)))


def test_methods_see_only_what_may_be_chosen():
    samples = planted_features(0, rows=6_000)
    samples = samples.only([c.name for c in samples.columns if int(c.name.split("_")[1]) < 6])
    found, seen = analyse(samples), []

    class Looking(Kept):
        def save(self, key, result):
            seen.append(result["features"])

        def load(self, key):
            return None

    chosen = choose(samples, found, ("chat",), by_consensus(4), 0, silent, Looking("unused"))
    able = tuple(f.name for f in found.features if may_be_chosen(f))
    assert 4 < len(able) < len(found.features)
    assert seen == [able, able]
    assert set(chosen.rank) == {f.name for f in found.features}
    out = [chosen.rank[f.name] for f in found.features if not may_be_chosen(f)]
    assert out == [1.0] * len(out)


def test_nothing_to_choose_from_is_said():
    flagged = replace(FOUND, features=tuple(replace(f, flags=("noise",)) for f in FOUND.features))
    with pytest.raises(DataError, match=r"are noise, duplicates or leaking\. Look at them with"):
        choose(SAMPLES, flagged, TARGETS, by_consensus(3), 0, silent)


def test_of_a_cluster_the_best_comes_first_and_the_rest_only_if_there_is_room():
    noisy = SAMPLES.values[:, 0] + 0.2 * np.random.default_rng(0).normal(size=len(SAMPLES))
    values = SAMPLES.values.copy()
    values[:, 4] = noisy  # correlates by .98 with n0: one cluster, no duplicate
    samples = type(SAMPLES)(**{**vars(SAMPLES), "values": values})
    found = analyse(samples)
    few = choose(samples, found, TARGETS, by_consensus(2), 0, silent).features
    assert set(few) == {"n0", "c0"}
    assert "n4" in choose(samples, found, TARGETS, by_consensus(11), 0, silent).features


def test_scores_are_not_computed_twice_for_the_same_input(tmp_path):
    kept, first, second, other = Kept(tmp_path / "scores"), [], [], []
    one = choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, steps_of(first), kept)
    two = choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, steps_of(second), kept)
    assert first == ["select by pearson", "select by xgboost_gain"]
    assert second == []
    assert one == two
    changed = with_labels(SAMPLES, chat=1 - SAMPLES.labels["chat"])
    choose(changed, FOUND, TARGETS, by_consensus(3), 0, steps_of(other), kept)
    assert other == first


def test_a_spent_budget_leaves_methods_out_and_a_second_run_goes_on(tmp_path, monkeypatch):
    kept, names = Kept(tmp_path), []
    clock = iter([0.0, *[5.0] * 3, *[100.0] * 1_000])  # time is up in the second target of gain
    monkeypatch.setattr(choosing, "perf_counter", lambda: next(clock))
    cut = choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, silent, kept, 50.0)
    assert cut.methods == ("pearson",)
    assert cut.left_out == ("xgboost_gain",)
    monkeypatch.undo()
    whole = choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, steps_of(names), kept)
    assert names == ["select by xgboost_gain"]
    assert whole.left_out == ()


def test_elimination_that_the_budget_stops_leaves_what_the_consensus_chose(tmp_path, monkeypatch):
    kept, names, again = Kept(tmp_path), [], []
    consensus_alone = choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, silent, kept)
    clock = iter([0.0, *[5.0] * 4, *[100.0] * 1_000])  # time is up in the second round
    monkeypatch.setattr(choosing, "perf_counter", lambda: next(clock))
    cut = choose(SAMPLES, FOUND, TARGETS, Choosing(3, QUICK), 0, steps_of(names), kept, 50.0)
    assert names == ["select by elimination"]
    assert cut.left_out == ("elimination",)
    assert cut.features == consensus_alone.features
    monkeypatch.undo()
    whole = choose(SAMPLES, FOUND, TARGETS, Choosing(3, QUICK), 0, steps_of(again), kept)
    assert again == ["select by elimination"]
    assert whole.left_out == ()
    assert set(whole.features) == {"n0", "c0"}  # the others are noise


def test_a_budget_that_no_method_keeps_is_an_error(monkeypatch):
    clock = iter([0.0, *[100.0] * 1_000])
    monkeypatch.setattr(choosing, "perf_counter", lambda: next(clock))
    with pytest.raises(DataError, match=r"no method has finished\. Give it a larger --budget"):
        choose(SAMPLES, FOUND, TARGETS, by_consensus(3), 0, silent, None, 50.0)


def test_wrong_settings_are_told():
    with pytest.raises(ConfigError, match=r"budget = 0: expected more than 0 seconds"):
        choose(SAMPLES, FOUND, TARGETS, Choosing(), 0, silent, None, 0)
    with pytest.raises(ConfigError, match=r"keep = -1: expected 0 \(a quarter\) or more"):
        choose(SAMPLES, FOUND, TARGETS, Choosing(-1), 0, silent)
    with pytest.raises(ConfigError, match=r"no 'shapp' in features.selection.methods. Did you"):
        choose(SAMPLES, FOUND, TARGETS, Choosing(3, ("shapp",)), 0, silent)


def test_a_selected_set_is_the_toml_that_is_read_again():
    selected = Selected("feed/videos_for_viewer", "2022-05-04", ("a", 'b"ö'), ("shap",), ("x",))
    table = tomllib.loads(selected.toml())
    assert Selected(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()}) == (
        selected
    )


def test_an_unreadable_kept_result_says_what_to_do(tmp_path):
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    assert Kept(tmp_path).load("b") is None
    with pytest.raises(DataError, match=r"not a readable result\. Remove it and run again"):
        Kept(tmp_path).load("a")
    with pytest.raises(DataError, match="expected letters, digits"):
        Kept(tmp_path).save("../a", {})
