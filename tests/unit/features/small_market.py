"""Small random markets for the feature tests, made to be nasty.

Moments lie on a coarse grid, so requests, exposures and events tie all the time; much happens
after each request; entities change, come late, or are never described; codes and numbers are
unknown now and then; another scene's rows lie between.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from feature_reference import Asked, Version

from twoside.features.kinds.activity import Age, Since
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.content import TextSimilarity
from twoside.features.kinds.cross import Difference, Equal, Overlap, Preference
from twoside.features.kinds.distance import Distance
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.kinds.statistic import Count, Rate, Trend
from twoside.features.kinds.time import Hour, Weekday
from twoside.schema.calendar import DAY_MS, Calendar
from twoside.schema.domain import Domain, EventKind, Scene, Target
from twoside.schema.entities import Column, Entity
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

    from twoside.features.definition import Feature

BUYER = Entity(
    "buyer",
    (
        Column("city", "category"),
        Column("wish", "category"),
        Column("has", "categories"),
        Column("pay", "number"),
        Column("latitude", "number"),
        Column("longitude", "number"),
        Column("born_ms", "time"),
    ),
)
THING = Entity(
    "thing",
    (
        Column("city", "category"),
        Column("trade", "category"),
        Column("needs", "categories"),
        Column("pay", "number"),
        Column("latitude", "number"),
        Column("longitude", "number"),
        Column("born_ms", "time"),
    ),
)
SCENE = Scene(
    "things",
    "buyer",
    "thing",
    (
        Target("look", ("look",), within_hours=3),
        Target("take", ("take", "keep"), within_hours=30),
        Target("drop", ("drop",), within_hours=12, sign=-1),
    ),
    context=(Column("tab", "category"), Column("price", "number")),
)
DOMAIN = Domain(
    "market",
    (BUYER, THING),
    (
        EventKind("look", 1),
        EventKind("take", 1),
        EventKind("keep", 1, by="item"),
        EventKind("drop", -1, by="either"),
    ),
    (SCENE,),
)
EVENT_KINDS = ("look", "take", "keep", "drop")
FIRST_DAY = 20_000
DAYS = 9
GRID_MS = DAY_MS // 8
"""Every moment is a multiple of it, so ties are common and days begin on the grid."""


@dataclass(frozen=True)
class Market:
    """A lake and the same content in memory."""

    lake: Lake
    requests: pa.Table
    exposures: pa.Table
    events: pa.Table
    versions: dict[str, list[Version]]
    translate: dict[tuple[str, str], dict[int, int]]
    words: dict[tuple[str, str], list[str]]

    def asked(self, exposure_ids: np.ndarray) -> list[Asked]:
        """Exposures as questions at the moment of their request."""
        at = dict(
            zip(
                self.requests["request_id"].to_pylist(),
                self.requests["ts_ms"].to_pylist(),
                strict=True,
            )
        )
        by_id = {row["exposure_id"]: row for row in self.exposures.to_pylist()}
        rows = [by_id[exposure] for exposure in exposure_ids.tolist()]
        return [
            Asked(
                row["person"],
                row["item"],
                at[row["request_id"]],
                {"tab": row["tab"], "price": row["price"]},
            )
            for row in rows
        ]


def make(root: Path, seed: int, utc_offset_hours: float = 8.0) -> Market:
    """A market of a dozen buyers and things over nine days."""
    rng = np.random.default_rng(seed)
    calendar = Calendar(utc_offset_hours)
    lake = Lake.create(root / f"lake{seed}", "market", calendar)
    requests, exposures = _lists(rng, calendar)
    events = _events(rng, exposures, calendar)
    with lake.stage() as stage:
        versions, translate = {}, {}
        for entity, size in ((BUYER, 12), (THING, 15)):
            stage.rows(entity.kind, list(range(size)))
            table = _versions(rng, entity, size, stage, calendar)
            stage.entities(entity, table)
            versions[entity.kind] = _as_versions(entity, table)
        for column in SCENE.context[:1]:
            stage.codes(column, ["home", "search", "map"])
        for name, table in (("requests", requests), ("exposures", exposures), ("events", events)):
            local = (table["ts_ms"].to_numpy() + calendar.offset_ms) // DAY_MS
            for day in np.unique(local).tolist():
                stage.day(name, day, table.filter(pa.array(local == day)))
        stage.commit()
    for mine, its in (("wish", "trade"), ("has", "needs")):
        others = lake.words("thing", its)
        translate[mine, its] = {
            code: others.index(word)
            for code, word in enumerate(lake.words("buyer", mine))
            if word in others
        }
    words = {
        (side, column.name): lake.words(entity.kind, column.name)
        for side, entity in (("person", BUYER), ("item", THING))
        for column in entity.columns
        if column.type in ("category", "categories")
    }
    return Market(lake, requests, exposures, events, versions, translate, words)


def _moments(rng: np.random.Generator, n: int, calendar: Calendar) -> np.ndarray:
    return calendar.start_of(FIRST_DAY) + GRID_MS * rng.integers(0, 8 * DAYS, n)


def _lists(rng: np.random.Generator, calendar: Calendar) -> tuple[pa.Table, pa.Table]:
    n, length = 90, 4
    order = rng.permutation(n) * 7 + 3  # ids in no order of time
    person = rng.integers(-1, 12, n)
    ts = _moments(rng, n, calendar)
    ts = np.where(ts + 2 * GRID_MS >= calendar.start_of(FIRST_DAY + DAYS), ts - DAY_MS, ts)
    scene = rng.choice(["things", "things", "things", "other"], n).tolist()
    requests = pa.table(
        [pa.array(order), pa.array(ts), pa.array(scene), pa.array(person, pa.int32())],
        schema=REQUESTS,
    )
    each = np.repeat(np.arange(n), length)
    size = n * length
    columns = {
        "exposure_id": rng.permutation(size) * 3,
        "request_id": order[each],
        "ts_ms": ts[each] + GRID_MS * rng.integers(0, 3, size),  # shown then or later
        "scene": [scene[i] for i in each],
        "person": person[each],
        "item": rng.integers(0, 15, size),
        "position": np.tile(np.arange(length), n),
        "tab": rng.integers(-1, 3, n)[each],
        "price": np.where(rng.random(n) < 0.2, np.nan, rng.random(n))[each],
    }
    fields = [*EXPOSURES, pa.field("tab", pa.int32()), pa.field("price", pa.float64())]
    return requests, _table(columns, pa.schema(fields))


def _events(rng: np.random.Generator, exposures: pa.Table, calendar: Calendar) -> pa.Table:
    n = 500
    of = rng.integers(0, exposures.num_rows, n)
    named = rng.random(n) < 0.6
    ts = exposures["ts_ms"].to_numpy()[of] + GRID_MS * rng.integers(0, 9, n)
    before_end = calendar.start_of(FIRST_DAY + DAYS)
    ts = np.minimum(ts, before_end - GRID_MS)
    columns = {
        "event_id": rng.permutation(n) + 5,
        "ts_ms": ts,
        "scene": [exposures["scene"][i].as_py() for i in of.tolist()],
        "kind": rng.choice(EVENT_KINDS, n).tolist(),
        "person": exposures["person"].to_numpy()[of],
        "item": exposures["item"].to_numpy()[of],
        "by": ["person"] * n,
        "exposure_id": np.where(named, exposures["exposure_id"].to_numpy()[of], -1),
        "value": np.full(n, np.nan),
    }
    return _table(columns, EVENTS)


def _versions(
    rng: np.random.Generator, entity: Entity, size: int, stage: Any, calendar: Calendar
) -> pa.Table:
    """Most have one version from the beginning; some more, some late, one none at all."""
    row, since = [], []
    for entity_row in range(size - 1):
        late = rng.random() < 0.2
        first = calendar.start_of(FIRST_DAY) + (3 * DAY_MS if late else -DAY_MS)
        for n in range(rng.choice([1, 1, 2, 3])):
            row.append(entity_row)
            since.append(first + n * (DAY_MS + GRID_MS))
    n = len(row)
    columns: dict[str, Any] = {"row": row, "valid_from_ms": since}
    for column in entity.columns:
        columns[column.name] = _column(rng, column, n, stage, calendar)
    kinds = {
        "category": pa.int32(),
        "categories": pa.list_(pa.int32()),
        "number": pa.float64(),
        "time": pa.int64(),
    }
    fields = [("row", pa.int32()), ("valid_from_ms", pa.int64())]
    return _table(columns, pa.schema([*fields, *((c.name, kinds[c.type]) for c in entity.columns)]))


def _column(
    rng: np.random.Generator, column: Column, n: int, stage: Any, calendar: Calendar
) -> Any:
    words = {
        "city": ["A", "B", "C"],
        "wish": ["cook", "smith", "baker", "pilot"],
        "trade": ["baker", "cook", "guard"],
        "has": ["x", "y", "--", "only mine"],
        "needs": ["--", "only its", "x", "y"],
    }.get(column.name, [])
    if column.type == "category":
        codes = stage.codes(column, words)
        return np.where(rng.random(n) < 0.15, -1, rng.choice(codes, n))
    if column.type == "categories":
        codes = stage.codes(column, words)
        return [rng.choice(codes, rng.integers(0, 4), replace=False).tolist() for _ in range(n)]
    if column.type == "time":
        born = calendar.start_of(FIRST_DAY) - rng.integers(0, 10**9, n)
        return np.where(rng.random(n) < 0.2, -1, born)
    scale = {"latitude": 80, "longitude": 170}.get(column.name, 100)
    return np.where(rng.random(n) < 0.15, np.nan, rng.uniform(-1, 1, n) * scale)


def _table(columns: dict[str, Any], schema: pa.Schema) -> pa.Table:
    return pa.table([pa.array(columns[f.name], f.type) for f in schema], schema=schema)


def _as_versions(entity: Entity, table: pa.Table) -> list[Version]:
    names = [column.name for column in entity.columns]
    return [
        Version(row["row"], row["valid_from_ms"], {name: row[name] for name in names})
        for row in table.to_pylist()
    ]


KEYS = (
    ("item",),
    ("person",),
    ("item.city",),
    ("item.trade", "person"),
    ("person", "item"),
    ("person.city", "item.city"),
    ("item", "context.tab"),
    ("context.tab",),
)


def every_kind() -> tuple[Feature, ...]:
    """Every kind of feature, over many keys and windows."""
    counted: list[Feature] = []
    for n, key in enumerate(KEYS):
        for days in (0, 1, 3, None):
            counted += [
                Count(f"count_{n}_{days}", key, ("take", "keep"), days),
                Count(f"shown_{n}_{days}", key, ("expose",), days),
                Rate(f"rate_{n}_{days}", key, ("look", "drop"), ("expose", "take"), days, 0.1, 5),
            ]
        counted.append(Since(f"since_{n}", key, ("take", "look")))
        for days in (0, 1, 4, 61):
            counted.append(ActiveDays(f"active_{n}_{days}", key, ("take", "look"), days))
        counted.append(ActiveDays(f"shown_days_{n}", key, ("expose",), 3))
    counted.append(Since("since_shown", ("item",), ("expose",)))
    recent: list[Feature] = []
    sets = (("look", "take"), None), (("drop",), None), (("expose", "keep"), None)
    for events, days in (*sets, (("look", "take"), 1), (("drop", "take"), 0)):
        name = "_".join(events) + (f"_{days}" if days is not None else "")
        recent += [
            RecentShare(f"share_item_{name}", events, 5, "item", days=days),
            RecentShare(f"share_city_{name}", events, 5, "city", days=days),
            RecentShare(f"share_trade_{name}", events, 2, "trade", days=days),
            RecentValue(f"last_item_{name}", events, 1, "item", days=days),
            RecentValue(f"third_city_{name}", events, 3, "city", days=days),
            RecentGap(f"gap_{name}", events, 4, "pay", days=days),
            RecentSimilarity(f"like_{name}", events, 6, ("city", "trade"), "mean", days=days),
            RecentSimilarity(f"most_like_{name}", events, 2, ("trade", "city"), "max", days=days),
            RecentSimilarity(f"city_like_{name}", events, 3, ("city",), "mean", days=days),
        ]
    return (
        Attribute("buyer_city", "person", "city"),
        Attribute("buyer_pay", "person", "pay"),
        Attribute("thing_trade", "item", "trade"),
        Identity("who", "person"),
        Identity("what", "item"),
        Context("tab", "tab"),
        Context("price", "price"),
        Equal("same_city", "city", "city"),
        Equal("same_trade", "wish", "trade"),
        Difference("pay_gap", "pay", "pay"),
        Overlap("skills", "has", "needs"),
        TextSimilarity("trade_text", "wish", "trade"),
        TextSimilarity("skills_text", "has", "needs"),
        TextSimilarity("wish_in_needs", "wish", "needs"),
        TextSimilarity("has_trade", "has", "trade"),
        Distance("km", "latitude", "longitude", "latitude", "longitude"),
        Age("buyer_age", "person", "born_ms"),
        Age("thing_age", "item", "born_ms"),
        Hour("hour"),
        Weekday("weekday"),
        *counted,
        *recent,
        Trend("rising_fast", "prefers", "rising"),
        Preference("prefers", "rate_3_3", "rate_1_3"),
        Trend("rising", "rate_0_1", "rate_0_None"),
        Trend("busier", "count_0_1", "count_0_3"),
        Preference("pay_gap_a_km", "pay_gap", "km"),
    )
