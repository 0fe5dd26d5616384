"""A funnel learned again goes on from the published one where channels can."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from twoside.errors import ArtefactError
from twoside.funnel import settings as configured
from twoside.funnel.learn import about, learn_recall, recall_data
from twoside.funnel.learned import former, pack
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.refresh import refreshed
from twoside.schema.calendar import iso
from twoside.schema.progress import silent
from twoside.store.artefacts import Artefacts

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Market

    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.funnel.settings import FunnelSettings

SCENE = "recruiting/jobs_for_seeker"


@pytest.fixture
def settings(market: Market) -> FunnelSettings:
    recall = ({"use": "hot"}, {"use": "als_simitem", "als": {"dim": 16}})
    return replace(market.settings[SCENE], recall=recall, merge={"how": "snake"})


@pytest.fixture
def artefacts(market: Market, settings: FunnelSettings, tmp_path: Path) -> Artefacts:
    """One version, of the day before the last."""
    declared, until_day = market.declared[SCENE], market.until_day - 1
    _, channels, merge = learn_recall(declared, settings, until_day, 3, silent)
    learned = replace(market.learned[SCENE], channels=channels, merge=merge)
    found = Artefacts(tmp_path / "artefacts")
    found.publish(SCENE, pack(learned), about(declared, settings, until_day, 3))
    return found


def everybody(data: RecallData) -> Asking:
    person = np.arange(data.people.size, dtype=np.int32)
    by_person = data.behaviours.by_person(data.people.size)
    return ask(person, np.full(len(person), data.now_ms), by_person, data.people, data.items)


def test_channels_go_on_from_the_published_ones(
    market: Market, settings: FunnelSettings, artefacts: Artefacts
) -> None:
    declared, until_day = market.declared[SCENE], market.until_day
    known = former(SCENE, artefacts, until_day)
    assert known.until_day == until_day - 1
    data, went_on, _ = learn_recall(declared, settings, until_day, 3, silent, known)
    _, anew, _ = learn_recall(declared, settings, until_day, 3, silent)
    asking, since_ms = everybody(data), declared.lake.calendar.start_of(until_day)
    answers = {
        name: [channels[name].recall(asking, 20).items for channels in (went_on, anew)]
        for name in went_on
    }
    assert np.array_equal(*answers["hot"])
    assert not np.array_equal(*answers["als_simitem"])
    assert (answers["als_simitem"][0] >= 0).any()
    (channel,) = (c.settings for c in configured.channels(settings) if c.name == "als_simitem")
    by_hand = refreshed(channel, known.channels["als_simitem"], data, since_ms, 3)
    assert np.array_equal(by_hand.recall(asking, 20).items, answers["als_simitem"][0])


def test_what_knows_the_future_is_no_beginning(market: Market, artefacts: Artefacts) -> None:
    day = market.until_day - 1
    message = rf"v0001 learned until {iso(day)}, which is after {iso(day - 1)}: .*--from-last"
    with pytest.raises(ArtefactError, match=message):
        former(SCENE, artefacts, day - 1)


def test_the_data_of_both_days_fit_each_other(market: Market) -> None:
    declared, start_of = market.declared[SCENE], market.declared[SCENE].lake.calendar.start_of
    first, second = (recall_data(declared, start_of(market.until_day + n)) for n in (0, 1))
    assert first.items.size <= second.items.size
    assert first.people.size <= second.people.size
    kept = second.behaviours.before(first.now_ms)
    assert np.array_equal(kept.item, first.behaviours.item)
