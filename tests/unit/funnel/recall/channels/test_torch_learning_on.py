"""Learning on: `update` of the channels whose nets torch learns, against stale and full fits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import market, question, table

from twoside.errors import ConfigError
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Asking, RecallData
from twoside.funnel.recall.channels.mind import MIND
from twoside.funnel.recall.channels.two_tower import TwoTower
from twoside.metrics.topn import Truth, recall_at
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import EntityTable

STYLES, PEOPLE, ITEMS = 6, 240, 180
OLD_ITEMS, OLD_PEOPLE = 150, 200
EACH, HOUR = 18, 3_600_000
LEARN = {"dim": 16, "batch": 64, "negatives": 64, "averaged": 40, "epochs": 8, "last": 6}
BOTH = [MIND(**LEARN), TwoTower(**LEARN)]

both = pytest.mark.parametrize("settings", BOTH, ids=["mind", "two_tower"])


def of_styles(hours: int) -> RecallData:
    """The world of people who like items of one style, after so many hours of EACH.

    At the middle a third of the items turn to another style, and new people and new items
    (without any word) come, so what was learned before is stale. A liked item leads to one of the
    next four of its style.
    """
    rng = np.random.default_rng(0)
    turned = np.arange(ITEMS) % 3 == 0
    later = np.where(turned, rng.permutation(ITEMS), np.arange(ITEMS)) % STYLES
    of_style = [
        [np.flatnonzero(style[:size] == s) for s in range(STYLES)]
        for style, size in ((np.arange(ITEMS) % STYLES, OLD_ITEMS), (later, ITEMS))
    ]
    rows = []
    for p in range(PEOPLE):
        at = int(rng.integers(0, 1000))
        for n in range(EACH):
            late = n >= EACH // 2
            if not late and p >= OLD_PEOPLE:
                continue
            style = p * 5 // 7 % STYLES
            mine = of_style[late][style]
            at += int(rng.integers(1, 5))
            rows.append((p, mine[at % len(mine)], n * HOUR + p))
    log = np.array(sorted(rows, key=lambda row: row[2]))
    log = log[log[:, 2] < hours * HOUR]
    behaviours = Behaviours(
        log[:, 0].astype(np.int32),
        log[:, 1].astype(np.int32),
        log[:, 2].astype(np.int64),
        np.ones(len(log), np.float32),
    )
    late = hours > EACH // 2
    people = EntityTable("p", PEOPLE if late else OLD_PEOPLE, {})
    return RecallData(
        behaviours, people, EntityTable("i", ITEMS if late else OLD_ITEMS, {}), hours * HOUR
    )


def asked_at(data: RecallData) -> tuple[Asking, Truth]:
    """Everybody asks at the end of `data`, and what they like next."""
    whole = of_styles(EACH).behaviours
    after = whole.where(whole.ts_ms >= data.now_ms)
    asking = ask(
        np.arange(PEOPLE, dtype=np.int32),
        np.full(PEOPLE, data.now_ms),
        data.behaviours.by_person(PEOPLE),
        data.people,
        data.items,
    )
    return asking, Truth.of(after.person, after.item, PEOPLE)


@both
def test_learning_on_is_better_than_what_is_stale_and_near_a_full_fit(settings: Any) -> None:
    settings = replace(settings, repeat=True)
    before, now = of_styles(EACH // 2), of_styles(EACH - 3)
    asking, truth = asked_at(now)
    stale = settings.fit(before, 0)
    packed = settings.unpack(stale.pack())
    updated = settings.update(packed, now, before.now_ms, 0)
    found = [
        recall_at(channel.recall(asking, 20).items, truth, 20)
        for channel in (stale, updated, settings.fit(now, 0))
    ]
    assert found[1] > 1.15 * found[0]
    assert found[1] > 0.85 * found[2]


@both
def test_many_small_steps_keep_what_was_learned(settings: Any) -> None:
    """Hour by hour, each with a few batches at most."""
    settings = replace(settings, repeat=True)
    fitted = settings.fit(of_styles(EACH // 2), 0)
    for hour in range(EACH // 2, EACH - 3):
        fitted = settings.update(fitted, of_styles(hour + 1), hour * HOUR, hour)
    now = of_styles(EACH - 3)
    asking, truth = asked_at(now)
    found = [
        recall_at(channel.recall(asking, 20).items, truth, 20)
        for channel in (fitted, settings.fit(now, 0))
    ]
    assert found[0] > 0.8 * found[1]


@both
def test_nothing_new_changes_nothing(settings: Any) -> None:
    data = market()
    fitted = settings.fit(data, 0)
    again = settings.update(fitted, data, data.now_ms, 1)
    for name, values in fitted.pack().arrays.items():
        assert np.array_equal(again.pack().arrays[name], values)
    log = data.behaviours  # what is liked again is no new like
    more = Behaviours(
        np.append(log.person, log.person[-1]),
        np.append(log.item, log.item[-1]),
        np.append(log.ts_ms, data.now_ms),
        np.append(log.strength, np.float32(1)),
    )
    later = replace(data, behaviours=more, now_ms=data.now_ms + 1)
    asking = question(later)
    found = [
        channel.recall(asking, 9).items
        for channel in (fitted, settings.update(fitted, later, data.now_ms, 1))
    ]
    assert np.array_equal(*found)


@both
def test_what_was_fitted_is_not_changed(settings: Any) -> None:
    before, now = of_styles(EACH // 2), of_styles(EACH - 3)
    fitted = settings.fit(before, 0)
    kept = {name: values.copy() for name, values in fitted.pack().arrays.items()}
    settings.update(fitted, now, before.now_ms, 0)
    assert all(np.array_equal(fitted.pack().arrays[name], kept[name]) for name in kept)


@both
def test_new_ids_without_likes_are_as_the_unknown_one(settings: Any) -> None:
    before, now = of_styles(EACH // 2), of_styles(EACH - 3)
    longer = replace(
        now, items=EntityTable("i", ITEMS + 7, {}), people=EntityTable("p", PEOPLE + 3, {})
    )
    fitted = settings.update(settings.fit(before, 0), longer, before.now_ms, 0)
    arrays = fitted.pack().arrays
    for name, size in (("item_id", ITEMS), ("bias", ITEMS), ("person_id", PEOPLE)):
        if name in arrays:
            values = arrays[name]
            assert (values[1 + size :] == values[0]).all()
            assert (values[1 : 1 + size] != values[0]).any()


@both
def test_words_that_came_since_are_learned(settings: Any) -> None:
    data = market(people=80, items=60, rows=1500)
    before = data.now_ms - 86_400_000 * 6
    early = replace(data, behaviours=data.behaviours.before(before), now_ms=before)
    fitted = settings.fit(early, 0)
    more = table("b", 60, np.random.default_rng(3))
    columns = {**data.items.columns, "colour": (np.arange(60) % 5).astype(np.int32)}
    sizes = {**data.items.sizes, "colour": 5, "title": more.sizes["title"] + 2}
    items = EntityTable("b", 60, columns, data.items.lists, None, sizes)
    found = settings.update(fitted, replace(data, items=items), before, 0)
    assert found.item_words.total == fitted.item_words.total + 7
    assert np.abs(found.pack().arrays["item_word"]).sum(axis=1).astype(bool).sum() >= 5


@both
def test_what_was_learned_in_another_shape_is_refused(settings: Any) -> None:
    data = market()
    fitted = settings.fit(data, 0)
    with pytest.raises(ConfigError, match=r"\.dim = 8: expected 16, as what shall be updated"):
        replace(settings, dim=8).update(fitted, data, 0, 0)


@both
def test_after_an_empty_past_it_is_a_fit(settings: Any) -> None:
    data = market()
    nothing = replace(data, behaviours=data.behaviours.where(np.zeros(len(data.behaviours), bool)))
    found = settings.update(settings.fit(nothing, 0), data, 0, 3)
    fitted = settings.fit(data, 3)
    asking = question(data)
    assert np.array_equal(found.recall(asking, 9).items, fitted.recall(asking, 9).items)
