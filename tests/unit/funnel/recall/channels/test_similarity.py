"""Similarity against a few lines of plain Python, and what it says when something is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.similarity import Similarity
from twoside.funnel.recall.popularity import liked, percentile


def km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Haversine."""
    (lat, lon), (lat2, lon2) = np.radians(a), np.radians(b)
    half = np.sin((lat2 - lat) / 2) ** 2
    half += np.cos(lat) * np.cos(lat2) * np.sin((lon2 - lon) / 2) ** 2
    return float(2 * 6371.0088 * np.arcsin(np.sqrt(half)))


def by_hand(data: RecallData, settings: Similarity, person: int, item: int) -> float:
    """Share of what the person declares that the item meets."""
    people, items = data.people, data.items
    met, whole = 0.0, 0.0
    for name in ("city", "title"):
        if people.columns[name][person] >= 0:
            whole += settings.weights.get(name, 1.0)
            same = people.columns[name][person] == items.columns[name][item]
            met += settings.weights.get(name, 1.0) * same
    mine, theirs = (
        t.lists["skills"].values[t.lists["skills"].start[r] : t.lists["skills"].start[r + 1]]
        for t, r in ((people, person), (items, item))
    )
    if len(mine):
        whole += settings.weights.get("skills", 1.0)
        met += settings.weights.get("skills", 1.0) * len(set(mine) & set(theirs)) / len(mine)
    a, b = people.columns["pay"][person], items.columns["pay"][item]
    if np.isfinite(a):
        whole += settings.weights.get("pay", 1.0)
        if np.isfinite(b):
            met += settings.weights.get("pay", 1.0) * max(0, 1 - abs(a - b) / abs(0.5 * a))
    home, there = (
        (t.columns["latitude"][r], t.columns["longitude"][r])
        for t, r in ((people, person), (items, item))
    )
    if np.isfinite(home[0]):
        whole += settings.weights.get("place", 1.0)
        if np.isfinite(there[0]):
            met += settings.weights.get("place", 1.0) * max(0, 1 - km(home, there) / 50)
    return met / whole if whole else 0.0


@pytest.mark.parametrize("weights", [{}, {"skills": 3.0, "pay": 0.5, "place": 2.0}])
def test_it_is_the_share_of_what_is_declared_that_is_met(weights: dict[str, float]) -> None:
    data, settings = market(), Similarity(weights=weights)
    asking = question(data)
    found = settings.fit(data, 1).recall(asking, data.items.size)
    quality = percentile(liked(data, 7.0))
    past = asking.past
    for p in range(data.people.size):
        rows = slice(past.start[p], past.start[p + 1])
        barred = past.item[rows][past.refused[rows] | (past.weight[rows] > 0)]
        expected = {}
        for j in np.flatnonzero(asking.is_open).tolist():
            met = by_hand(data, settings, p, j)
            if met > 0 and j not in barred:
                expected[j] = met + 0.05 * quality[j]
        there = found.items[p] >= 0
        got = dict(zip(found.items[p, there].tolist(), found.scores[p, there], strict=True))
        assert set(got) == set(expected)
        assert all(got[j] == pytest.approx(expected[j], abs=1e-5) for j in got)


def test_whoever_declares_nothing_gets_nothing() -> None:
    data = market()
    found = Similarity().fit(data, 1).recall(question(data, np.array([-1])), 10)
    assert (found.items == -1).all()
    bare = replace(data, matches=(), places=None)
    assert (Similarity().fit(bare, 1).recall(question(bare), 10).items == -1).all()


def test_it_needs_no_past() -> None:
    data = empty(market())
    found = Similarity().fit(data, 1).recall(question(data), 10)
    assert (found.items[:, 0] >= 0).mean() > 0.8


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"within": 0.0}, "similarity.within = 0.0: expected more than 0."),
        ({"within_km": -1.0}, "similarity.within_km = -1.0: expected more than 0."),
        ({"liked": -0.1}, "similarity.liked = -0.1: expected 0 or more."),
        ({"weights": {"pay": -1.0}}, "similarity.weights.pay = -1.0: expected 0 or more."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Similarity(**setting)
    assert str(caught.value) == message


def test_a_weight_of_no_match_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match=r"there is no match 'salary'. Known: city, pay, place"):
        Similarity(weights={"salary": 1.0}).fit(market(), 1)
