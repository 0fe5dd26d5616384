"""A random recruiting lake of a wanted size, for measuring: nothing in it means anything.

Scale 1 is 30 days of 100,000 exposures a day to 20,000 seekers with 10,000 jobs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting.domain import DOMAIN
from twoside.schema.calendar import DAY_MS, Calendar
from twoside.schema.entities import Entity
from twoside.schema.tables import DAY_TABLES
from twoside.store.lake import Lake

FIRST_DAY, DAYS, LENGTH = 20_000, 30, 20
KINDS = ("view", "chat", "read", "reply", "reach", "reject")
SHARES = (0.6, 0.15, 0.1, 0.08, 0.02, 0.05)
SIZES = {"seeker": 20_000, "job": 10_000, "boss": 5_000, "company": 1_500}
WORDS = {"city": 12, "title": 80, "title_group": 14, "skills": 150, "degree": 6, "activity": 4}


def make_lake(root: Path, scale: float, scene: str, acted: float = 1 / 3, days: int = DAYS) -> Lake:
    """A random market, a day at a time; `acted` behaviours follow an exposure on average."""
    rng = np.random.default_rng(0)
    lake = Lake.create(root, "recruiting", Calendar(8.0))
    sizes = {kind: int(size * scale) for kind, size in SIZES.items()}
    with lake.stage() as stage:
        for kind, size in sizes.items():
            stage.rows(kind, np.arange(size))
        for kind, size in sizes.items():
            entity = DOMAIN.entity(kind)
            stage.entities(entity, _entities(rng, entity, size, stage, sizes, lake))
        first = 0
        for day in range(days):
            requests = int(5_000 * scale)
            for table, rows in _day(rng, lake, scene, day, requests, first, sizes, acted).items():
                stage.day(table, FIRST_DAY + day, rows)
            first += requests
        stage.commit()
    return lake


def _entities(
    rng: np.random.Generator,
    entity: Entity,
    size: int,
    stage: Any,
    sizes: dict[str, int],
    lake: Lake,
) -> pa.Table:
    since = np.full(size, lake.calendar.start_of(FIRST_DAY))
    columns: dict[str, Any] = {
        "row": pa.array(np.arange(size), pa.int32()),
        "valid_from_ms": pa.array(since),
    }
    for column in entity.columns:
        words = sizes.get(column.refers_to, WORDS.get(column.name, 8))
        if column.type == "category":
            if not column.refers_to:
                stage.codes(column, [f"{column.name} {n}" for n in range(words)])
            columns[column.name] = pa.array(rng.integers(0, words, size), pa.int32())
        elif column.type == "categories":
            stage.codes(column, [f"{column.name} {n}" for n in range(words)])
            lists = rng.integers(0, words, (size, 6))
            columns[column.name] = pa.array(list(lists), pa.list_(pa.int32()))
        elif column.type == "text":
            columns[column.name] = pa.array(["x"] * size)
        elif column.type == "time":
            columns[column.name] = pa.array(since - rng.integers(0, 30 * DAY_MS, size))
        else:
            columns[column.name] = pa.array(rng.random(size) * 30)
    return pa.table(columns)


def _day(
    rng: np.random.Generator,
    lake: Lake,
    scene: str,
    day: int,
    n: int,
    first: int,
    sizes: dict[str, int],
    acted_share: float,
) -> dict[str, pa.Table]:
    declared = DOMAIN.scene(scene)
    start = lake.calendar.start_of(FIRST_DAY + day)
    ts = np.sort(rng.integers(start, start + DAY_MS - 60_000, n))
    person = (sizes[declared.person] * rng.random(n) ** 1.7).astype(np.int32)
    size = n * LENGTH
    shown = {
        "exposure_id": np.arange(size) + first * LENGTH,
        "request_id": np.repeat(np.arange(n) + first, LENGTH),
        "ts_ms": np.repeat(ts, LENGTH) + np.tile(np.arange(LENGTH) * 1000, n),
        "scene": [scene] * size,
        "person": np.repeat(person, LENGTH),
        "item": (sizes[declared.item] * rng.random(size) ** 2).astype(np.int32),
        "position": np.tile(np.arange(LENGTH), n),
    }
    m = round(size * acted_share)
    of = np.sort(rng.choice(size, m, replace=m > size))
    acted = {
        "event_id": np.arange(m) + round(first * LENGTH * max(1.0, acted_share)),
        "ts_ms": np.minimum(shown["ts_ms"][of] + rng.integers(0, 7_200_000, m), start + DAY_MS - 1),
        "scene": [scene] * m,
        "kind": rng.choice(KINDS, m, p=SHARES).tolist(),
        "person": shown["person"][of],
        "item": shown["item"][of],
        "by": ["person"] * m,
        "exposure_id": shown["exposure_id"][of],
        "value": np.full(m, np.nan),
    }
    asked = {
        "request_id": np.arange(n) + first,
        "ts_ms": ts,
        "scene": [scene] * n,
        "person": person,
    }
    return {
        name: pa.table(
            [pa.array(columns[f.name], f.type) for f in DAY_TABLES[name]], schema=DAY_TABLES[name]
        )
        for name, columns in (("requests", asked), ("exposures", shown), ("events", acted))
    }
