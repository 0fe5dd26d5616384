"""UserCF against its formula, written out person by person."""

from __future__ import annotations

from dataclasses import replace
from math import log1p, sqrt
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.channels.test_itemcf import (
    liked_in_order,
    liked_then_refused,
    random_likes,
)
from unit.funnel.recall.little_market import likes, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.usercf import UserCF
from twoside.schema.entities import EntityTable


def by_hand(data: RecallData, c: UserCF) -> np.ndarray:
    """Scores of every item for everybody, float (people, items); all people of an item count."""
    people, items = data.people.size, data.items.size
    kept = liked_in_order(data, c.latest)
    many = [sum(j in weights for weights in kept) for j in range(items)]
    rare = [log1p(people / max(n, 1)) ** c.rarity for n in many]
    bent = [{j: w * rare[j] for j, w in weights.items()} for weights in kept]
    norm = [sqrt(sum(b**2 for b in row.values())) for row in bent]
    score = np.zeros((people, items))
    for u, weights in enumerate(liked_in_order(data, 10_000)):
        recent = list(weights.items())[::-1][: c.last]
        a = {j: c.decay**k * w * rare[j] for k, (j, w) in enumerate(recent)}
        own = sqrt(sum(x**2 for x in a.values()))
        like = {}
        for v in set(range(people)) - {u}:
            top = sum(x * bent[v].get(j, 0.0) for j, x in a.items())
            if top > 0:
                like[v] = top / (own * norm[v] + c.shrink)
        for v in sorted(like, key=lambda v: (-np.float32(like[v]), v))[: c.neighbours]:
            for k, (j, w) in enumerate(list(kept[v].items())[::-1]):
                score[u, j] += like[v] ** c.sharp * c.order**k * w / many[j] ** c.fame
        if not c.repeat:
            score[u, list(weights)] = 0
    for u, refused in enumerate(liked_then_refused(data)):
        score[u, sorted(refused)] = 0
    return score


@pytest.mark.parametrize(
    "settings",
    [
        UserCF(),
        UserCF(neighbours=4, sharp=1, fame=0.5, rarity=0.5, repeat=True),
        UserCF(latest=3, last=2, shrink=0, order=1, decay=1, fame=0, rarity=0),
    ],
)
def test_a_list_is_the_formula(settings: UserCF) -> None:
    data = random_likes(people=30, items=25, rows=300, seed=3)
    found = settings.fit(data, 0).recall(question(data), 25)
    expected = by_hand(data, settings)
    for u in range(30):
        there = found.items[u] >= 0
        assert set(found.items[u][there]) == set(np.flatnonzero(expected[u]))
        np.testing.assert_allclose(
            found.scores[u][there], expected[u][found.items[u][there]], rtol=1e-4
        )


def test_somebody_who_came_after_the_fit_has_like_minded_people() -> None:
    data = likes([0, 0, 1, 1, 2], [0, 1, 2, 3, 0], 3, 4)
    fitted = UserCF().fit(data, 0)
    as_known, as_new = question(data, np.array([2])), question(data, np.array([2]))
    as_new = replace(as_new, person=np.array([-1], np.int32))
    assert fitted.recall(as_known, 3).items.tolist() == [[1, -1, -1]]
    # nobody knows that the new person is person 2, who liked nothing else anyway
    assert fitted.recall(as_new, 3).items.tolist() == [[1, -1, -1]]


def test_nobody_is_like_minded_with_themselves() -> None:
    data = likes([0, 0], [0, 1], 1, 2)
    fitted = UserCF(repeat=True).fit(data, 0)
    assert (fitted.recall(question(data), 2).items == -1).all()


def test_a_person_without_history_gets_nothing() -> None:
    data = likes([0, 0, 1], [0, 1, 0], 3, 2)
    assert (UserCF().fit(data, 0).recall(question(data), 2).items[2] == -1).all()


def test_of_an_item_that_many_like_the_newest_people_count() -> None:
    data = likes([0, 0, 1, 1, 2, 2, 3], [0, 1, 0, 2, 0, 3, 0], 4, 4)
    # all three are alike; of equal scores the lower item comes first
    assert UserCF().fit(data, 0).recall(question(data), 3).items[3].tolist() == [1, 2, 3]
    only = UserCF(max_people=3).fit(data, 0).recall(question(data), 3).items[3]
    assert only.tolist() == [2, 3, -1]  # person 3 is the newest of the three who are kept


def test_of_a_person_with_very_many_items_only_the_latest_count() -> None:
    many = 100_000
    data = likes([0] * many + [1], [*range(many), many - 1], 2, many)
    settings = UserCF()
    fitted = settings.fit(data, 0)
    assert len(fitted.item) == settings.latest + 1
    found = fitted.recall(question(data), many).items[1]
    assert (found >= 0).sum() == settings.latest - 1


def test_events_that_repeat_are_unknown_or_are_no_number_are_no_likes() -> None:
    data = likes([0, 0, 0, 1, 0, 2], [0, 1, 1, 0, 9, 1], 3, 10)
    strength = np.array([1, 0.5, 0.5, 1, 1, np.nan], np.float32)
    log = replace(data.behaviours, strength=strength)
    data = replace(data, behaviours=log, items=EntityTable("i", 2, {}))  # item 9 is not in it
    plain = likes([0, 0, 1], [0, 1, 0], 3, 2)
    for one, other in zip(
        UserCF().fit(data, 0).pack().arrays.values(),
        UserCF().fit(plain, 0).pack().arrays.values(),
        strict=True,
    ):
        assert np.array_equal(one, other)


def test_it_finds_what_the_two_kinds_of_people_like() -> None:
    # people of two kinds with ten items each, of which everybody has seen some
    rng = np.random.default_rng(0)
    person = np.repeat(np.arange(80), 6)
    item = np.concatenate([rng.permutation(10)[:6] + 10 * (p % 2) for p in range(80)])
    data = likes(person.tolist(), item.tolist(), 80, 20)
    found = UserCF().fit(data, 0).recall(question(data), 4).items
    assert ((found // 10) == (np.arange(80) % 2)[:, None]).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"neighbours": 0}, "usercf.neighbours = 0: expected 1 or more."),
        ({"sharp": -1.0}, "usercf.sharp = -1.0: expected 0 or more."),
        ({"rarity": -0.1}, "usercf.rarity = -0.1: expected 0 or more."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        UserCF(**wrong)
    assert str(error.value) == message
