"""The reasons of an item sum to its score, in every channel that gives some."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question

from twoside.funnel.recall.channels.als_simitem import ALSSimItem
from twoside.funnel.recall.channels.content import Content
from twoside.funnel.recall.channels.content_simitem import ContentSimItem
from twoside.funnel.recall.channels.ease import Ease
from twoside.funnel.recall.channels.hot import Hot
from twoside.funnel.recall.channels.item2vec import Item2Vec
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.channels.mind import MIND
from twoside.funnel.recall.channels.swing import Swing
from twoside.funnel.recall.channels.two_tower import TwoTower
from twoside.funnel.recall.channels.u2i2i import U2I2I
from twoside.funnel.recall.channels.u2u2i import U2U2I
from twoside.funnel.recall.channels.usercf import UserCF
from twoside.funnel.recall.neighbours import ItemNeighbours
from twoside.funnel.recall.reasons import (
    HasVectors,
    NearItems,
    NearPeople,
    by_cosine,
    nearest,
    reasons,
)

ITEMS = {
    "itemcf": ItemCF(),
    "swing": Swing(),
    "ease": Ease(),
    "als by person": ALSSimItem(),
    "als by items": ALSSimItem(by="items"),
    "u2i2i": U2I2I(),
    "u2i2i of likes alone": U2I2I(vectors="als"),
}
PEOPLE = {"usercf": UserCF(neighbours=9), "u2u2i": U2U2I(people=9)}


@pytest.mark.parametrize("name", [*ITEMS, *PEOPLE])
def test_reasons_sum_to_the_score_of_every_item_that_is_found(name: str) -> None:
    data = market()
    fitted = (ITEMS | PEOPLE)[name].fit(data, 3)
    assert isinstance(fitted, NearItems if name in ITEMS else NearPeople)
    seen = 0
    for person in (0, 7, 23, -1):
        asking = question(data, np.array([person]))
        found = fitted.recall(asking, 40)
        allowed = set(asking.past.item[(asking.past.weight > 0) & ~asking.past.refused].tolist())
        if name in PEOPLE:
            allowed = set(fitted.near_people(asking).items.tolist()) - {person}
        for item, score in zip(found.items[0].tolist(), found.scores[0].tolist(), strict=True):
            if item < 0:
                continue
            told = fitted.reasons(asking, item)
            assert told.adds.sum() == pytest.approx(score, rel=2e-4, abs=1e-6)
            assert (np.diff(told.adds) <= 0).all()
            assert set(told.rows.tolist()) <= allowed
            assert told.of == ("items" if name in ITEMS else "people")
            seen += 1
    assert seen > 30


def test_items_without_likes_are_explained_by_their_words() -> None:
    data = market(items=60, rows=300)
    fitted = U2I2I().fit(data, 3)
    asking = question(data, np.array([4]))
    found = fitted.recall(asking, 60)
    new = [
        (item, score)
        for item, score in zip(found.items[0].tolist(), found.scores[0].tolist(), strict=True)
        if item >= 0 and not fitted.vector[item].any()
    ]
    assert new
    for item, score in new:
        assert fitted.reasons(asking, item).adds.sum() == pytest.approx(score, rel=1e-4)


def test_a_recent_item_counts_by_its_order_its_weight_and_how_near_it_is() -> None:
    data = market()
    asking = question(data, np.array([5]))
    liked = (asking.past.weight > 0) & ~asking.past.refused
    first, second = asking.past.item[liked][:2].tolist()
    start = np.zeros(data.items.size + 1, np.int64)
    start[min(first, second) + 1 :] += 1
    start[max(first, second) + 1 :] += 1
    near = np.array([0.25, -0.5] if first < second else [-0.5, 0.25], np.float32)
    fitted = ItemNeighbours(start, np.array([9, 9], np.int32), near, {}, 20, 0.5, repeat=True)
    told = fitted.reasons(asking, 9)
    weight = asking.past.weight[liked]
    assert told.rows.tolist() == [first, second]
    assert told.adds.tolist() == pytest.approx([weight[0] * 0.25, weight[1] * 0.5 * -0.5])
    assert (
        len(ItemNeighbours(start, *fitted_lists(fitted), {}, 1, 0.5, True).reasons(asking, 9).rows)
        == 1
    )


def fitted_lists(fitted: ItemNeighbours) -> tuple[np.ndarray, np.ndarray]:
    return fitted.item, fitted.near


@pytest.mark.parametrize("name", [*ITEMS, *PEOPLE])
def test_an_empty_past_and_an_unknown_item_have_no_reasons(name: str) -> None:
    data = market()
    settings = (ITEMS | PEOPLE)[name]
    assert (
        len(settings.fit(empty(data), 3).reasons(question(empty(data), np.array([1])), 2).rows) == 0
    )
    if name not in ("u2i2i",):
        fitted = settings.fit(data, 3)
        assert len(fitted.reasons(question(data, np.array([1])), 10_000).rows) == 0


@pytest.mark.parametrize("name", ITEMS)
def test_neighbours_come_nearest_first_and_never_the_item_itself(name: str) -> None:
    fitted = ITEMS[name].fit(market(), 3)
    one = fitted.nearest(2, 7)
    assert 0 < len(one) <= 7
    assert 2 not in one.items
    assert (np.diff(one.scores) <= 0).all()
    assert fitted.nearest(2, 3).items.tolist() == one.items[:3].tolist()
    assert len(fitted.nearest(10_000, 7)) == len(fitted.nearest(-1, 7)) == 0


def test_the_nearest_by_cosine_are_those_of_brute_force() -> None:
    vectors = np.random.default_rng(1).normal(size=(30, 4)).astype(np.float32)
    vectors[11] = 0
    cosine = [
        -2.0 if j in (3, 11) else v @ vectors[3] / np.linalg.norm(v) / np.linalg.norm(vectors[3])
        for j, v in enumerate(vectors)
    ]
    right = [j for j in np.argsort(-np.array(cosine)) if cosine[j] > 0][:9]
    found = by_cosine(vectors, 3, 9)
    assert found.items.tolist() == right
    assert found.scores == pytest.approx(np.array(cosine)[right], abs=1e-6)
    assert len(by_cosine(vectors, 11, 9)) == len(by_cosine(vectors, 30, 9)) == 0


def test_only_channels_that_can_say_why_are_asked() -> None:
    data = market()
    settings = {"itemcf": ItemCF(), "usercf": UserCF(), "hot": Hot(), "content": Content()}
    channels = {name: one.fit(data, 3) for name, one in settings.items()}
    asking = question(data, np.array([3]))
    told = reasons(channels, asking, 4)
    assert list(told.channels) == ["itemcf", "usercf"]
    assert list(told.near_people) == ["usercf"]
    listed = channels["itemcf"].recall(asking, 4)
    assert [one.item for one in told.channels["itemcf"]] == listed.items[0].tolist()
    assert [one.score for one in told.channels["itemcf"]] == listed.scores[0].tolist()
    assert list(nearest(channels, 2, 5, data.items)) == ["itemcf"]


def test_items_that_came_after_the_fit_have_no_vector() -> None:
    data, later = market(), market(items=50)
    fitted = ALSSimItem().fit(data, 3)
    assert isinstance(fitted, HasVectors)
    vectors = fitted.vectors(later.items)
    assert vectors.shape == (50, fitted.factors.vector.shape[1])
    assert not vectors[40:].any()


def test_channels_that_keep_their_lists_for_a_table_say_why_too() -> None:
    data, later = market(), market(items=50)
    settings = {"item2vec": Item2Vec(epochs=2, dim=8), "content_simitem": ContentSimItem()}
    channels = {name: one.fit(data, 3) for name, one in settings.items()}
    asking = question(later, np.array([3]))
    told = reasons(channels, asking, 6)
    assert list(told.channels) == list(settings)
    for found in told.channels.values():
        assert found
        for one in found:
            assert one.reasons.adds.sum() == pytest.approx(one.score, rel=1e-4)
    near = nearest(channels, 45, 5, later.items)  # came after the fit
    assert len(near["content_simitem"]) == 5


@pytest.mark.parametrize("settings", [TwoTower(), MIND()])
def test_towers_that_learned_nothing_have_no_vectors(settings: TwoTower | MIND) -> None:
    data = empty(market())
    fitted = settings.fit(data, 3)
    assert isinstance(fitted, HasVectors)
    vectors = fitted.vectors(data.items)
    assert vectors.shape == (data.items.size, settings.dim)
    assert not vectors.any()
    assert len(nearest({"one": fitted}, 2, 5, data.items)["one"]) == 0


@pytest.mark.parametrize("channel", list(PEOPLE.values()))
def test_like_people_are_looked_up_once_a_question(channel: UserCF | U2U2I) -> None:
    data = market()
    fitted = channel.fit(data, 3)
    one, other = question(data, np.array([4])), question(data, np.array([5]))
    people = fitted.near_people(one).items
    fitted.reasons(one, 3)
    assert fitted.near_people(one).items is people
    assert fitted.near_people(other).items.tolist() != people.tolist()
