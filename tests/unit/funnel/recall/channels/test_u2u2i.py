"""Like people: what they lead to in a planted market, and the sum against plain loops."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market, question
from unit.funnel.recall.planted import blocks, most_liked, share_of_own_block

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS
from twoside.funnel.recall.channels.u2u2i import U2U2I
from twoside.funnel.recall.past import Past
from twoside.funnel.recall.seeds import Seeds, never
from twoside.metrics.topn import recall_at
from twoside.schema.calendar import DAY_MS

SMALL = U2U2I(als=ALS(dim=4, penalty=0.3, alpha=10.0), people=20)


def test_it_finds_the_blocks_that_popularity_cannot_see() -> None:
    data, asking, truth = blocks()
    found = SMALL.fit(data, 0).recall(asking, 20).items
    assert recall_at(found, truth, 20) > 1.8 * recall_at(most_liked(data, 20), truth, 20)
    assert share_of_own_block(found) > 0.95


def test_a_score_is_the_sum_over_the_nearest_people() -> None:
    data = market()
    settings = replace(SMALL, people=9, trust=3.0, recent=4, half_life_days=5.0, fame=0.4)
    fitted = settings.fit(data, 0)
    asking = question(data)
    past = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
    liked = ~past.refused & (past.weight > 0)
    likers = np.bincount(past.item[liked], minlength=data.items.size)
    x = fitted.factors.fold_in(Seeds.of(asking, settings.last, settings.decay, 90.0)).astype(float)
    length = np.linalg.norm(x, axis=1, keepdims=True)
    cosine = np.divide(x, length, out=np.zeros_like(x), where=length > 0)
    cosine = cosine @ cosine.T
    np.fill_diagonal(cosine, -1)
    start, barred = never(asking, repeat=False)
    out = fitted.recall(asking, data.items.size)
    for n in range(len(asking)):
        total = np.zeros(data.items.size)
        for v in np.argsort(-cosine[n], kind="stable")[:9]:
            rows = [r for r in range(past.start[v], past.start[v + 1]) if liked[r]][:4]
            for r in rows:
                age = (data.now_ms - past.ts_ms[r]) / DAY_MS
                worth = past.weight[r] * 2 ** (-age / 5) * likers[past.item[r]] ** (0.4 - 1)
                total[past.item[r]] += max(cosine[n, v], 0) ** 3 * worth
        total[~asking.is_open] = 0
        total[barred[start[n] : start[n + 1]]] = 0
        there = out.items[n] >= 0
        assert set(out.items[n][there]) == set(np.flatnonzero(total))
        np.testing.assert_allclose(out.scores[n][there], total[out.items[n][there]], rtol=1e-3)


def test_what_was_just_done_counts_and_so_does_a_stranger() -> None:
    data, asking, _ = blocks()
    fitted = SMALL.fit(data, 0)
    moved = replace(
        asking,
        person=np.full_like(asking.person, -1),
        item=((asking.item + 1) % 160).astype(np.int32),  # all of them of the next block
    )
    found = fitted.recall(moved, 10).items
    assert share_of_own_block(np.where(found >= 0, found - 1, -1)) > 0.95


def test_an_old_like_of_others_counts_less() -> None:
    data, asking, _ = blocks()
    items = data.behaviours.item
    # even items were taken long ago by everybody, odd ones just now
    ts_ms = np.where(items // 4 % 2 == 0, data.now_ms - 60 * DAY_MS, data.now_ms - DAY_MS)
    data = replace(data, behaviours=replace(data.behaviours, ts_ms=ts_ms))
    slow, quick = (
        replace(SMALL, half_life_days=days).fit(data, 0).recall(asking, 10).items
        for days in (1e6, 10)
    )
    assert (quick[quick >= 0] // 4 % 2 == 1).mean() > (slow[slow >= 0] // 4 % 2 == 1).mean() + 0.2


def test_nobody_and_nothing_known_is_an_empty_answer() -> None:
    data, asking, _ = blocks(new=10)
    fitted = SMALL.fit(data, 0)
    only_new = replace(asking, item=np.full_like(asking.item, 155))
    assert (fitted.recall(only_new, 5).items == -1).all()
    assert (SMALL.fit(empty(data), 0).recall(asking, 5).items == -1).all()
    one = SMALL.fit(replace(data, behaviours=data.behaviours.where(np.arange(1))), 0)
    assert (one.recall(asking, 5).items == data.behaviours.item[0]).sum() <= len(asking)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"people": 0}, "u2u2i.people = 0: expected 1 or more."),
        ({"decay": -0.1}, "u2u2i.decay = -0.1: expected 0 to 1."),
        ({"half_life_days": 0.0}, "u2u2i.half_life_days = 0.0: expected more than 0."),
    ],
)
def test_settings_are_checked(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        U2U2I(**setting)
