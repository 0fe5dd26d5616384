"""The main path: lists are full and legal, alone as in a batch, and can explain themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from twoside.funnel.learned import pack, unpack
from twoside.funnel.live import live_funnel
from twoside.funnel.pipeline import Funnel
from twoside.schema.request import Request

if TYPE_CHECKING:
    from conftest import Market

    from twoside.funnel.recall.channel import Asking, Recalled
    from twoside.schema.artefact import Packed

SCENES = ("recruiting/jobs_for_seeker", "recruiting/seekers_for_boss")


@pytest.fixture(scope="module", params=SCENES)
def funnel(request: pytest.FixtureRequest, market: Market) -> Funnel:
    scene = request.param
    parts = market.declared[scene], market.settings[scene], market.learned[scene]
    return live_funnel(*parts, before_ms=market.end_ms)


@pytest.fixture(scope="module")
def jobs_funnel(market: Market) -> Funnel:
    scene = SCENES[0]
    parts = market.declared[scene], market.settings[scene], market.learned[scene]
    return live_funnel(*parts, before_ms=market.end_ms)


def asked(funnel: Funnel, market: Market, people: int = 12) -> list[Request]:
    return [Request(person, market.end_ms + 1000, 20) for person in range(people)]


class Broken:
    """A channel that always fails."""

    def recall(self, asking: Asking, limit: int) -> Recalled:
        raise ZeroDivisionError

    def pack(self) -> Packed:
        raise ZeroDivisionError


def test_a_list_is_full_open_and_without_repeats(funnel: Funnel, market: Market) -> None:
    lake = market.declared[SCENES[0]].lake
    is_open = lake.entity_table(funnel.states.scene.item, market.end_ms).open_rows()
    for slate in funnel.serve(asked(funnel, market)):
        assert len(slate.items) == 20
        assert len(np.unique(slate.items)) == 20
        assert is_open[slate.items].all()
        assert slate.failed == ()


def test_an_unknown_person_gets_a_full_list(funnel: Funnel, market: Market) -> None:
    slate = funnel.serve([Request(-1, market.end_ms, 20)])[0]
    assert len(slate.items) == 20


def test_alone_and_in_a_batch_the_list_is_the_same(funnel: Funnel, market: Market) -> None:
    requests = asked(funnel, market)
    together = funnel.serve(requests)
    for request, slate in zip(requests, together, strict=True):
        alone = funnel.serve([request])[0]
        assert alone.items.tolist() == slate.items.tolist()
        np.testing.assert_allclose(alone.scores, slate.scores, rtol=1e-5)


def test_a_failed_channel_is_named_counted_and_the_list_full(
    jobs_funnel: Funnel, market: Market
) -> None:
    channels = {**jobs_funnel.learned.channels, "swing": Broken()}
    broken = Funnel(
        replace(jobs_funnel.learned, channels=channels),
        jobs_funnel.settings,
        jobs_funnel.states,
        market.world.table("seeker"),
        market.world.table("job"),
    )
    slates = broken.serve(asked(broken, market, 3))
    assert [slate.failed for slate in slates] == [("swing",)] * 3
    assert all(len(slate.items) == 20 for slate in slates)
    assert broken.failures == {"swing": 3}


def test_with_all_channels_down_the_fallback_fills_the_list(
    jobs_funnel: Funnel, market: Market
) -> None:
    channels = dict.fromkeys(jobs_funnel.learned.channels, Broken())
    broken = Funnel(
        replace(jobs_funnel.learned, channels=channels),
        jobs_funnel.settings,
        jobs_funnel.states,
        market.world.table("seeker"),
        market.world.table("job"),
    )
    slate = broken.serve(asked(broken, market, 1))[0]
    assert len(slate.items) == slate.filled == 20
    assert set(slate.failed) == set(channels)


def test_what_a_person_rejected_is_never_shown_again(jobs_funnel: Funnel, market: Market) -> None:
    declared = market.declared[SCENES[0]]
    said = declared.lake.behaviours(declared.domain, "jobs_for_seeker", before_ms=market.end_ms)
    people = np.unique(said.person[said.strength < 0])[:40]
    for person in people.tolist():
        of_person = said.where(said.person == person)
        last = dict(zip(of_person.item, of_person.strength, strict=True))
        rejected = [item for item, strength in last.items() if strength < 0]
        slate = jobs_funnel.serve([Request(person, market.end_ms, 20)])[0]
        assert not np.isin(slate.items, rejected).any()


def test_at_most_three_jobs_of_a_company_while_others_are_left(
    jobs_funnel: Funnel, market: Market
) -> None:
    company = market.world.table("job").columns["company"]
    for slate in jobs_funnel.serve(asked(jobs_funnel, market)):
        if slate.filled == 0:
            assert np.bincount(company[slate.items]).max() <= 3


def test_the_explanation_tells_of_the_very_list_that_is_served(
    funnel: Funnel, market: Market
) -> None:
    request = asked(funnel, market)[5]
    told = funnel.explain(request)
    assert told.slate.items.tolist() == funnel.serve([request])[0].items.tolist()
    for shown in told.shown:
        for channel, rank in shown.channel_ranks.items():
            assert told.channels[channel].items[rank] == shown.item
        if shown.fused_rank >= 0:
            assert told.ranked.items[shown.fused_rank] == shown.item
            for target, chance in shown.targets.items():
                assert told.target_scores[target][shown.fused_rank] == chance
    assert np.all(np.diff(told.ranked.scores) <= 0)


def test_a_list_names_the_channel_that_brought_each_item(funnel: Funnel, market: Market) -> None:
    for request in asked(funnel, market):
        told = funnel.explain(request)
        channels = funnel.serve([request])[0].channels
        assert len(channels) == len(told.slate.items)
        assert any(channels)
        for shown, channel in zip(told.shown, channels, strict=True):
            if shown.merge_rank < 0:
                assert channel == ""
            else:
                assert channel in shown.channel_ranks


def test_a_stored_funnel_makes_the_same_lists(jobs_funnel: Funnel, market: Market) -> None:
    settings = market.settings[SCENES[0]]
    again = unpack(settings, pack(market.learned[SCENES[0]]))
    other = live_funnel(market.declared[SCENES[0]], settings, again, before_ms=market.end_ms)
    requests = asked(jobs_funnel, market)
    for one, two in zip(jobs_funnel.serve(requests), other.serve(requests), strict=True):
        assert one.items.tolist() == two.items.tolist()


def test_why_recall_found_an_item_is_said_in_recent_items_and_their_behaviours(
    jobs_funnel: Funnel, market: Market
) -> None:
    start, item, _, strength = jobs_funnel.states.recent(np.arange(50, dtype=np.int32))
    liked = np.bincount(np.repeat(np.arange(50), np.diff(start)), strength > 0)
    person = int(liked.argmax())
    told = jobs_funnel.reasons(Request(person, market.end_ms + 1000, 5))
    mine = item[start[person] : start[person + 1]]
    kinds = {event.name for event in jobs_funnel.states.domain.events}
    assert told.behaviours
    assert set(told.behaviours) <= set(mine.tolist())
    assert set(told.behaviours.values()) <= kinds
    strength = {event.name: event.strength for event in jobs_funnel.states.domain.events}
    lake = market.declared[SCENES[0]].lake
    first, last = lake.days("events")[0], lake.days("events")[-1]
    log = lake.read("events", first, last, ["person", "item", "kind"], "jobs_for_seeker")
    rows = [row for row in log.to_pylist() if row["person"] == person]
    for one, kind in told.behaviours.items():
        did = [strength[row["kind"]] for row in rows if row["item"] == one]
        assert strength[kind] == max(did) > 0
    found = [one for name in ("itemcf", "swing") for one in told.channels[name]]
    assert found
    for one in found:
        assert set(one.reasons.rows.tolist()) <= set(told.behaviours)
        assert one.reasons.adds.sum() == pytest.approx(one.score, rel=1e-4)
    near = jobs_funnel.near(int(mine[-1]), 5)
    assert len(near["itemcf"]) == 5
    nobody = jobs_funnel.reasons(Request(-1, market.end_ms, 5))
    assert nobody.behaviours == {}
    assert all(found == () for found in nobody.channels.values())
