"""History: one's own items, strongest and latest first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, likes, question

from twoside.funnel.recall.channels.history import History
from twoside.schema.calendar import DAY_MS


def test_strength_and_age_decide() -> None:
    data = likes([0, 0, 0, 0], [0, 1, 2, 1], 1, 4)
    ts_ms = NOW_MS - np.array([4, 4, 2, 4]) * DAY_MS
    strength = np.array([4, 4, 1, 5], np.float32)
    log = replace(data.behaviours, ts_ms=ts_ms, strength=strength)
    data = replace(data, behaviours=log)
    found = History(half_life_days=2.0).fit(data, 0).recall(question(data), 4)
    # 1: sqrt(4 + 5) / 4, 2: 1 / 2, 0: sqrt(4) / 4; of equals the lower row
    assert found.items[0].tolist() == [1, 0, 2, -1]
    assert found.scores[0].tolist() == pytest.approx([0.75, 0.5, 0.5, 0.0])


def test_closed_items_stay_away() -> None:
    data = likes([0, 0], [0, 1], 1, 2)
    asking = replace(question(data), is_open=np.array([False, True]))
    assert History().fit(data, 0).recall(asking, 2).items[0].tolist() == [1, -1]
