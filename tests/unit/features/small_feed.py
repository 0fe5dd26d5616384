"""A small random feed: the declared viewers and videos, lists of videos, what viewers did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from twoside.domains.feed.domain import DOMAIN, VIDEOS_FOR_VIEWER
from twoside.schema.calendar import DAY_MS, HOUR_MS, Calendar
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS
from twoside.store.lake import Lake
from twoside.store.versions import schema_of

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.schema.entities import Column, Entity
    from twoside.store.stage import Stage

FIRST_DAY = 19_000
CALENDAR = Calendar(8)
_ROWS = {"viewer": 14, "video": 12}
_REACTIONS = ("click", "click", "click", "long_view", "like", "like", "comment", "hate")


def make_feed(root: Path, seed: int, days: int = 9, lists_a_day: int = 40) -> Lake:
    """Entities change once in a while; some values are unknown; times lie on a grid of minutes."""
    rng = np.random.default_rng(seed)
    lake = Lake.create(root, DOMAIN.name, CALENDAR)
    with lake.stage() as stage:
        for kind, size in _ROWS.items():
            stage.rows(kind, list(range(size)))
            stage.entities(DOMAIN.entity(kind), _versions(rng, DOMAIN.entity(kind), size, stage))
        stage.codes(VIDEOS_FOR_VIEWER.context[0], ["home", "search", "map"])
        for n in range(days):
            for name, table in _day(rng, FIRST_DAY + n, n * 1_000, lists_a_day).items():
                stage.day(name, FIRST_DAY + n, table)
        stage.commit()
    return lake


def _versions(rng: np.random.Generator, entity: Entity, size: int, stage: Stage) -> pa.Table:
    row = [*range(size), *rng.integers(0, size, size // 2).tolist()]
    begin = CALENDAR.start_of(FIRST_DAY)
    since = [begin] * size + (begin + np.arange(1, size // 2 + 1) * 11 * HOUR_MS).tolist()
    columns: dict[str, Any] = {"row": row, "valid_from_ms": since}
    columns |= {c.name: _column(rng, c, len(row), stage) for c in entity.columns}
    fields = [f for f in schema_of(entity) if f.name in columns]
    return pa.table({f.name: pa.array(columns[f.name], f.type) for f in fields})


def _column(rng: np.random.Generator, column: Column, n: int, stage: Stage) -> Any:
    words = [f"{column.name} {word}" for word in ("red", "green", "blue")]
    match column.type:
        case "category":
            return np.where(rng.random(n) < 0.15, -1, rng.choice(stage.codes(column, words), n))
        case "categories":
            codes = stage.codes(column, words)
            return [rng.choice(codes, rng.integers(0, 3), replace=False).tolist() for _ in range(n)]
        case "time":
            born = CALENDAR.start_of(FIRST_DAY) - rng.integers(0, 10**9, n)
            return np.where(rng.random(n) < 0.2, -1, born)
        case "text":
            return ["a video"] * n
    return np.where(rng.random(n) < 0.15, np.nan, np.round(rng.uniform(0, 100, n), 2))


def _day(rng: np.random.Generator, day: int, number: int, lists: int) -> dict[str, pa.Table]:
    length = 4
    n = lists * length
    ids = number + np.arange(lists)
    ts = CALENDAR.start_of(day) + 60_000 * rng.integers(0, 1_200, lists)
    person = rng.integers(0, _ROWS["viewer"], lists)
    scene = VIDEOS_FOR_VIEWER.name
    requests = pa.table([ids, ts, [scene] * lists, pa.array(person, pa.int32())], schema=REQUESTS)
    each = np.repeat(np.arange(lists), length)
    exposures = {
        "exposure_id": number + np.arange(n),
        "request_id": ids[each],
        "ts_ms": ts[each] + 60_000 * rng.integers(0, 3, n),
        "scene": [scene] * n,
        "person": person[each],
        "item": rng.integers(0, _ROWS["video"], n),
        "position": np.tile(np.arange(length), lists),
        "tab": rng.integers(-1, 3, lists)[each],
    }
    of = rng.integers(0, n, n)
    events = {
        "event_id": number + np.arange(n),
        "ts_ms": exposures["ts_ms"][of] + 60_000 * rng.integers(0, 180, n),
        "scene": [scene] * n,
        "kind": rng.choice(_REACTIONS, n),
        "person": person[each][of],
        "item": exposures["item"][of],
        "by": ["person"] * n,
        "exposure_id": np.where(rng.random(n) < 0.8, exposures["exposure_id"][of], -1),
        "value": np.full(n, np.nan),
    }
    inside = events["ts_ms"] < CALENDAR.start_of(day) + DAY_MS
    shown = pa.schema([*EXPOSURES, pa.field("tab", pa.int32())])
    return {
        "requests": requests,
        "exposures": _table(exposures, shown),
        "events": _table(events, EVENTS).filter(pa.array(inside)),
    }


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)
