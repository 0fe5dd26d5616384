"""The bits of active days against sets of days, over long gaps and late events."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.features.online.counters import CounterNeed, Counters

KINDS = ("expose", "view", "chat")
ACTIVE = ((("chat", "view"), 61), (("expose",), 3))
SLOTS = 6


@pytest.mark.parametrize("longest_gap", [1, 5, 80])
def test_each_bit_says_whether_that_day_had_one_of_the_events(longest_gap: int) -> None:
    rng = np.random.default_rng(longest_gap)
    counters = Counters(CounterNeed(("item",), (), (), ACTIVE), KINDS)
    counters.hold(SLOTS)
    days: dict[tuple[int, int], set[int]] = {}
    today, seen = 0, 0
    for _ in range(60):
        later = today + int(rng.integers(1, longest_gap + 1))
        counters.advance(today, later)
        today = later
        for late in (0, int(rng.integers(0, 70))):
            slots = rng.integers(-1, SLOTS, 2)
            kinds = rng.integers(0, 3, 2)
            ts_ms = np.zeros(2, np.int64)
            counters.add(slots, kinds, ts_ms, today - late, today)
            for slot, kind in zip(slots.tolist(), kinds.tolist(), strict=True):
                for column, (events, _) in enumerate(ACTIVE):
                    if KINDS[kind] in events:
                        days.setdefault((slot, column), set()).add(today - late)
        for slot in range(SLOTS):
            for column, (_, longest) in enumerate(ACTIVE):
                had = days.get((slot, column), set())
                wanted = sum(1 << ago for ago in range(longest + 1) if today - ago in had)
                assert counters.active[slot, column] == wanted
                seen += wanted > 0
    assert seen > 100
