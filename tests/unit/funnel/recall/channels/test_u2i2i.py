"""Near items by vectors: blocks, decay by order and by age, and items that nobody liked yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question
from unit.funnel.recall.planted import BLOCKS, blocks, most_liked, share_of_own_block

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS
from twoside.funnel.recall.channels.als_simitem import ALSSimItem
from twoside.funnel.recall.channels.u2i2i import U2I2I
from twoside.metrics.topn import recall_at
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import EntityTable

SMALL = U2I2I(als=ALS(dim=4, penalty=0.3, alpha=10.0))


@pytest.mark.parametrize("vectors", ["als", "content"])
def test_it_finds_the_blocks_that_popularity_cannot_see(vectors: Any) -> None:
    data, asking, truth = blocks()
    found = replace(SMALL, vectors=vectors).fit(data, 0).recall(asking, 20).items
    assert recall_at(found, truth, 20) > 1.8 * recall_at(most_liked(data, 20), truth, 20)
    assert share_of_own_block(found) > 0.95


def test_without_words_it_is_the_sum_of_near_items() -> None:
    data = market()
    asking = question(data)
    same = ALSSimItem("items", replace(SMALL.als, half_life_days=30.0), 0.4, 20, 0.7)
    mine = replace(SMALL, als=same.als, vectors="als", half_life_days=30.0)
    one, two = (s.fit(data, 0).recall(asking, 15) for s in (same, mine))
    assert np.array_equal(one.items, two.items)
    assert np.array_equal(one.scores, two.scores)


@pytest.mark.parametrize("how", ["order", "age"])
def test_the_latest_count_most_by_order_and_by_age(how: str) -> None:
    data, asking, _ = blocks()
    other, ts_ms = asking.item.copy(), asking.ts_ms - 30 * DAY_MS
    for n in range(len(asking)):  # the latest three are of the next block
        rows = slice(asking.start[n + 1] - 3, asking.start[n + 1])
        other[rows] = (n + 1) % BLOCKS + BLOCKS * np.array([3, 7, 11])
        ts_ms[rows] = data.now_ms - DAY_MS
    moved = replace(asking, item=other, ts_ms=ts_ms)
    even = replace(SMALL, decay=1.0, half_life_days=1e6)
    quick = replace(even, decay=0.3) if how == "order" else replace(even, half_life_days=3.0)
    slow_own, quick_own = (
        share_of_own_block(s.fit(data, 0).recall(moved, 10).items) for s in (even, quick)
    )
    assert quick_own < 0.3
    assert slow_own > 0.6


def test_items_that_nobody_liked_yet_are_found_by_their_words() -> None:
    data, asking, _ = blocks(new=20)
    found = SMALL.fit(data, 0).recall(asking, 40).items
    first = [row[row >= 140][:1].tolist() for row in found]
    own = [row == [] or row[0] % BLOCKS == n % BLOCKS for n, row in enumerate(first)]
    assert np.mean([len(row) for row in first]) > 0.5
    assert np.mean(own) > 0.9
    only_liked = replace(SMALL, vectors="als").fit(data, 0).recall(asking, 40).items
    assert only_liked.max() < 140


def test_items_that_came_after_the_fit_are_found_by_words_that_were_there() -> None:
    data, asking, _ = blocks()
    fitted = SMALL.fit(data, 0)
    code = np.append(data.items.columns["block"], [1, 2, 7, -1]).astype(np.int32)
    items = EntityTable("i", 164, {"block": code}, sizes={"block": 8})
    later = replace(asking, items=items, is_open=np.ones(164, bool))
    found = fitted.recall(later, 60).items
    for n, row in enumerate(found):
        assert row.max() < 162  # what says nothing known is not found
        if n % BLOCKS in (1, 2):
            assert row[row >= 160][0] == 159 + n % BLOCKS
    again = SMALL.unpack(fitted.pack()).recall(later, 60)
    assert np.array_equal(again.items, found)
    before = fitted.recall(asking, 60)  # the table of before is answered as before
    assert np.array_equal(before.items, SMALL.unpack(fitted.pack()).recall(asking, 60).items)


def test_a_new_item_that_was_just_liked_leads_to_others_like_it() -> None:
    data, asking, _ = blocks(new=20)
    only_new = replace(asking, item=np.full_like(asking.item, 141))
    found = SMALL.fit(data, 0).recall(only_new, 30).items
    liked = np.unique(data.behaviours.item)
    assert not np.isin(found, liked).any()
    alike = np.setdiff1d(np.arange(1, 160, BLOCKS), [*liked, 141])
    assert (np.sort(found[:, : len(alike)]) == alike).all()


def test_nobody_and_an_empty_past_get_nothing() -> None:
    data, asking, _ = blocks()
    stranger = question(data, np.array([-1]))
    assert (SMALL.fit(data, 0).recall(stranger, 5).items == -1).all()
    assert (SMALL.fit(empty(data), 0).recall(asking, 5).items == -1).all()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"vectors": "words"}, "u2i2i.vectors = 'words': expected 'als' or 'content'."),
        ({"neighbours": 0}, "u2i2i.neighbours = 0: expected 1 or more."),
        ({"decay": 2.0}, "u2i2i.decay = 2.0: expected 0 to 1."),
        ({"penalty": 0.0}, "u2i2i.penalty = 0.0: expected more than 0."),
    ],
)
def test_settings_are_checked(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        U2I2I(**setting)
