"""Runs are kept by name and time."""

from __future__ import annotations

import pytest

from twoside.errors import DataError
from twoside.store.runs import Runs

NOON = 1_650_000_000_123


def test_a_run_is_what_was_saved(tmp_path):
    runs = Runs(tmp_path)
    path = runs.save("evaluation/feed", NOON, {"auc": 0.7, "by": {"day": [1, 2]}})
    assert path.name == "20220415T052000.123Z.json"
    assert runs.load("evaluation/feed").result == {"auc": 0.7, "by": {"day": [1, 2]}}
    assert runs.load("evaluation/feed").at_ms == NOON


def test_runs_are_listed_in_order_of_time_and_the_last_is_the_latest(tmp_path):
    runs = Runs(tmp_path)
    for at in (NOON, NOON - 10**9, NOON + 1):
        runs.save("a", at, {"at": at})
    runs.save("b/c", NOON, {})
    assert runs.list("a") == [NOON - 10**9, NOON, NOON + 1]
    assert runs.load("a").result == {"at": NOON + 1}
    assert runs.load("a", NOON).result == {"at": NOON}
    assert runs.names() == ["a", "b/c"]
    runs.save("a", NOON, {"again": True})
    assert runs.load("a", NOON).result == {"again": True}


def test_a_missing_or_broken_run_is_named(tmp_path):
    runs = Runs(tmp_path)
    path = runs.save("play", NOON, {})
    with pytest.raises(DataError, match=r"run plai: there is none .* Did you mean 'play'"):
        runs.load("plai")
    with pytest.raises(DataError, match=r"there is none of 20220415T052000\.124Z"):
        runs.load("play", NOON + 1)
    path.write_text("{")
    with pytest.raises(DataError, match="not a readable run"):
        runs.load("play")
    with pytest.raises(DataError, match="expected letters"):
        runs.save("../x", NOON, {})
