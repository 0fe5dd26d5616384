"""How fast online features are: reading a request, taking in a month, and what it weighs.

    python -m bench.online [--json] [--scale 0.1 1]

Random rows of the recruiting schema: 20,000 seekers, 10,000 jobs, 3 M exposures and 1 M events in
30 days at scale 1, read with all features that `jobs_for_seeker` declares. Random pairs meet once,
so the tables of pairs are at their largest. CPU seconds of one core; no peer is compared here.
"""

from __future__ import annotations

import argparse
import json
import time

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting.domain import DOMAIN, JOBS_FOR_SEEKER
from twoside.domains.recruiting.features import FEATURES
from twoside.features.online import OnlineStates
from twoside.schema.calendar import DAY_MS, Calendar
from twoside.schema.entities import Codes, EntityTable
from twoside.schema.request import Request
from twoside.schema.tables import EVENTS, EXPOSURES

DAYS = 30
FIRST_DAY = 20_000
CALENDAR = Calendar(8)
CANDIDATES = 500
_SIZES = {"title": 120, "title_group": 20, "city": 40, "skills": 600, "degree": 6}


def party(kind: str, size: int, rng: np.random.Generator) -> EntityTable:
    """Random entities."""
    columns: dict[str, np.ndarray] = {}
    lists: dict[str, Codes] = {}
    sizes = {**_SIZES, "boss": size // 3, "company": size // 10}
    for column in DOMAIN.entity(kind).columns:
        if column.type == "category":
            codes = rng.integers(0, sizes.get(column.name, 10), size)
            columns[column.name] = codes.astype(np.int32)
        elif column.type == "number":
            columns[column.name] = rng.uniform(0, 90, size)
        elif column.type == "time":
            columns[column.name] = np.full(size, (FIRST_DAY - 9) * DAY_MS)
        elif column.type == "categories":
            values = rng.integers(0, sizes[column.name], size * 6).astype(np.int32)
            lists[column.name] = Codes(values, np.arange(size + 1, dtype=np.int64) * 6)
    return EntityTable(kind, size, columns, lists, None, sizes)


def log(
    people: int, items: int, shown: int, done: int, rng: np.random.Generator
) -> tuple[pa.Table, pa.Table]:
    """Exposures and events; some people and items have far more than others."""

    def rows(n: int) -> dict[str, object]:
        begin = CALENDAR.start_of(FIRST_DAY)
        return {
            "ts_ms": np.sort(rng.integers(begin, begin + DAYS * DAY_MS, n)),
            "person": (people * rng.random(n) ** 2).astype(np.int32),
            "item": (items * rng.random(n) ** 2).astype(np.int32),
            "scene": pa.array(["jobs_for_seeker"]).take(pa.array(np.zeros(n, np.int8))),
        }

    exposures = {"exposure_id": np.arange(shown), "request_id": np.arange(shown), **rows(shown)}
    exposures["position"] = np.zeros(shown, np.int16)
    kinds = pa.array(["view", "view", "view", "chat", "reply", "reach", "reject"])
    events = {"event_id": np.arange(done), **rows(done)}
    events["kind"] = kinds.take(pa.array(rng.integers(0, len(kinds), done)))
    events["by"] = pa.array(["person"]).take(pa.array(np.zeros(done, np.int8)))
    events["exposure_id"] = np.full(done, -1)
    events["value"] = np.zeros(done, np.float32)
    return (
        pa.table({name: exposures[name] for name in EXPOSURES.names}, EXPOSURES),
        pa.table({name: events[name] for name in EVENTS.names}, EVENTS),
    )


def milliseconds(times: list[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    return {
        "p50_ms": round(1000 * float(np.median(times)), 3),
        "p99_ms": round(1000 * float(np.quantile(times, 0.99)), 3),
    }


def read_times(
    states: OnlineStates, people: int, items: int, requests: int, rng: np.random.Generator
) -> dict[str, float]:
    """Batches of so many requests with 500 candidates each, per request."""
    now = CALENDAR.start_of(FIRST_DAY + DAYS)
    times = []
    for n in range(200 if requests == 1 else 40):
        asked = [Request(int(p), now + n) for p in rng.integers(0, people, requests)]
        start = np.arange(requests + 1) * CANDIDATES
        found = [rng.permutation(items)[:CANDIDATES] for _ in asked]
        rows = np.concatenate(found).astype(np.int32)
        begin = time.process_time()
        states.read(asked, start, rows)
        times.append((time.process_time() - begin) / requests)
    return milliseconds(times[5:])


def update_times(states: OnlineStates, exposures: pa.Table, events: pa.Table) -> dict[str, float]:
    """One event at a time, as a server gets them."""
    times = []
    for n in range(400):
        one = events.slice(events.num_rows - 400 + n, 1)
        begin = time.process_time()
        states.update(None, one)
        times.append(time.process_time() - begin)
    shown = []
    for n in range(200):
        twenty = exposures.slice(exposures.num_rows - 4000 + 20 * n, 20)
        begin = time.process_time()
        states.update(twenty, None)
        shown.append(time.process_time() - begin)
    return {
        "event_p50_ms": milliseconds(times)["p50_ms"],
        "20_exposures_p50_ms": milliseconds(shown)["p50_ms"],
    }


def measure(scale: float, seed: int = 1) -> dict[str, object]:
    """All figures at one size."""
    rng = np.random.default_rng(seed)
    people, items = max(int(20_000 * scale), 500), max(int(10_000 * scale), 600)
    exposures, events = log(people, items, int(3e6 * scale), int(1e6 * scale), rng)
    made = (
        FEATURES[JOBS_FOR_SEEKER.name],
        JOBS_FOR_SEEKER,
        DOMAIN,
        CALENDAR,
        party("seeker", people, rng),
        party("job", items, rng),
    )
    states = OnlineStates.start(*made)
    states.warm_up()
    begin = time.process_time()
    states.update(exposures, events)
    bulk = time.process_time() - begin
    by_part = {part: round(held / 1e6, 1) for part, held in states.memory_by_part().items()}
    begin = time.process_time()
    states = OnlineStates.unpack(states.pack(), *made)
    restored = time.process_time() - begin
    return {
        "scale": scale,
        "people": people,
        "items": items,
        "features": len(states.features),
        "exposures": exposures.num_rows,
        "events": events.num_rows,
        "bulk_update_cpu_s": round(bulk, 2),
        "pack_and_unpack_cpu_s": round(restored, 2),
        "memory_mb": round(states.memory_bytes() / 1e6, 1),
        "memory_mb_by_part": {name: mb for name, mb in by_part.items() if mb >= 1},
        "update": update_times(states, exposures, events),
        "read_1": read_times(states, people, items, 1, rng),
        "read_64_per_request": read_times(states, people, items, 64, rng),
        "late": update_times(states, exposures, events),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--scale", type=float, nargs="*", default=[0.1, 1.0])
    options = parser.parse_args()
    results = [measure(scale) for scale in options.scale]
    if options.json:
        print(json.dumps({"online": results}))
        return
    for result in results:
        print("\n".join(f"{name:22} {value}" for name, value in result.items()), end="\n\n")


if __name__ == "__main__":
    main()
