"""The same request, the same features: the engine over the lake and the states of a live server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from small_market import DAYS, DOMAIN, FIRST_DAY, SCENE, every_kind, make

from twoside.features.online import (
    OnlineStates,
    context_sizes,
    remember,
    replay,
    translations,
)
from twoside.samples.join import build_samples
from twoside.schema.request import Request

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.entities import EntityTable
    from twoside.schema.samples import Samples
    from twoside.store.lake import Lake


def changes(lake: Lake, scene: Scene) -> list[tuple[int, EntityTable, EntityTable]]:
    """(from when, people, items) at every moment at which an entity changed."""
    moments = {
        ts_ms
        for kind in (scene.person, scene.item)
        for ts_ms in lake.versions(kind, [])["valid_from_ms"].to_pylist()
    }
    return [
        (t, lake.entity_table(scene.person, t), lake.entity_table(scene.item, t))
        for t in sorted(moments)
    ]


def online(
    lake: Lake,
    domain: Domain,
    scene: Scene,
    features: Sequence[Feature],
    samples: Samples,
    contexts: Sequence[dict[str, float]],
) -> np.ndarray:
    """float32 (n, features) of the same rows, each request read when its time comes."""
    first, rows = np.unique(samples.request_id, return_index=True)
    order = np.argsort(samples.request_id, kind="stable")
    of_request = dict(zip(first.tolist(), np.split(order, np.sort(rows)[1:]), strict=True))
    requests = [
        Request(int(samples.person[i]), int(samples.ts_ms[i]), 20, contexts[i], int(number))
        for number, i in zip(first, rows, strict=True)
    ]
    states = OnlineStates.start(
        tuple(features),
        scene,
        domain,
        lake.calendar,
        lake.entity_table(scene.person, 0),
        lake.entity_table(scene.item, 0),
        translations(features, scene, domain, lake),
        context_sizes(scene, lake),
    )
    exposures = lake.read("exposures", scene=scene.name)
    events = lake.read("events", scene=scene.name)
    found = np.empty_like(samples.values)
    for request in replay(states, requests, exposures, events, changes(lake, scene)):
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
        states = OnlineStates.start(
            every_kind(),
            SCENE,
            DOMAIN,
            lake.calendar,
            lake.entity_table("buyer", ts_ms),
            lake.entity_table("thing", ts_ms),
            translations(every_kind(), SCENE, DOMAIN, lake),
        )
        remember(states, lake, ts_ms)
        for row in np.flatnonzero(samples.ts_ms == ts_ms)[:10]:
            request = Request(int(samples.person[row]), ts_ms, context=asked[row].context)
            found = states.read([request], np.array([0, 1]), samples.item[row : row + 1])
            np.testing.assert_allclose(found[0], samples.values[row], rtol=1e-6, atol=1e-5)
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(("seed", "offset"), [(5, 8.0), (6, -3.5)])
def test_online_values_are_those_of_the_engine(tmp_path: Path, seed: int, offset: float) -> None:
    market = make(tmp_path, seed, offset)
    end = market.lake.calendar.start_of(FIRST_DAY + DAYS)
    samples = build_samples(
        market.lake, DOMAIN, "things", every_kind(), FIRST_DAY, FIRST_DAY + DAYS - 1, end
    )
    assert len(samples) > 200
    contexts = [dict(ask.context) for ask in market.asked(samples.exposure_id)]
    found = online(market.lake, DOMAIN, SCENE, every_kind(), samples, contexts)
    for n, column in enumerate(samples.columns):
        np.testing.assert_allclose(
            found[:, n], samples.values[:, n], rtol=1e-6, atol=1e-5, err_msg=column.name
        )
