"""The learned merge in a world of known truth, and what it says when something is wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from twoside.errors import ConfigError, DataError
from twoside.funnel.merge.learned import FittedLearned, Learned, learn_merge
from twoside.funnel.merge.snake import Snake
from twoside.metrics.topn import Truth, recall_at

PEOPLE, ITEMS, WIDTH, LIMIT = 800, 2000, 60, 60
NEW, LIGHT = 0, 1


@dataclass(frozen=True)
class Found:
    items: np.ndarray
    scores: np.ndarray


def world(seed: int) -> tuple[dict[str, Found], Truth, np.ndarray]:
    """What people like, and channels that see it: `sharp` and `broad` see different halves for
    who has a past, `twin` is `sharp` again, `noise` sees nothing, `starter` sees what new people
    like."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(PEOPLE) < 0.4, NEW, LIGHT)
    right = np.stack([rng.choice(ITEMS, 4, replace=False) for _ in range(PEOPLE)])

    def seeing(columns: list[int], who: np.ndarray, scale: float) -> Found:
        guess = np.stack([rng.permutation(ITEMS)[:WIDTH] for _ in range(PEOPLE)]).astype(np.int32)
        for p in np.flatnonzero(who):
            for t in columns:
                place = int(rng.exponential(scale))
                if place < WIDTH and right[p, t] not in guess[p]:
                    guess[p, place] = right[p, t]
        scores = -np.tile(np.arange(WIDTH, dtype=np.float32), (PEOPLE, 1))
        return Found(guess, scores)

    known, fresh = kind == LIGHT, kind == NEW
    sharp = seeing([0, 1], known, 8)
    lists = {
        "noise": seeing([], known, 1),
        "sharp": sharp,
        "twin": Found(sharp.items.copy(), sharp.scores),
        "broad": seeing([1, 2], known, 12),
        "starter": seeing([0, 1, 2], fresh, 10),
    }
    rows = np.repeat(np.arange(PEOPLE), 4)
    return lists, Truth.of(rows, right.ravel(), PEOPLE), kind


def fit(settings: Learned, seed: int = 1, **costs: float) -> FittedLearned:
    lists, truth, kind = world(seed)
    return settings.fit(lists, truth, kind, costs, 7)


@pytest.fixture(scope="module")
def fitted() -> FittedLearned:
    return fit(Learned(limit=LIMIT, total=60))


def budget(fitted: FittedLearned, kind: str, channel: str) -> int:
    rows = [r for r in fitted.report.channels if (r.kind, r.channel) == (kind, channel)]
    return rows[0].budget


def test_noise_is_refused_by_name_and_figure(fitted: FittedLearned) -> None:
    for kind in ("new", "light", "all"):
        assert budget(fitted, kind, "noise") == 0
    assert fitted.report.refused["noise"].endswith("not above 0")
    assert fitted.report.refused["noise"].startswith("brings ")
    assert fitted.depths(np.array([NEW, LIGHT]))["noise"] == 0


def test_of_two_that_find_the_same_one_is_asked(fitted: FittedLearned) -> None:
    pair = [budget(fitted, "light", name) for name in ("sharp", "twin")]
    assert min(pair) == 0
    assert max(pair) > 0


def test_places_go_where_the_kind_of_people_finds_something(fitted: FittedLearned) -> None:
    assert budget(fitted, "new", "starter") > 40
    assert budget(fitted, "new", "sharp") == 0
    assert budget(fitted, "new", "broad") == 0
    assert budget(fitted, "light", "starter") == 0
    assert budget(fitted, "light", "broad") > 10
    assert fitted.depths(np.array([NEW, NEW])) == {
        "noise": 0,
        "sharp": 0,
        "twin": 0,
        "broad": 0,
        "starter": budget(fitted, "new", "starter"),
    }


def test_budgets_stay_within_the_total_and_what_the_settings_allow() -> None:
    tight = fit(Learned(limit=LIMIT, total=50, budgets={"starter": 20}))
    assert (tight.model.budgets.sum(axis=1) <= 50).all()
    assert budget(tight, "new", "starter") == 20


