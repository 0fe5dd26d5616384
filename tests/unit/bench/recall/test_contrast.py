"""The gain over a plainer form: the figures of `judged`, and an interval of the difference."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes

from bench.recall.contrast import gains
from bench.recall.quality import judged
from bench.recall.sets import Held
from twoside.metrics.topn import Truth

PEOPLE, ITEMS = 400, 150
FIGURES = ("ndcg@10", "hr@10", "rare hr@10", "rare hr@100")


@pytest.fixture(scope="module")
def held() -> Held:
    """The first 60 items are liked by many, the others by one each."""
    person = np.r_[np.arange(PEOPLE), np.arange(ITEMS - 60)]
    item = np.r_[np.arange(PEOPLE) % 60, 60 + np.arange(ITEMS - 60)]
    right = np.random.default_rng(0).integers(0, ITEMS, PEOPLE)
    data = likes(person.tolist(), item.tolist(), PEOPLE, ITEMS)
    return Held(data, np.arange(PEOPLE), Truth.of(np.arange(PEOPLE), right, PEOPLE))


def lists(held: Held, moved: np.ndarray) -> np.ndarray:
    """Random orders of all items; of people `moved` the right one comes first."""
    rng = np.random.default_rng(1)
    found = np.stack([rng.permutation(ITEMS) for _ in range(PEOPLE)]).astype(np.int32)
    for p in np.flatnonzero(moved):
        found[p] = np.r_[held.truth.item[p], found[p][found[p] != held.truth.item[p]]]
    return found


def test_each_form_has_the_figures_of_judged(held: Held) -> None:
    one, other = lists(held, np.arange(PEOPLE) % 3 == 0), lists(held, np.zeros(PEOPLE, bool))
    found = gains(held, [one], [other, other])
    assert set(found) == set(FIGURES)
    for name in FIGURES:
        assert found[name]["whole"] == judged(held, one)[name]
        assert found[name]["plain"] == judged(held, other)[name]
        assert found[name]["low"] < found[name]["gain"] < found[name]["high"]


def test_a_gain_on_frequent_items_is_none_on_rare_ones(held: Held) -> None:
    plain = lists(held, np.zeros(PEOPLE, bool))
    found = gains(held, [lists(held, held.truth.item < 60)], [plain])
    assert found["hr@10"]["low"] > 0.2
    assert found["rare hr@10"]["gain"] == found["rare hr@10"]["high"] == 0


def test_seeds_that_differ_are_averaged(held: Held) -> None:
    nobody, everybody = (lists(held, np.full(PEOPLE, full)) for full in (False, True))
    found = gains(held, [nobody, everybody], [nobody])
    whole = (judged(held, nobody)["ndcg@10"] + 1) / 2
    assert found["ndcg@10"]["whole"] == pytest.approx(whole, abs=1e-4)
