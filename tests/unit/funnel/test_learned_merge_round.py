"""The validation round: a merge that learns is learned before the last day, kept, and served."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from twoside.funnel.learn import learn_recall
from twoside.funnel.learned import Learned, pack, unpack
from twoside.funnel.live import live_funnel
from twoside.funnel.questions import questions, strengths
from twoside.schema.progress import silent
from twoside.schema.request import Request

if TYPE_CHECKING:
    from conftest import Market

    from twoside.funnel.settings import FunnelSettings

SCENE = "recruiting/jobs_for_seeker"


@pytest.fixture(scope="module")
def settings(market: Market) -> FunnelSettings:
    table = {"how": "learned", "limit": 200, "value": "strength", "least": 20}
    recall = market.settings[SCENE].recall
    quick = tuple(t for t in recall if t["use"] in ("hot", "fresh", "itemcf", "history"))
    return replace(market.settings[SCENE], merge=table, recall=quick)


@pytest.fixture(scope="module")
def learned(market: Market, settings: FunnelSettings) -> Learned:
    declared = market.declared[SCENE]
    _, channels, merge = learn_recall(declared, settings, market.until_day, 3, silent)
    return replace(market.learned[SCENE], channels=channels, merge=merge)


def test_it_is_learned_from_the_last_day_and_reported(learned: Learned) -> None:
    report = learned.merge.report
    assert report is not None
    assert {row.channel for row in report.channels} == set(learned.channels)
    assert report.people["all"] + sum(report.people.values()) > 20
    assert [gain.figure for gain in report.gains] == ["recall@200", "recall@10", "ndcg@10"]


def test_from_the_artefact_it_merges_as_before(learned: Learned, settings: FunnelSettings) -> None:
    again = unpack(settings, pack(learned)).merge
    assert again.report == learned.merge.report
    for kinds in (None, np.array([0]), np.array([1, 2])):
        assert again.depths(kinds) == learned.merge.depths(kinds)


def test_the_funnel_asks_whom_the_merge_wants_asked(
    learned: Learned, settings: FunnelSettings, market: Market
) -> None:
    funnel = live_funnel(market.declared[SCENE], settings, learned, market.end_ms)
    requests = [Request(person, market.end_ms + 1000, 20) for person in range(12)]
    together = funnel.serve(requests)
    for request, slate in zip(requests, together, strict=True):
        trace = funnel.trace([request])
        assert trace.slates[0].items.tolist() == slate.items.tolist()
        kinds = learned.merge.kinds(funnel._ask([request]).past)
        wanted = learned.merge.depths(kinds)
        assert {name: f.items.shape[1] for name, f in trace.lists.items()} == {
            name: depth for name, depth in wanted.items() if depth
        }


def test_strengths_are_the_strongest_of_the_day(market: Market) -> None:
    declared = market.declared[SCENE]
    day = market.until_day
    start = declared.lake.calendar.start_of(day)
    is_open = declared.lake.entity_table("job", start).open_rows()
    asked = questions(declared, is_open, [day], 10)
    found = strengths(declared, asked)
    end = declared.lake.calendar.start_of(day + 1)
    log = declared.lake.behaviours(declared.domain, declared.scene.name, day, end)
    strongest: dict[tuple[int, int], float] = {}
    rows = zip(log.person.tolist(), log.item.tolist(), log.strength.tolist(), strict=True)
    for person, item, strength in rows:
        strongest[person, item] = max(strongest.get((person, item), 0), strength)
    owner = np.repeat(np.arange(len(asked)), np.diff(asked.truth.start))
    pairs = zip(asked.person[owner].tolist(), asked.truth.item.tolist(), strict=True)
    assert found.tolist() == [strongest[pair] for pair in pairs]
    assert len(found) > 20
