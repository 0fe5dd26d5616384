"""Public logs as the recall channels take them. The files are not part of the project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from twoside.funnel.recall.channel import RecallData
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import Codes, EntityTable


@dataclass(frozen=True)
class HeldOut:
    """A past to learn from, and the items that each of some people took next."""

    data: RecallData
    person: np.ndarray
    """int32 (n,), rows of the people asked for; each stands once"""
    row: np.ndarray
    """int (m,): index into `person` of each right item"""
    item: np.ndarray
    """int (m,)"""


def kuairand(folder: Path, day: int) -> HeldOut:
    """Everything before a day (yyyymmdd) to learn from, the day's clicks held out."""
    shown = pd.read_parquet(folder / "impressions.parquet")
    shown = shown.sort_values("time_ms", kind="stable")
    videos = pd.read_parquet(folder / "items.parquet")
    viewers = pd.read_parquet(folder / "users.parquet", columns=["user_id"])
    person = pd.Index(viewers["user_id"]).get_indexer(shown["user_id"]).astype(np.int32)
    item = pd.Index(videos["video_id"]).get_indexer(shown["video_id"]).astype(np.int32)
    good = {"is_click": 1, "long_view": 1, "is_like": 2, "is_follow": 3, "is_comment": 2}
    strength = sum(worth * shown[name].to_numpy() for name, worth in good.items())
    strength = strength + 2 * shown["is_forward"].to_numpy() - 10 * shown["is_hate"].to_numpy()
    ts_ms, date = shown["time_ms"].to_numpy(), shown["date"].to_numpy()
    now_ms = int(ts_ms[date == day].min())
    log = Behaviours(person, item, ts_ms, strength.astype(np.float32))
    log = log.where((strength != 0) & (ts_ms < now_ms))
    test = (date == day) & (shown["is_click"].to_numpy() == 1)
    asked, row = np.unique(person[test], return_inverse=True)
    people = EntityTable("viewer", len(viewers), {})
    data = RecallData(log, people, _videos(videos), now_ms, born="born")
    return HeldOut(data, asked, row, item[test])


def _videos(videos: pd.DataFrame) -> EntityTable:
    names = ("author_id", "video_type", "upload_type", "music_id", "music_type")
    codes = {name: pd.factorize(videos[name])[0].astype(np.int32) for name in names}
    sizes = {name: int(code.max()) + 1 for name, code in codes.items()}
    words = [[w for w in text.split(",") if w.isdigit()] for text in videos["tag"].astype(str)]
    values = np.array([int(w) for row in words for w in row], np.int32)
    start = np.concatenate([[0], np.cumsum([len(row) for row in words])]).astype(np.int64)
    born = pd.to_datetime(videos["upload_dt"]).to_numpy().astype("datetime64[ms]").astype(np.int64)
    sizes["tag"] = int(values.max()) + 1
    lists = {"tag": Codes(values, start)}
    return EntityTable("video", len(videos), {**codes, "born": born}, lists, None, sizes)


def random_market(people: int, items: int, rows: int, seed: int = 0) -> RecallData:
    """A market of the shape of recruiting, at random: for speed, not for quality."""
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
