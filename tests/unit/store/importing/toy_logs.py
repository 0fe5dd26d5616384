"""Made-up logs of a feed in the shape of public ones, with bad rows at known places."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import numpy as np

from twoside.schema.calendar import Calendar
from twoside.store.importing.mapping import (
    EntitySource,
    EventSource,
    ExposureSource,
    LogMapping,
)

CALENDAR = Calendar(8)
DAY = 19_100
START = CALENDAR.start_of(DAY)


def write_csv(path: Path, columns: list[str], rows: list[list]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    told = text.getvalue().encode()
    path.write_bytes(gzip.compress(told) if path.suffix == ".gz" else told)


def people(n: int) -> list[list]:
    return [[f"u{k}", "high" if k % 3 else "low", 10 * k] for k in range(n)]


def films(n: int) -> list[list]:
    tags = ["a,b", "b", "", "unknown", "c, a"]
    return [[k, f'Film "{k}", part', tags[k % 5], 1000.5 * k, "2022-04-01"] for k in range(n)]


def log(rng: np.random.Generator, rows: int, users: int, items: int, days: int) -> list[list]:
    """user, item, time (s), tab, click, like, watched"""
    ts = START // 1000 + rng.integers(0, days * 86_400, rows)
    return [
        [
            f"u{rng.integers(users)}",
            int(rng.integers(items)),
            int(t),
            f"tab{rng.integers(3)}",
            int(rng.random() < 0.4),
            int(rng.random() < 0.1),
            round(float(rng.random() * 60), 3),
        ]
        for t in ts
    ]


LOG = ["user", "item", "time", "tab", "click", "like", "watched"]


def mapping(**changed) -> LogMapping:
    """A mapping of `users.csv`, `films.csv.gz` and `log.csv`."""
    told = {
        "domain": "feed",
        "scene": "videos_for_viewer",
        "utc_offset_hours": 8.0,
        "earliest": "2022-01-01",
        "latest": "2022-12-31",
        "name": "toy",
        "entities": (
            EntitySource(
                "viewer",
                "users.csv",
                "id",
                {"active_degree": "degree", "fans_count": "fans"},
            ),
            EntitySource(
                "video",
                "films.csv.gz",
                "id",
                {
                    "title": "title",
                    "category": "tags",
                    "categories": "tags",
                    "duration_ms": "length",
                    "uploaded_ms": "day",
                },
                split={"category": ",", "categories": ","},
                unknown={"category": ["unknown"], "categories": ["unknown"]},
            ),
        ),
        "exposures": ExposureSource("log.csv", "user", "item", "time", "s", context={"tab": "tab"}),
        "events": (
            EventSource("click", "click == 1", value="watched"),
            EventSource("like", "like == 1"),
        ),
    }
    return LogMapping(**(told | changed))


def write_all(folder: Path, rows: list[list], users: int = 30, items: int = 20) -> Path:
    folder.mkdir(exist_ok=True)
    write_csv(folder / "users.csv", ["id", "degree", "fans"], people(users))
    write_csv(folder / "films.csv.gz", ["id", "title", "tags", "length", "day"], films(items))
    write_csv(folder / "log.csv", LOG, rows)
    return folder
