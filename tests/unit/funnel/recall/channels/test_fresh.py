"""Fresh: groups before age, age by steps, and within a step how much an item is liked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from unit.funnel.recall.little_market import NOW_MS, likes, market, question

from twoside.funnel.recall.channels.fresh import Fresh
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import EntityTable


def test_shared_groups_come_before_any_age() -> None:
    data = market(rows=0)
    asking = question(data)
    found = Fresh().fit(data, 0).recall(asking, 40)
    for p in range(data.people.size):
        items = found.items[p][found.items[p] >= 0]
        shared = np.zeros(len(items), int)
        for column in ("city", "title"):
            mine = data.people.columns[column][p]
            shared += (data.items.columns[column][items] == mine) & (mine >= 0)
        assert (np.diff(shared) <= 0).all()
        days = data.items.columns["born"][items] // DAY_MS
        assert all(
            a >= b for a, b, same in zip(days, days[1:], np.diff(shared) == 0, strict=False) if same
        )
        known = asking.is_open & (data.items.columns["born"] >= 0)
        assert set(items.tolist()) == set(np.flatnonzero(known).tolist())


def test_the_old_are_not_fresh() -> None:
    born = np.array([NOW_MS - 5 * DAY_MS, NOW_MS - 20 * DAY_MS, -1, NOW_MS - 1])
    items = EntityTable("i", 4, {"born": born})
    data = replace(likes([], [], 1, 4), items=items, born="born")
    found = Fresh(within_days=10).fit(data, 0).recall(question(data), 4)
    assert found.items[0].tolist() == [3, 0, -1, -1]


def test_within_a_day_the_most_liked_comes_first() -> None:
    day = NOW_MS // DAY_MS * DAY_MS - DAY_MS
    items = EntityTable("i", 3, {"born": np.array([day + 2, day + 1, day])})
    data = replace(likes([0, 1, 2, 3], [2, 2, 1, 2], 4, 3), items=items, born="born")
    data = replace(data, now_ms=NOW_MS)
    found = Fresh().fit(data, 0).recall(question(data, np.array([-1])), 3)
    assert found.items[0].tolist() == [2, 1, 0]


def test_without_a_column_the_first_behaviour_is_the_beginning() -> None:
    data = likes([0, 0, 0], [2, 0, 1], 1, 4)
    asking = question(data, np.array([-1]))
    found = Fresh(step_hours=1e-4).fit(data, 0).recall(asking, 4)
    assert found.items[0].tolist() == [1, 0, 2, -1]


def test_an_item_that_came_after_the_fit_is_newest() -> None:
    data = likes([0, 0], [0, 1], 1, 2)
    fitted = Fresh().fit(data, 0)
    later = replace(data, items=EntityTable("i", 3, {}))
    assert fitted.recall(question(later, np.array([-1])), 3).items[0, 0] == 2
