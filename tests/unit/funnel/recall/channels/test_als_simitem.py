"""Factors: what they find in a planted market, and answers against dense arithmetic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question
from unit.funnel.recall.planted import blocks, most_liked, share_of_own_block

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS
from twoside.funnel.recall.channels.als_simitem import ALSSimItem, FittedItems, FittedPerson
from twoside.funnel.recall.near_lists import NearLists, famed
from twoside.funnel.recall.seeds import never
from twoside.index.vectors import VectorIndex
from twoside.metrics.topn import recall_at

SMALL = ALS(dim=4, penalty=0.3, alpha=10.0)
BY_PERSON = ALSSimItem(als=SMALL, decay=1.0)
BY_ITEMS = replace(BY_PERSON, by="items", fame=0.5)
both = pytest.mark.parametrize("settings", [BY_PERSON, BY_ITEMS], ids=["person", "items"])


@both
def test_it_finds_the_blocks_that_popularity_cannot_see(settings: ALSSimItem) -> None:
    data, asking, truth = blocks()
    found = settings.fit(data, 0).recall(asking, 20).items
    assert recall_at(found, truth, 20) > 1.8 * recall_at(most_liked(data, 20), truth, 20)
    assert share_of_own_block(found) > 0.95


@pytest.mark.parametrize("fame", [1.0, 0.4])
def test_by_person_the_score_is_the_product_with_the_solved_vector(fame: float) -> None:
    data = market()
    settings = replace(BY_PERSON, fame=fame, decay=0.8, last=7)
    fitted = settings.fit(data, 0)
    assert isinstance(fitted, FittedPerson)
    asking = question(data)
    x = fitted.factors.fold_in(settings.seeds(asking)).astype(float)
    y = np.zeros((data.items.size, 4))
    known = fitted.factors.known
    y[known] = famed(fitted.factors.vector[known], fame)
    out = fitted.recall(asking, data.items.size)
    start, barred = never(asking, repeat=False)
    for n in range(len(asking)):
        may = known & asking.is_open
        may[barred[start[n] : start[n + 1]]] = False
        there = out.items[n] >= 0
        assert sorted(out.items[n][there]) == np.flatnonzero(may).tolist()
        np.testing.assert_allclose(
            out.scores[n][there], y[out.items[n][there]] @ x[n], rtol=1e-4, atol=1e-5
        )


def test_by_items_the_score_is_the_sum_of_cosines() -> None:
    data = market()
    settings = replace(BY_ITEMS, fame=0.0, neighbours=40)
    fitted = settings.fit(data, 0)
    assert isinstance(fitted, FittedItems)
    asking = question(data)
    vector = SMALL.learn(data, 0).vector.astype(float)
    length = np.linalg.norm(vector, axis=1, keepdims=True)
    unit = np.divide(vector, length, out=np.zeros_like(vector), where=length > 0)
    near = (unit @ unit.T).clip(min=0)
    np.fill_diagonal(near, 0)
    seeds = settings.seeds(asking)
    out = fitted.recall(asking, 5)
    for n in range(len(asking)):
        rows = slice(seeds.start[n], seeds.start[n + 1])
        total = (seeds.worth[rows, None] * near[seeds.item[rows]]).sum(axis=0)
        there = out.items[n] >= 0
        np.testing.assert_allclose(out.scores[n][there], total[out.items[n][there]], rtol=1e-4)


def test_less_fame_gives_rarer_items() -> None:
    data, asking, _ = blocks()
    likers = np.bincount(data.behaviours.item, minlength=data.items.size)
    for settings in (BY_PERSON, BY_ITEMS):
        much, little = (
            replace(settings, fame=fame).fit(data, 0).recall(asking, 10).items for fame in (1.5, 0)
        )
        assert likers[little].mean() < 0.95 * likers[much].mean()


@both
def test_the_latest_items_count_most(settings: ALSSimItem) -> None:
    data, asking, _ = blocks()
    other = asking.item.copy()
    for n in range(len(asking)):  # the latest three are of the next block
        rows = slice(asking.start[n + 1] - 3, asking.start[n + 1])
        other[rows] = (n + 1) % 4 + 4 * np.array([3, 7, 11])
    moved = replace(asking, item=other)
    even, quick = (
        replace(settings, decay=decay).fit(data, 0).recall(moved, 10).items for decay in (1.0, 0.3)
    )
    assert share_of_own_block(quick) < 0.3
    assert share_of_own_block(even) > 0.6


@both
def test_nobody_and_nothing_known_is_an_empty_answer(settings: ALSSimItem) -> None:
    data, asking, _ = blocks(new=10)
    fitted = settings.fit(data, 0)
    only_new = replace(asking, item=np.full_like(asking.item, 155))
    assert (fitted.recall(only_new, 5).items == -1).all()
    stranger = question(data, np.array([-1]))
    assert (fitted.recall(stranger, 5).items == -1).all()
    assert (fitted.recall(asking, 160).items < 150).all()  # nobody had liked the last ten
    nothing = settings.fit(empty(data), 0).recall(asking, 5)
    assert (nothing.items == -1).all()
    assert (nothing.scores == 0).all()


@both
def test_liked_items_come_back_only_on_request(settings: ALSSimItem) -> None:
    data, asking, _ = blocks()
    log = data.behaviours
    liked = set(zip(log.person.tolist(), log.item.tolist(), strict=True))
    for repeat in (False, True):
        found = replace(settings, repeat=repeat).fit(data, 0).recall(asking, 20).items
        given = {(p, i) for p, row in enumerate(found.tolist()) for i in row}
        assert bool(given & liked) == repeat


def test_cells_answer_nearly_as_exact_search_does() -> None:
    data, asking, _ = blocks()
    cells = replace(BY_PERSON, search=VectorIndex(exact_below=0))
    exact, near = (s.fit(data, 0).recall(asking, 20).items for s in (BY_PERSON, cells))
    assert np.mean([np.isin(a, b).mean() for a, b in zip(exact, near, strict=True)]) > 0.95
    packed = cells.fit(data, 0).pack()
    assert np.array_equal(cells.unpack(packed).recall(asking, 20).items, near)
    lists = NearLists.of_vectors(np.eye(4, dtype=np.float32), 1.0, 3, cells.search, 0)
    assert (lists.near == 0).sum() == 0


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"by": "people"}, "als_simitem.by = 'people': expected 'person' or 'items'."),
        ({"last": 0}, "als_simitem.last = 0: expected 1 or more."),
        ({"decay": 1.1}, "als_simitem.decay = 1.1: expected 0 to 1."),
    ],
)
def test_settings_are_checked(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ALSSimItem(**setting)