def test_on_other_people_it_beats_turns_and_the_best_channel(fitted: FittedLearned) -> None:
    lists, truth, kind = world(2)
    learned = fitted.merge(lists, kinds=kind).items
    snake = Snake(LIMIT).merge(lists).items
    for k in (10, LIMIT):
        best = max(recall_at(found.items, truth, k) for found in lists.values())
        mine = recall_at(learned, truth, k)
        assert mine > 1.2 * recall_at(snake, truth, k)
        assert mine > 1.3 * best


def test_what_it_says_of_itself_holds_for_other_people(fitted: FittedLearned) -> None:
    lists, truth, kind = world(2)
    said = fitted.report.gains[0]
    assert said.figure == f"recall@{LIMIT}"
    assert said.learned == pytest.approx(
        recall_at(fitted.merge(lists, kinds=kind).items, truth, LIMIT), abs=0.02
    )
    assert said.snake == pytest.approx(
        recall_at(Snake(LIMIT).merge(lists).items, truth, LIMIT), abs=0.02
    )
    assert 0 < said.low < said.learned - said.snake < said.high
    assert said.p <= 0.01
    assert 0 < said.over_best[0] < said.learned - said.best < said.over_best[1]


def test_an_item_that_another_channel_has_too_does_not_fall(fitted: FittedLearned) -> None:
    lists, _, _ = world(2)
    kinds = np.full(PEOPLE, LIGHT)
    names = [n for n in ("sharp", "twin", "broad") if budget(fitted, "light", n)]
    one, other = (lists[n] for n in names)
    before = fitted.merge({names[0]: one, names[1]: other}, kinds=kinds).items
    item = one.items[:, 20]
    again = np.where(other.items == item[:, None], 0, other.items)
    again[:, 0] = item
    after = fitted.merge({names[0]: one, names[1]: Found(again, other.scores)}, kinds=kinds).items
    where = [np.argmax(found == item[:, None], axis=1) for found in (before, after)]
    assert (where[1] <= where[0]).mean() > 0.99
    assert where[1].mean() < where[0].mean() - 5


def test_too_slow_channels_are_left_out() -> None:
    fast = fit(Learned(limit=LIMIT, total=60, latency_ms=1.5), sharp=1.0, twin=5.0, broad=1.0)
    assert budget(fast, "light", "twin") == 0
    assert sum(budget(fast, "light", name) > 0 for name in ("sharp", "broad", "starter")) == 1
    assert any("too slow for 1.5 ms" in r.refused for r in fast.report.channels)
    assert fast.report.refused["twin"] == "takes 5.00 ms alone, of 1.5 ms in all"
    with pytest.raises(ConfigError, match=r"latency_ms = 0.5: the fastest channel, 'noise', takes"):
        fit(Learned(latency_ms=0.5))


def test_a_channel_must_be_worth_its_time() -> None:
    dear = fit(Learned(limit=LIMIT, total=60, worth=0.05), broad=50.0, noise=1.0)
    assert budget(dear, "light", "broad") == 0
    assert any(
        "below 0.05 per ms" in r.refused for r in dear.report.channels if r.channel == "broad"
    )


def test_values_say_which_right_items_count() -> None:
    lists, truth, kind = world(1)
    settings = Learned(limit=LIMIT, total=30, least=10**9)
    only_new = np.repeat(kind == NEW, 4).astype(float)
    fitted = settings.fit(lists, truth, kind, {}, 7, only_new)
    assert fitted.report.people["light"] == 0
    assert budget(fitted, "all", "starter") == 30


def test_without_a_lake_it_is_one_call() -> None:
    lists, truth, kind = world(1)
    settings = Learned(limit=LIMIT, total=60, draws=20)
    one = learn_merge(lists, truth, kind, seed=7, settings=settings)
    other = settings.fit(lists, truth, kind, dict.fromkeys(lists, 1.0), 7)
    assert np.array_equal(one.merge(lists, 20).items, other.merge(lists, 20).items)


