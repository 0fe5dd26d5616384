"""A small market for the tests of the store: people and things with every type of column."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from twoside.schema.calendar import Calendar
from twoside.schema.domain import Domain, EventKind, Scene
from twoside.schema.entities import Column, Entity
from twoside.store.lake import Lake

CALENDAR = Calendar(8)
DAY = 19_000
PERSON = Entity("person", (Column("city", "category"), Column("age", "number")))
THING = Entity(
    "thing",
    (
        Column("city", "category"),
        Column("price", "number"),
        Column("tags", "categories"),
        Column("born_ms", "time"),
        Column("maker", "category", refers_to="person"),
        Column("name", "text"),
    ),
)
DOMAIN = Domain(
    "toy",
    (PERSON, THING),
    (
        EventKind("view", 1, strength=0.5),
        EventKind("buy", 1, strength=2.0),
        EventKind("glance", 1, strength=0.0),
        EventKind("hate", -1, strength=-1.0),
    ),
    (Scene("things", "person", "thing", ()), Scene("people", "thing", "person", ())),
)


def new_lake(root) -> Lake:
    return Lake.create(root, "toy", CALENDAR)


def things(rows, valid_from_ms, city, price, tags, maker=None, name="x") -> pa.Table:
    n = len(rows)
    return pa.table(
        {
            "row": pa.array(rows, pa.int32()),
            "valid_from_ms": pa.array(np.broadcast_to(valid_from_ms, n), pa.int64()),
            "city": pa.array(city, pa.int32()),
            "price": pa.array(price, pa.float64()),
            "tags": pa.array(tags, pa.list_(pa.int32())),
            "born_ms": pa.array(np.full(n, -1), pa.int64()),
            "maker": pa.array(np.full(n, -1) if maker is None else maker, pa.int32()),
            "name": pa.array([name] * n, pa.string()),
        }
    )


def exposures(day, n, scene="things", first_id=0, **context) -> pa.Table:
    return pa.table(
        {
            "exposure_id": pa.array(np.arange(first_id, first_id + n), pa.int64()),
            "request_id": pa.array(np.arange(first_id, first_id + n), pa.int64()),
            "ts_ms": pa.array(CALENDAR.start_of(day) + np.arange(n) * 1000, pa.int64()),
            "scene": pa.array([scene] * n, pa.string()),
            "person": pa.array(np.arange(n) % 3, pa.int32()),
            "item": pa.array(np.arange(n) % 4, pa.int32()),
            "position": pa.array(np.zeros(n), pa.int16()),
            **{name: pa.array([value] * n) for name, value in context.items()},
        }
    )


def events(ts_ms, kind, person, item, scene="things") -> pa.Table:
    n = len(ts_ms)
    return pa.table(
        {
            "event_id": pa.array(np.arange(n), pa.int64()),
            "ts_ms": pa.array(ts_ms, pa.int64()),
            "scene": pa.array([scene] * n, pa.string()),
            "kind": kind,
            "person": pa.array(person, pa.int32()),
            "item": pa.array(item, pa.int32()),
            "by": pa.array(["person"] * n, pa.string()),
            "exposure_id": pa.array(np.full(n, -1), pa.int64()),
            "value": pa.array(np.full(n, np.nan), pa.float32()),
        }
    )
