"""A small random market with every trap in it: ties, late replies, unknowns, entities that change,
arrive late or leave, two scenes in one log, days without events."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from feature_reference import Asked, Version

from twoside.features.definition import Feature
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
from twoside.features.text import Vectors
from twoside.schema.calendar import HOUR_MS, Calendar
from twoside.schema.domain import Domain, EventKind, Scene, Target
from twoside.schema.entities import Codes, Column, Entity, EntityTable
from twoside.schema.request import Request
from twoside.schema.tables import EVENTS, EXPOSURES

CALENDAR = Calendar(8)
FIRST_DAY = 20_000

_PLACE = (Column("lat", "number"), Column("lon", "number"))
_SHARED = (
    Column("title", "category"),
    Column("pay", "number"),
    Column("skills", "categories"),
    Column("since", "time"),
    *_PLACE,
)
DOMAIN = Domain(
    "test",
    (
        Entity("seeker", (*_SHARED, Column("city", "category"))),
        Entity("job", (*_SHARED, Column("town", "category"), Column("tags", "categories"))),
    ),
    (
        EventKind("view", 1, strength=0.5),
        EventKind("chat", 1, strength=2.0),
        EventKind("mark", 1, strength=0.0),
        EventKind("reject", -1, by="either", strength=-1.0),
    ),
    (
        Scene(
            "jobs_for_seeker",
            "seeker",
            "job",
            (Target("chat", ("chat",), 24),),
            context=(Column("tab", "category"), Column("depth", "number")),
        ),
        Scene("other", "job", "seeker", (Target("chat", ("chat",), 24),)),
    ),
)
SCENE = DOMAIN.scenes[0]
TRANSLATE = {("city", "town"): {0: 2, 2: 0}, ("skills", "tags"): {0: 3, 1: 1, 2: 2, 5: 0}}
TRANSLATE_ARRAYS = {
    ("city", "town"): np.array([2, -1, 0], np.int32),
    ("skills", "tags"): np.array([3, 1, 2, -1, -1, 0], np.int32),
}
WORDS = {
    ("person", "title"): ["smith", "blacksmith", "工程师", "程序员"],
    ("item", "title"): ["smith", "blacksmith", "工程师", "程序员"],
    ("person", "skills"): ["welding", "forging", "cad", "--", "焊接", "java"],
    ("item", "tags"): ["javascript", "weld", "CAD smith", "!"],
}
TEXTS = {place: Vectors.of(words) for place, words in WORDS.items()}
SIZES = {"title": 4, "skills": 6, "city": 4, "town": 4, "tags": 4}


def features() -> tuple[Feature, ...]:
    """Every kind, every sort of key and window."""
    return (
        Attribute("p_pay", "person", "pay"),
        Attribute("p_title", "person", "title"),
        Attribute("i_pay", "item", "pay"),
        Attribute("i_title", "item", "title"),
        Identity("who", "person"),
        Identity("what", "item"),
        Context("tab", "tab"),
        Context("depth", "depth"),
        Equal("same_title", "title", "title"),
        Equal("same_city", "city", "town"),
        Difference("pay_gap", "pay", "pay"),
        Overlap("skills", "skills", "skills"),
        Overlap("tags", "skills", "tags"),
        TextSimilarity("title_text", "title", "title"),
        TextSimilarity("tags_text", "skills", "tags"),
        TextSimilarity("title_in_tags", "title", "tags"),
        Distance("km", "lat", "lon", "lat", "lon"),
        Count("i_shown_0", ("item",), ("expose",), 0),
        Count("i_shown_2", ("item",), ("expose",), 2),
        Count("i_any_ever", ("item",), ("view", "chat", "expose"), None),
        Rate("i_ctr_1", ("item",), ("view",), ("expose",), 1, 0.1, 5.0),
        Count("p_act_3", ("person",), ("view", "chat"), 3),
        Rate("p_ctr", ("person",), ("chat",), ("view", "expose"), None, 0.2, 1.0),
        Count("t_shown_2", ("item.title",), ("expose",), 2),
        Count("pt_view_2", ("person", "item.title"), ("view",), 2),
        Count("pi_shown_1", ("person", "item"), ("expose",), 1),
        Count("ip_shown_1", ("item", "person"), ("expose", "mark"), 1),
        Rate("tt_1", ("person.title", "item.title"), ("chat",), ("expose",), 1, 0.1, 2.0),
        Count("ic_1", ("item", "context.tab"), ("view",), 1),
        Count("c_0", ("context.tab",), ("expose",), 0),
        Count("ptc", ("person", "item.title", "context.tab"), ("expose", "view"), 1),
        Since("i_last", ("item",), ("chat", "view")),
        Since("p_last", ("person",), ("expose",)),
        Since("pi_last", ("person", "item"), ("expose",)),
        Since("ct_last", ("person.city", "context.tab"), ("view",)),
        ActiveDays("i_days_1", ("item",), ("chat", "view"), 1),
        ActiveDays("i_days_0", ("item",), ("view", "chat"), 0),
        ActiveDays("p_days_61", ("person",), ("expose",), 61),
        ActiveDays("pt_days_2", ("person", "item.title"), ("view",), 2),
        ActiveDays("cc_days", ("person.city", "item.town"), ("view", "chat", "mark"), 3),
        Age("p_age", "person", "since"),
        Age("i_age", "item", "since"),
        RecentShare("share_title", ("view", "chat"), 3, "title"),
        RecentShare("share_item", ("view", "chat", "reject"), 5, "item"),
        RecentShare("share_shown", ("expose", "view"), 4, "item"),
        RecentValue("last_title", ("view", "chat"), 1, "title"),
        RecentValue("third_item", ("view", "chat", "reject"), 3, "item"),
        RecentGap("pay_from_recent", ("view", "chat"), 4, "pay"),
        RecentSimilarity("like_3", ("view", "chat"), 3, ("title", "town"), "mean"),
        RecentShare("share_2_days", ("view", "chat"), 3, "title", days=2),
        RecentValue("last_today", ("view", "chat"), 1, "item", days=0),
        RecentGap("pay_from_week", ("view", "chat"), 4, "pay", days=3),
        RecentSimilarity("like_2_days", ("view", "chat"), 5, ("town",), "max", days=2),
        RecentSimilarity("like_1", ("chat", "reject"), 1, ("town",), "max"),
        RecentSimilarity("most_like", ("view", "chat"), 5, ("town", "title"), "max"),
        Hour("hour"),
        Weekday("weekday"),
        Preference("rising_by_pay", "rising", "pay_gap"),
        Trend("rising", "i_shown_0", "i_shown_2"),
        Preference("likes_title", "pt_view_2", "p_act_3"),
    )


@dataclass(frozen=True)
class Log:
    """Raw rows, versions and what is asked."""

    exposures: pa.Table
    events: pa.Table
    versions: dict[str, list[Version]]
    asked: list[list[Asked]]
    """One list a request, in order of time."""
    sizes: dict[str, int]

    def requests(self) -> list[Request]:
        return [Request(a[0].person, a[0].ts_ms, context=a[0].context) for a in self.asked]

    def table(self, kind: str, ts_ms: int) -> EntityTable:
        """The entities of a kind as they are at a moment."""
        size = self.sizes[kind]
        now: dict[int, Version] = {}
        for version in sorted(self.versions[kind], key=lambda v: v.from_ms):
            if version.from_ms <= ts_ms:
                now[version.row] = version
        columns: dict[str, np.ndarray] = {}
        lists: dict[str, Codes] = {}
        # Rows that do not exist yet hold rubbish here, which must not be read.
        for column in DOMAIN.entity(kind).columns:
            if column.type == "categories":
                found = [now[r].columns[column.name] if r in now else [1] for r in range(size)]
                start = np.cumsum([0, *(len(f) for f in found)])
                lists[column.name] = Codes(np.array([c for f in found for c in f], np.int32), start)
                continue
            dtype = {"number": np.float64, "time": np.int64}.get(column.type, np.int32)
            values = [now[r].columns[column.name] if r in now else 1 for r in range(size)]
            columns[column.name] = np.array(values, dtype)
        exists = np.array([r in now for r in range(size)])
        return EntityTable(kind, size, columns, lists, exists, SIZES)

    def tables(self) -> list[tuple[int, EntityTable, EntityTable]]:
        """(from when, people, items) at every change."""
        moments = sorted({v.from_ms for kind in self.versions for v in self.versions[kind]})
        return [(t, self.table("seeker", t), self.table("job", t)) for t in moments]


def random_log(
    seed: int, people: int = 6, items: int = 5, days: int = 6, rows: int = 160, requests: int = 40
) -> Log:
    """Times are multiples of an hour, so that many are equal and some fall on midnight."""
    rng = np.random.default_rng(seed)
    begin = CALENDAR.start_of(FIRST_DAY)
    busy = [d for d in range(days) if d != 2]  # a day on which nothing happens

    def moment() -> int:
        return int(begin + (rng.choice(busy) * 24 + rng.integers(24)) * HOUR_MS)

    exposures = [
        {
            "exposure_id": int(n),
            "request_id": int(n),
            "ts_ms": moment(),
            "scene": "other" if rng.random() < 0.15 else SCENE.name,
            "person": int(rng.integers(people)),
            "item": int(rng.integers(items)),
            "position": 0,
            "tab": int(rng.integers(-1, 3)),
            "depth": float(rng.random()),
        }
        for n in rng.permutation(rows)
    ]
    events = []
    for n in rng.permutation(rows):
        shown = exposures[rng.integers(rows)]
        known = rng.random() < 0.8
        events.append(
            {
                "event_id": int(n),
                "ts_ms": shown["ts_ms"] + int(rng.integers(0, 30)) * HOUR_MS,
                "scene": shown["scene"],
                "kind": str(rng.choice(["view", "view", "chat", "mark", "reject"])),
                "person": shown["person"],
                "item": shown["item"],
                "by": "person",
                "exposure_id": shown["exposure_id"] if known else -1,
                "value": None,
            }
        )
    versions = {
        kind: [_version(rng, kind, row, begin, moment) for row in range(size) for _ in range(2)]
        for kind, size in (("seeker", people), ("job", items))
    }
    asked = []
    for ts_ms in sorted([*(moment() for _ in range(requests)), begin + 9 * 24 * HOUR_MS]):
        context = (
            {"tab": float(rng.integers(-1, 3)), "depth": float(rng.integers(4))}
            if rng.random() < 0.8
            else {}
        )
        one = Asked(int(rng.integers(-1, people)), 0, ts_ms, context)
        asked.append([replace(one, item=int(i)) for i in rng.permutation(items)[:3]])
    context = [pa.field("tab", pa.int32()), pa.field("depth", pa.float64())]
    exposures.sort(key=lambda r: r["ts_ms"])
    events.sort(key=lambda r: r["ts_ms"])
    return Log(
        pa.Table.from_pylist(exposures, pa.schema([*EXPOSURES, *context])),
        pa.Table.from_pylist(events, EVENTS),
        versions,
        asked,
        {"seeker": people, "job": items},
    )


def _version(rng: np.random.Generator, kind: str, row: int, begin: int, moment) -> Version:
    def maybe(value, unknown=-1):
        return unknown if rng.random() < 0.2 else value

    columns = {
        "title": maybe(int(rng.integers(4))),
        "pay": maybe(float(rng.integers(5, 50)) + 0.37, float("nan")),
        "skills": [int(c) for c in rng.integers(0, 6, rng.integers(0, 4))],
        "since": maybe(begin - int(rng.integers(100)) * HOUR_MS),
        "lat": maybe(float(rng.uniform(20, 50)), float("nan")),
        "lon": maybe(float(rng.uniform(80, 130)), float("nan")),
    }
    if kind == "seeker":
        columns["city"] = maybe(int(rng.integers(4)))
    else:
        columns["town"] = maybe(int(rng.integers(4)))
        columns["tags"] = [int(c) for c in rng.integers(0, 4, rng.integers(0, 3))]
    # Half of the versions are there from the beginning, so most entities exist and then change.
    return Version(row, begin if rng.random() < 0.5 else moment(), columns)
