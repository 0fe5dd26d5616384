"""Seeds: what the recent past is worth, and what must not come back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from unit.funnel.recall.little_market import NOW_MS, likes, market, question

from twoside.funnel.recall.channel import Asking
from twoside.funnel.recall.seeds import Seeds, never
from twoside.schema.calendar import DAY_MS


def asked() -> Asking:
    """Person 0 liked 3, 1 (twice), 4, refused 2; person 1 did nothing."""
    data = likes([0, 0, 0, 0, 0], [3, 1, 2, 1, 4], 2, 6)
    log = replace(
        data.behaviours,
        ts_ms=NOW_MS - np.array([8, 6, 5, 4, 0]) * DAY_MS - 1,
        strength=np.array([1, 1, -1, 3, 9], np.float32),
    )
    return question(replace(data, behaviours=log))


def test_worth_falls_with_order_and_with_age() -> None:
    seeds = Seeds.of(asked(), last=10, decay=0.5, half_life_days=4.0)
    assert seeds.start.tolist() == [0, 3, 3]
    assert seeds.item.tolist() == [4, 1, 3]
    np.testing.assert_allclose(seeds.worth, [3, 2 * 0.5 / 2, 1 * 0.25 / 4], rtol=1e-6)
    assert seeds.fade.tolist() == [1, 0.5, 0.25]
    assert Seeds.of(asked(), 1, 0.5, 4.0).item.tolist() == [4]
    assert Seeds.of(asked(), 9, 0.0, 4.0).item.tolist() == [4]
    assert Seeds.of(asked(), 9, 1.0, 1e-5).item.tolist() == [4]  # the others are worth nothing


def test_an_event_after_the_moment_counts_as_of_now() -> None:
    late = replace(asked(), now_ms=np.array([0, 0]))
    assert Seeds.of(late, 9, 1.0, 4.0).worth.tolist() == [3.0, 2.0, 1.0]


def test_only_known_items_are_left() -> None:
    seeds = Seeds.of(asked(), 10, 1.0, 1e9).known(np.array([1, 0, 1, 1], bool))
    assert seeds.item.tolist() == [3]
    assert seeds.start.tolist() == [0, 1, 1]


def test_refused_items_never_come_back_and_liked_ones_only_on_request() -> None:
    start, item = never(asked(), repeat=False)
    assert start.tolist() == [0, 4, 4]
    assert sorted(item.tolist()) == [1, 2, 3, 4]
    assert never(asked(), repeat=True)[1].tolist() == [2]


def test_everybody_of_a_market_is_what_each_is_alone() -> None:
    asking = question(market())
    seeds = Seeds.of(asking, 5, 0.9, 10.0)
    for n in range(len(asking)):
        one = Seeds.of(question(market(), np.array([n])), 5, 0.9, 10.0)
        rows = slice(seeds.start[n], seeds.start[n + 1])
        assert np.array_equal(one.item, seeds.item[rows])
        assert np.array_equal(one.worth, seeds.worth[rows])
