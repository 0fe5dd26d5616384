"""Channels side by side on lists small enough to count by hand."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import market, question

from twoside.funnel.recall.channels.hot import Hot
from twoside.funnel.recall.compare import compare_channels, latency_ms_of
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


def test_latency_is_measured_one_person_at_a_time() -> None:
    data = market()
    questions = [question(data, np.array([n])) for n in range(3)]
    assert 0 < latency_ms_of(Hot().fit(data, 0), questions, 10) < 1000
