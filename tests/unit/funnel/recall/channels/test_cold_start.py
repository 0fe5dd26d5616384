"""Cold start: every new item gets its chance, new people get what their like liked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import stats
from unit.funnel.recall.little_market import NOW_MS, empty, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channels.cold_start import ColdStart, beta
from twoside.funnel.recall.channels.hot import Hot
from twoside.schema.calendar import DAY_MS


@pytest.mark.parametrize(("liked", "refused"), [(0, 0), (2, 1), (0, 3)])
def test_draws_are_those_of_the_beta_distribution(liked: int, refused: int) -> None:
    draws = np.array([beta(np.uint64(key), liked, refused) for key in range(3000)])
    assert stats.kstest(draws, stats.beta(1 + liked, 1 + refused).cdf).pvalue > 0.001


def test_new_items_are_those_of_few_behaviours_that_are_not_old() -> None:
    data = market(rows=300)
    asking = question(data)
    settings = ColdStart(few=6, within_days=12.0)
    found = settings.fit(data, 1).recall(asking, data.items.size)
    count = np.bincount(data.behaviours.item, minlength=data.items.size)
    born = data.items.columns["born"]
    new = (count < 6) & ((born < 0) | (born >= NOW_MS - 12 * DAY_MS)) & asking.is_open
    past = asking.past
    for p in range(data.people.size):
        rows = slice(past.start[p], past.start[p + 1])
        known = past.refused[rows] | (past.weight[rows] > 0)
        if not (past.weight[rows] * ~past.refused[rows]).any():
            continue  # a new person gets more
        expected = set(np.flatnonzero(new).tolist()) - set(past.item[rows][known].tolist())
        assert set(found.items[p].tolist()) - {-1} == expected


def test_what_fits_comes_first_as_the_setting_grows() -> None:
    data = empty(market(items=200))
    asking = question(data)
    title = data.people.columns["title"]
    shares = []
    for match in (0.0, 0.5, 5.0):
        settings = ColdStart(share=1.0, match=match, within_days=1000.0)
        items = settings.fit(data, 1).recall(asking, 10).items
        theirs = data.items.columns["title"][items]
        known = title >= 0
        shares.append((theirs[known] == title[known, None]).mean())
    assert shares[0] < 0.3 < shares[1] < shares[2]


def test_every_new_item_gets_a_chance_and_the_refused_ones_fewer() -> None:
    data = market(people=400, items=60, rows=1)
    log = data.behaviours
    refused = np.repeat(np.arange(20, dtype=np.int32), 4)
    log = replace(
        log,
        person=np.arange(80, dtype=np.int32),
        item=refused,
        ts_ms=np.full(80, NOW_MS - DAY_MS),
        strength=np.full(80, -1, np.float32),
    )
    data = replace(data, behaviours=log, matches=(), born=None)
    asking = replace(question(data), is_open=np.ones(60, bool))
    items = ColdStart(share=1.0).fit(data, 1).recall(asking, 10).items[80:]
    shown = np.bincount(items[items >= 0], minlength=60)
    assert (shown[20:] > 20).all()
    assert 0 < shown[:20].mean() < 0.35 * shown[20:].mean()


def test_another_day_another_person_and_another_seed_see_others() -> None:
    data = empty(market(items=200))
    settings = ColdStart(share=1.0, within_days=1000.0)
    asking = question(data)
    today = settings.fit(data, 1).recall(asking, 10).items
    tomorrow = replace(asking, now_ms=asking.now_ms + DAY_MS)
    assert (settings.fit(data, 1).recall(tomorrow, 10).items != today).any(axis=1).all()
    assert (settings.fit(data, 2).recall(asking, 10).items != today).any(axis=1).all()
    assert len(np.unique(today, axis=0)) == len(today)
    same_day = replace(asking, now_ms=asking.now_ms - asking.now_ms % DAY_MS)
    later = replace(asking, now_ms=same_day.now_ms + 1000)
    one, two = (settings.fit(data, 1).recall(a, 10).items for a in (same_day, later))
    assert np.array_equal(one, two)


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 1.0])
def test_a_new_persons_list_alternates_by_the_share(share: float) -> None:
    data = market(items=200, rows=1500)
    asking = question(data, np.array([-1]))
    settings = ColdStart(share=share, few=3, within_days=1000.0)
    found = settings.fit(data, 1).recall(asking, 40).items[0]
    hot = Hot(14.0, True, 50.0).fit(data, 1).recall(asking, 40).items[0]
    count = np.bincount(data.behaviours.item, minlength=200)
    explored = np.array([count[j] < 3 and j not in hot for j in found[:12]])
    if share == 0:
        assert found.tolist() == hot.tolist()
    else:
        expected = np.floor(np.arange(1, 13) * share) > np.floor(np.arange(12) * share)
        assert explored.tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"share": 1.5}, "cold_start.share = 1.5: expected 0 to 1."),
        ({"few": -1}, "cold_start.few = -1: expected 0 or more."),
        ({"match": -1.0}, "cold_start.match = -1.0: expected 0 or more."),
        ({"within_days": 0.0}, "cold_start.within_days = 0.0: expected more than 0."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        ColdStart(**setting)
    assert str(caught.value) == message
