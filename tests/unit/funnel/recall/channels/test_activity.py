"""Activity against a few lines of plain Python."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, empty, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channels.activity import Activity
from twoside.schema.calendar import DAY_MS


@pytest.mark.parametrize("by_group", [True, False])
def test_the_order_is_groups_then_activity_then_the_latest(by_group: bool) -> None:
    data = market(rows=300)
    asking = question(data)
    settings = Activity(half_life_days=2.0, within_days=5.0, by_group=by_group)
    found = settings.fit(data, 1).recall(asking, data.items.size)
    log = data.behaviours
    active, last = np.zeros(data.items.size), np.full(data.items.size, -1)
    for j, ts in zip(log.item, log.ts_ms, strict=True):  # whatever the sign
        active[j] += 2 ** (-(NOW_MS - ts) / DAY_MS / 2)
        last[j] = max(last[j], ts)
    past = asking.past
    for p in range(data.people.size):
        rows = slice(past.start[p], past.start[p + 1])
        refused = set(past.item[rows][past.refused[rows]].tolist())

        def shared(j: int, p: int = p) -> int:
            pairs = [
                (t.columns[n][r])
                for n in ("city", "title")
                for t, r in ((data.people, p), (data.items, j))
            ]
            return sum(a == b and a >= 0 for a, b in (pairs[:2], pairs[2:])) if by_group else 0

        there = [
            j
            for j in np.flatnonzero(asking.is_open).tolist()
            if last[j] >= NOW_MS - 5 * DAY_MS and j not in refused
        ]
        expected = sorted(there, key=lambda j: (-shared(j), -active[j], -last[j], j))
        assert found.items[p][found.items[p] >= 0].tolist() == expected


def test_a_refusal_is_activity_too_and_silence_is_none() -> None:
    data = market()
    log = data.behaviours
    log.strength[:] = -1
    found = Activity().fit(data, 1).recall(question(data, np.array([-1])), data.items.size)
    assert (found.items[0] >= 0).any()
    quiet = empty(data)
    assert (Activity().fit(quiet, 1).recall(question(quiet), 10).items == -1).all()


def test_a_wrong_setting_says_what_was_expected() -> None:
    with pytest.raises(ConfigError, match=r"activity.within_days = 0.0: expected more than 0."):
        Activity(within_days=0.0)
