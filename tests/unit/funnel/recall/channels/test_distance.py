"""Distance against the haversine formula over all items."""

from __future__ import annotations

from dataclasses import replace
from math import asin, cos, radians, sin, sqrt

import numpy as np
from unit.funnel.recall.little_market import market, question

from twoside.funnel.recall.channels.distance import Distance
from twoside.schema.entities import EntityTable


def haversine_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    a, b = radians(lat1), radians(lat2)
    h = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(lon2 - lon1) / 2) ** 2
    return 2 * 6371.0088 * asin(sqrt(h))


def test_the_order_is_that_of_all_distances() -> None:
    data = market(people=40, items=300)
    asking = question(data)
    fitted = Distance(ring_km=5.0).fit(data, 0)
    found = fitted.recall(asking, 30)
    home, work = data.people.columns, data.items.columns
    for p in range(40):
        scores = {}
        for i in np.flatnonzero(asking.is_open & np.isfinite(work["latitude"])):
            here = (home["latitude"][p], home["longitude"][p])
            km = haversine_km(*here, work["latitude"][i], work["longitude"][i])
            if np.isfinite(km):
                scores[int(i)] = -5.0 * (km // 5.0 + 1 - fitted.quality[i])
        mine = (data.behaviours.person == p) & (data.behaviours.strength < 0)
        for i in data.behaviours.item[mine]:
            rows = (data.behaviours.person == p) & (data.behaviours.item == i)
            if data.behaviours.strength[rows][-1] < 0:
                scores.pop(int(i), None)
        expected = sorted(scores.values(), reverse=True)[:30]
        there = found.items[p] >= 0
        np.testing.assert_allclose(found.scores[p][there], expected, rtol=1e-6)
        given = found.items[p][there].tolist()
        np.testing.assert_allclose([scores[i] for i in given], expected, rtol=1e-6)


def places(latitude: list[float], longitude: list[float]) -> EntityTable:
    columns = {"latitude": np.array(latitude), "longitude": np.array(longitude)}
    return EntityTable("x", len(latitude), columns)


def test_the_date_line_is_no_border() -> None:
    data = replace(
        market(rows=0), people=places([0.0], [179.99]), items=places([0, 0], [-179.99, 170])
    )
    assert Distance().fit(data, 0).recall(question(data), 2).items[0].tolist() == [0, 1]


def test_a_place_that_is_unknown_finds_nothing() -> None:
    data = replace(market(rows=0), people=places([np.nan], [1.0]), items=places([0.0], [0.0]))
    assert Distance().fit(data, 0).recall(question(data), 1).items[0].tolist() == [-1]


def test_within_a_ring_the_more_liked_comes_first() -> None:
    data = market(people=1, items=3, rows=0)
    log = market(people=1, items=3, rows=5).behaviours
    log = replace(
        log,
        person=np.zeros(5, np.int32),
        item=np.full(5, 2, np.int32),
        strength=np.ones(5, np.float32),
    )
    near = places([0.001, 0.0, 0.002], [0.0, 0.0, 0.0])
    data = replace(data, behaviours=log, people=places([0.0], [0.0]), items=near)
    assert Distance().fit(data, 0).recall(question(data), 3).items[0].tolist() == [2, 0, 1]
    assert Distance(ring_km=0.01).fit(data, 0).recall(question(data), 3).items[0][0] == 1