def test_a_kind_for_which_nothing_is_found_is_asked_for_as_everybody() -> None:
    lists, truth, kind = world(1)
    known = {name: found for name, found in lists.items() if name != "starter"}
    hidden = np.repeat(kind == NEW, 4)
    item = np.where(hidden, ITEMS + 1, truth.item).astype(np.int32)
    fitted = Learned(limit=LIMIT, total=60).fit(known, Truth(truth.start, item), kind, {}, 7)
    assert fitted.depths(np.array([NEW])) == fitted.depths(None)
    assert (fitted.merge(known, 5, kind).items >= 0).all()


def test_few_people_refuse_nothing() -> None:
    lists, truth, kind = world(1)
    some = {n: Found(f.items[:40], f.scores[:40]) for n, f in lists.items()}
    few = Truth(truth.start[:41], truth.item[: truth.start[40]])
    fitted = Learned(limit=LIMIT).fit(some, few, kind[:40], {}, 7)
    assert not any("not above 0" in r.refused for r in fitted.report.channels)
    assert budget(fitted, "light", "sharp") == budget(fitted, "all", "sharp") > 0


def test_who_refuses_nobody_asks_all_that_find_something_right() -> None:
    asked = fit(Learned(limit=LIMIT, refuse=False, total=10 * WIDTH))
    assert not any(why.startswith("brings") for why in asked.report.refused.values())
    assert all(budget(asked, "all", name) > 0 for name in ("sharp", "twin", "broad", "starter"))


def test_equal_scores_and_nan_leave_the_places() -> None:
    lists, truth, kind = world(1)
    flat = {n: Found(f.items, np.full_like(f.scores, np.nan)) for n, f in lists.items()}
    fitted = Learned(limit=LIMIT, total=60).fit(flat, truth, kind, {}, 7)
    alone = fitted.merge({"starter": flat["starter"]}, 20, np.zeros(PEOPLE, int))
    assert np.array_equal(alone.items, flat["starter"].items[:, :20])


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"limit": 0}, "merge.limit = 0: expected 1 or more."),
        ({"folds": 1}, "merge.folds = 1: expected 2 or more."),
        ({"worth": -1.0}, "merge.worth = -1.0: expected 0 or more."),
        ({"latency_ms": float("nan")}, "merge.latency_ms = nan: expected 0 or more."),
        ({"costs": {"hot": 0.0}}, "merge.costs.hot = 0.0: expected milliseconds above 0."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Learned(**setting)
    assert str(caught.value) == message


def test_wrong_evidence_says_what_is_wrong(fitted: FittedLearned) -> None:
    lists, truth, kind = world(1)
    nobody = Truth(np.zeros(PEOPLE + 1, np.int64), np.empty(0, np.int32))
    with pytest.raises(DataError, match="nobody liked anything"):
        Learned().fit(lists, nobody, kind, {}, 1)
    elsewhere = Truth(truth.start, truth.item + ITEMS)
    with pytest.raises(DataError, match="no channel found anything of what was liked"):
        Learned().fit(lists, elsewhere, kind, {}, 1)
    with pytest.raises(DataError, match="values: expected a number of 0 or more"):
        Learned().fit(lists, truth, kind, {}, 1, np.full(len(truth.item), -1.0))
    with pytest.raises(ConfigError, match="'sharp' costs 0 ms"):
        Learned().fit(lists, truth, kind, {"sharp": 0}, 1)
    short = {"sharp": Found(lists["sharp"].items[:3], lists["sharp"].scores[:3])}
    with pytest.raises(DataError, match="'sharp' has lists of 3 people"):
        Learned().fit(short, truth, kind, {}, 1)
    with pytest.raises(ConfigError, match=r"no channel 'shrap' when .* Did you mean 'sharp'"):
        fitted.merge({"shrap": lists["sharp"]})


def test_a_merge_stored_before_scores_had_a_level_is_refused() -> None:
    lists, truth, kinds = world(3)
    packed = learn_merge(lists, truth, kinds, settings=Learned(limit=LIMIT, draws=10)).pack()
    assert Learned().unpack(packed).channels == tuple(lists)
    old = replace(packed, meta={k: v for k, v in packed.meta.items() if k != "scores"})
    with pytest.raises(DataError, match=r"takes scores as they are.*Train the funnel again"):
        Learned().unpack(old)
