"""The same request, the same features: the engine over the lake and the states of a live server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from online_lake import changes, started
from small_market import DAYS, DOMAIN, FIRST_DAY, SCENE, every_kind, make

from twoside.domains.recruiting.domain import DOMAIN as RECRUITING
from twoside.domains.recruiting.features import FEATURES
from twoside.domains.recruiting.keeping import make as make_world
from twoside.domains.recruiting.settings import WorldSettings
from twoside.features.online import (
    OnlineStates,
    remember,
    replay,
)
from twoside.samples.join import build_samples
from twoside.schema.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.schema.domain import Scene
    from twoside.schema.samples import Samples
    from twoside.store.lake import Lake


BEFORE_ALL_MS = 0


def online(
    lake: Lake,
    states: OnlineStates,
    samples: Samples,
    contexts: Sequence[dict[str, float]],
    day: int,
) -> np.ndarray:
    """float32 (n, features) of the same rows, each request read when its time comes; what lies
    before `day` is in the states already."""
    scene, begin = states.scene, lake.calendar.start_of(day)
    first, rows = np.unique(samples.request_id, return_index=True)
    order = np.argsort(samples.request_id, kind="stable")
    of_request = dict(zip(first.tolist(), np.split(order, np.sort(rows)[1:]), strict=True))
    requests = [
        Request(int(samples.person[i]), int(samples.ts_ms[i]), 20, contexts[i], int(number))
        for number, i in zip(first, rows, strict=True)
    ]
    exposures = lake.read("exposures", first_day=day, scene=scene.name)
    events = lake.read("events", first_day=day, scene=scene.name)
    turns = [turn for turn in changes(lake, scene) if turn[0] > begin]
    found = np.empty_like(samples.values)
    for request in replay(states, requests, exposures, events, turns):
        mine = of_request[request.request_id]
        found[mine] = states.read([request], np.array([0, len(mine)]), samples.item[mine])
    assert [vars(c) for c in states.columns] == [vars(c) for c in samples.columns]
    return found


def test_a_past_taken_in_at_the_start_counts_under_the_groups_of_its_time(tmp_path: Path) -> None:
    """The tables of the states are those of the end; entities have changed since."""
    market = make(tmp_path, 7)
    lake, last = market.lake, FIRST_DAY + DAYS - 1
    end = lake.calendar.start_of(last + 1)
    samples = build_samples(lake, DOMAIN, "things", every_kind(), last, last, end)
    asked = market.asked(samples.exposure_id)
    checked = 0
    for ts_ms in np.unique(samples.ts_ms).tolist():
        states = started(lake, DOMAIN, SCENE, every_kind(), ts_ms)
        remember(states, lake, ts_ms)
        for row in np.flatnonzero(samples.ts_ms == ts_ms)[:10]:
            request = Request(int(samples.person[row]), ts_ms, context=asked[row].context)
            found = states.read([request], np.array([0, 1]), samples.item[row : row + 1])
            np.testing.assert_allclose(found[0], samples.values[row], rtol=1e-6, atol=1e-5)
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(("seed", "offset"), [(6, -3.5)])
def test_online_values_are_those_of_the_engine(tmp_path: Path, seed: int, offset: float) -> None:
    market = make(tmp_path, seed, offset)
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    samples = build_samples(
        market.lake, DOMAIN, "things", every_kind(), FIRST_DAY, FIRST_DAY + DAYS - 1, end
    )
    assert len(samples) > 200
    contexts = [dict(ask.context) for ask in market.asked(samples.exposure_id)]
    states = started(market.lake, DOMAIN, SCENE, every_kind(), BEFORE_ALL_MS)
    found = online(market.lake, states, samples, contexts, 0)
    for n, column in enumerate(samples.columns):
        np.testing.assert_allclose(
            found[:, n], samples.values[:, n], rtol=1e-6, atol=1e-5, err_msg=column.name
        )


@pytest.fixture(scope="module")
def recruiting(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    settings = WorldSettings(seekers=300, jobs=150, days=4, seed=3)
    lake, _ = make_world(settings, tmp_path_factory.mktemp("world") / "lake")
    return lake


@pytest.mark.parametrize("scene", RECRUITING.scenes, ids=lambda scene: scene.name)
def test_all_that_recruiting_declares_is_the_same_online(recruiting: Lake, scene: Scene) -> None:
    """Days before the last taken in at the start, the last one replayed."""
    lake, features = recruiting, FEATURES[scene.name]
    last = lake.days("exposures")[-1]
    begin, end = lake.calendar.start_of(last), lake.calendar.start_of(last + 1)
    samples = build_samples(lake, RECRUITING, scene.name, features, last, last, end)
    assert len(samples) > 200
    states = started(lake, RECRUITING, scene, features, begin)
    remember(states, lake, begin)
    found = online(lake, states, samples, [{}] * len(samples), last)
    for n, column in enumerate(samples.columns):
        np.testing.assert_allclose(
            found[:, n], samples.values[:, n], rtol=1e-6, atol=1e-5, err_msg=column.name
        )
