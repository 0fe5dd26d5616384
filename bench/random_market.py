"""A market at random, of the shape of recruiting: for speed, not for quality."""

from __future__ import annotations

import numpy as np

from twoside.funnel.recall.channel import RecallData
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import Codes, EntityTable


def random_market(people: int, items: int, rows: int, seed: int = 0) -> RecallData:
    """So many people, items and behaviours of 30 days."""
    rng = np.random.default_rng(seed)

    def parties(kind: str, size: int) -> EntityTable:
        length = rng.integers(2, 8, size)
        start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
        sizes = {"title": 60, "city": 20, "degree": 5, "company": size // 5 + 1}
        columns = {n: rng.integers(0, width, size).astype(np.int32) for n, width in sizes.items()}
        columns["pay"] = rng.normal(10, 3, size)
        columns["latitude"] = rng.uniform(22, 42, size)
        columns["longitude"] = rng.uniform(100, 122, size)
        columns["born"] = rng.integers(0, 30 * DAY_MS, size)
        skills = Codes(rng.integers(0, 300, start[-1]).astype(np.int32), start)
        return EntityTable(kind, size, columns, {"skills": skills}, None, {**sizes, "skills": 300})

    def drawn(size: int, power: float) -> np.ndarray:
        share = np.arange(1, size + 1.0) ** -power
        return rng.choice(size, rows, p=share / share.sum()).astype(np.int32)

    first, second = parties("seeker", people), parties("job", items)
    log = Behaviours(
        drawn(people, 0.5),
        drawn(items, 0.7),
        np.sort(rng.integers(0, 30 * DAY_MS, rows)),
        rng.choice([1, 1, 1, 3, -1], rows).astype(np.float32),
    )
    matches = tuple((name, name) for name in ("title", "city", "degree", "skills", "pay"))
    places = ("latitude", "longitude", "latitude", "longitude")
    return RecallData(log, first, second, 30 * DAY_MS, matches, places, "born")
