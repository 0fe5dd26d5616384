"""Content: its score is the weighted sum of its reasons, and the weights are worth learning."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from unit.funnel.recall.little_market import MATCHES, NOW_MS, START_MS, market, question, table

from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.content import Content
from twoside.schema.behaviours import Behaviours
from twoside.schema.entities import Codes


def test_reasons_sum_to_the_score() -> None:
    data = market(people=30, items=80, rows=600)
    asking = question(data)
    fitted = Content().fit(data, 0)
    found = fitted.recall(asking, 20)
    row, place = np.nonzero(found.items >= 0)
    reasons = fitted.reasons(asking, row, found.items[row, place])
    total = np.sum(list(reasons.values()), axis=0)
    np.testing.assert_allclose(found.scores[row, place], total, rtol=1e-4, atol=1e-5)
    assert {"declared city", "recent skills", "near pay", "liked"} <= set(reasons)


def test_no_open_item_outside_the_list_scores_higher() -> None:
    data = market(people=20, items=80, rows=600)
    asking = question(data)
    fitted = Content(repeat=True, least=10_000).fit(data, 0)
    found = fitted.recall(asking, 10)
    everything = np.flatnonzero(asking.is_open)
    for p in range(20):
        row = np.full(len(everything), p)
        score = np.sum(list(fitted.reasons(asking, row, everything).values()), axis=0)
        outside = ~np.isin(everything, found.items[p])
        refused = set(everything[outside & (score > found.scores[p, -1] + 1e-4)].tolist())
        mine = data.behaviours.person == p
        last = dict(
            zip(data.behaviours.item[mine].tolist(), data.behaviours.strength[mine], strict=True)
        )
        assert all(last.get(i, 0.0) < 0 for i in refused)


def by_title(rows: int, seed: int) -> RecallData:
    """A market in which people like items of their own title, wherever these are."""
    rng = np.random.default_rng(seed)
    people, items = table("a", 80, rng), table("b", 200, rng)
    wanted, offered = people.columns["title"], items.columns["title"]
    person = rng.choice(np.flatnonzero(wanted >= 0), rows).astype(np.int32)
    item = np.array(
        [rng.choice(np.flatnonzero(offered == wanted[p])) for p in person], np.int32
    ).reshape(rows)
    ts_ms = np.sort(rng.integers(START_MS, NOW_MS, rows))
    log = Behaviours(person, item, ts_ms, np.ones(rows, np.float32))
    return RecallData(log, people, items, NOW_MS, MATCHES)


def test_what_decides_is_learned() -> None:
    data = by_title(rows=1500, seed=0)
    fitted = Content().fit(data, 0)
    row, item = np.arange(80), np.zeros(80, np.int32)
    names = list(fitted.reasons(question(data), row, item))
    weight = dict(zip(names, fitted.weights, strict=True))
    assert weight["declared title"] > 3 * weight["declared city"]
    titles = data.items.columns["title"][fitted.recall(question(data), 5).items]
    known = data.people.columns["title"] >= 0
    assert (titles[known] == data.people.columns["title"][known, None]).mean() > 0.95


def test_recent_items_speak_for_people_who_declare_nothing() -> None:
    data = replace(by_title(rows=1500, seed=1), matches=())
    found = Content().fit(data, 0).recall(question(data), 5)
    active = np.unique(data.behaviours.person)
    titles = data.items.columns["title"][found.items[active]]
    assert (titles == data.people.columns["title"][active, None]).mean() > 0.9


def test_people_who_declare_nothing_and_did_nothing_get_nothing() -> None:
    data = by_title(rows=200, seed=2)
    found = Content().fit(data, 0).recall(question(data, np.array([-1])), 5)
    assert (found.items == -1).all()


@pytest.mark.parametrize("rows", [0, 20])
def test_too_small_a_past_leaves_the_plain_weights(rows: int) -> None:
    fitted = Content().fit(by_title(rows=rows, seed=0), 0)
    assert set(fitted.weights.tolist()) == {1.0, 0.1}


def test_an_item_after_the_fit_is_found_by_its_words() -> None:
    data = by_title(rows=1500, seed=3)
    fitted = Content().fit(data, 0)
    more = table("b", 260, np.random.default_rng(9))
    asking = replace(
        question(data),
        items=more,
        is_open=np.arange(260) >= 200,
        person=np.arange(80, dtype=np.int32),
    )
    found = fitted.recall(asking, 3)
    assert (found.items >= 200).any()


def test_a_word_that_all_items_have_twice_says_nothing() -> None:
    data = market(people=30, items=80, rows=600)
    skills = data.items.lists["skills"]
    new = data.items.sizes["skills"]
    words = [[*skills.values[a:b].tolist(), new, new] for a, b in pairwise(skills.start.tolist())]
    start = np.concatenate([[0], np.cumsum([len(row) for row in words])]).astype(np.int64)
    common = Codes(np.concatenate(words).astype(np.int32), start)
    items = replace(
        data.items,
        lists={**data.items.lists, "skills": common},
        sizes={**data.items.sizes, "skills": new + 1},
    )
    data = replace(data, items=items)
    found = Content().fit(data, 0).recall(question(data), 60).items
    assert (found >= 0).any()
    for row in found:
        there = row[row >= 0]
        assert len(np.unique(there)) == len(there)
