"""Channels side by side on lists small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import market, question

from twoside.funnel.recall.channels.hot import Hot
from twoside.funnel.recall.compare import compare_channels, latency_ms_of, overlap
from twoside.metrics.topn import Truth


def test_what_only_one_finds_is_its_unique_share() -> None:
    truth = Truth.of(np.array([0, 0, 1]), np.array([1, 2, 3]), 2)
    lists = {
        "a": np.array([[1, 2], [0, -1]], np.int32),
        "b": np.array([[2, 4], [3, -1]], np.int32),
        "merged": np.array([[1, 2], [3, 0]], np.int32),
    }
    found = compare_channels(lists, truth, np.ones(8, bool), {"a": 2.5})
    assert found["a"].recall_100 == pytest.approx(0.5)
    assert found["b"].recall_500 == pytest.approx(0.75)
    assert found["merged"].recall_500 == 1.0
    assert found["a"].unique == found["b"].unique == pytest.approx(0.5)
    assert np.isnan(found["merged"].unique)
    assert found["a"].coverage == pytest.approx(3 / 8)
    assert found["a"].latency_ms == 2.5
    assert np.isnan(found["b"].latency_ms)


def test_what_channels_share_is_counted_over_the_same_people() -> None:
    rng = np.random.default_rng(0)
    lists = {
        name: np.stack([rng.permutation(30)[:width] for _ in range(9)]).astype(np.int32)
        for name, width in (("a", 12), ("b", 7), ("c", 1))
    }
    lists["b"][3, 4:] = -1
    lists["nothing"] = np.full((9, 4), -1, np.int32)
    found = overlap(lists)
    for one, mine in lists.items():
        for other, theirs in lists.items():
            pairs = {(n, j) for n, row in enumerate(mine) for j in row.tolist() if j >= 0}
            others = {(n, j) for n, row in enumerate(theirs) for j in row.tolist() if j >= 0}
            if one == "nothing":
                assert np.isnan(found[one][other])
            else:
                assert found[one][other] == pytest.approx(len(pairs & others) / len(pairs))
    assert overlap({}) == {}


def test_latency_is_measured_one_person_at_a_time() -> None:
    data = market()
    questions = [question(data, np.array([n])) for n in range(3)]
    assert 0 < latency_ms_of(Hot().fit(data, 0), questions, 10) < 1000
