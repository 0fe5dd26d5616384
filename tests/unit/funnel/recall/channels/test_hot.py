"""Hot: decayed counts, and the smoothed share of a group."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import market, question

from twoside.funnel.recall.channels.hot import Hot
from twoside.schema.calendar import DAY_MS


def test_the_order_without_groups_is_that_of_decayed_strengths() -> None:
    data = market()
    log = data.behaviours
    worth = np.where(log.strength > 0, log.strength, 0) * 0.5 ** (
        (data.now_ms - log.ts_ms) / DAY_MS / 4.0
    )
    score = np.bincount(log.item, worth, minlength=data.items.size)
    asking = question(data, np.array([-1]))
    found = Hot(half_life_days=4.0, by_group=False).fit(data, 0).recall(asking, 10)
    expected = [i for i in np.argsort(-score, kind="stable") if asking.is_open[i]][:10]
    assert found.items[0].tolist() == expected


def test_a_group_is_its_own_share_smoothed_by_the_whole() -> None:
    data = market()
    settings = Hot(backoff=30.0)
    asking = question(data)
    found = settings.fit(data, 0).recall(asking, 40)
    log = data.behaviours
    good = log.strength > 0
    worth = log.strength * 0.5 ** ((data.now_ms - log.ts_ms) / DAY_MS / settings.half_life_days)
    size = data.items.size
    share = np.bincount(log.item[good], worth[good], minlength=size) / worth[good].sum()
    for p in range(data.people.size):
        parts = []
        for column in ("city", "title"):
            code = data.people.columns[column]
            if code[p] >= 0:
                rows = good & (code[log.person] == code[p])
                n = np.bincount(log.item[rows], worth[rows], minlength=size)
                parts.append((n + 30.0 * share) / (n.sum() + 30.0))
        expected = np.mean(parts, axis=0) if parts else share
        there = found.items[p] >= 0
        np.testing.assert_allclose(
            found.scores[p][there], expected[found.items[p][there]], rtol=1e-5
        )
        assert found.scores[p, 0] == pytest.approx(
            max(expected[i] for i in range(size) if asking.is_open[i] and not refused(data, p, i))
        )


def refused(data: object, p: int, i: int) -> bool:
    log = data.behaviours  # type: ignore[attr-defined]
    rows = np.flatnonzero((log.person == p) & (log.item == i))
    return len(rows) > 0 and log.strength[rows[-1]] < 0


def test_what_nobody_likes_is_not_hot() -> None:
    data = market()
    quiet = replace(data.behaviours, strength=-np.ones(len(data.behaviours), np.float32))
    asking = question(data, np.array([-1]))
    found = Hot().fit(replace(data, behaviours=quiet), 0).recall(asking, 10)
    assert (found.items == -1).all()
