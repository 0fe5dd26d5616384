"""How recall grows: fit and lists for everybody on a synthetic market of a wanted size.

    python -m bench.recall_scale [--people 1000000] [--items 100000] [--behaviours 20000000]
                                 [--channels itemcf swing usercf] [--limit 100] [--growth] [--json]

For every step: wall seconds, CPU seconds of both threads, and the most memory that the process had
meanwhile (GB). `--growth` does a hundredth and a tenth of the market first. Everybody's lists go to
Parquet in a temporary folder, as `store.recommended` keeps them.

The market means nothing, but it is skewed as markets are: a tenth of the people does nearly half
of what is done, items are taken by rank ^ -0.8, and people of one of many kinds take two thirds of
theirs from the items of their kind.
"""

from __future__ import annotations

import argparse
import gc
import json
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from twoside import components
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recommend_all import RecommendAll
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import EntityTable
from twoside.store.recommended import Recommended

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "twoside.funnel.recall.channels"
ITEMS_OF_A_KIND = 250


def main() -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument("--behaviours", type=int, default=20_000_000)
    parser.add_argument("--channels", nargs="+", default=["itemcf", "swing", "usercf"])
    parser.add_argument("--limit", type=int, default=100)
    parser.add_argument("--growth", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    one_size(300, 200, 6_000, args.channels, 10)  # compile
    found = []
    for part in (100, 10, 1) if args.growth else (1,):
        size = (args.people // part, args.items // part, args.behaviours // part)
        found.append(one_size(*size, args.channels, args.limit))
        if not args.json:
            _show(found[-1])
    if args.json:
        print(json.dumps(found))


def one_size(
    people: int, items: int, behaviours: int, channels: list[str], limit: int
) -> dict[str, Any]:
    """All steps at one size."""
    report: dict[str, Any] = {"people": people, "items": items, "behaviours": behaviours}
    with measured(report, "make the market"):
        data = market(people, items, behaviours)
    for name in channels:
        settings = components.load(FOLDER, name)()
        with measured(report, f"{name}: fit"):
            fitted = settings.fit(data, 0)
        everybody = RecommendAll(limit=limit)
        with tempfile.TemporaryDirectory() as folder, measured(report, f"{name}: everybody"):
            with Recommended.begin(Path(folder), everybody.about()) as kept:
                everybody.run({name: fitted}, data, kept)
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
        report[f"{name}: everybody"]["parquet_mb"] = round(size / 1e6, 1)
        del fitted
    return report


@contextmanager
def measured(report: dict[str, Any], step: str) -> Iterator[None]:
    """Wall seconds, CPU seconds and peak memory of a step."""
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak begins anew
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    status = Path("/proc/self/status").read_text()
    peak_kb = int(status.partition("VmHWM:")[2].split()[0])
    report[step] = {
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "peak_gb": round(peak_kb / 2**20, 2),
    }


def market(people: int, items: int, behaviours: int, seed: int = 0) -> RecallData:
    """A market of this size; about `behaviours` rows, in order of people and time."""
    rng = np.random.default_rng(seed)
    active = np.exp(1.2 * rng.standard_normal(people))
    many = np.maximum(np.round(active * (behaviours / active.sum())), 1).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(many)])
    kinds = max(1, items // ITEMS_OF_A_KIND)
    kind = rng.integers(0, kinds, people).astype(np.int32)
    rows = int(start[-1])
    person = np.repeat(np.arange(people, dtype=np.int32), many)
    item = _taken(start, kind, items, kinds, seed)
    ts_ms = np.sort(rng.integers(0, 30 * DAY_MS, rows))  # any order will do between people
    log = Behaviours(person, item, ts_ms, np.ones(rows, np.float32))
    return RecallData(log, EntityTable("p", people, {}), EntityTable("i", items, {}), 30 * DAY_MS)


@njit(cache=True)
def _taken(start, kind, items, kinds, seed):  # type: ignore[no-untyped-def]
    """int32: an item is of the kind `item % kinds`; low numbers are popular."""
    np.random.seed(seed)
    taken = np.empty(start[-1], np.int32)
    of_kind = items // kinds
    for p in range(len(kind)):
        for r in range(start[p], start[p + 1]):
            # u ^ 5 is the quantile of rank ^ -0.8
            if np.random.random() < 2 / 3:
                taken[r] = int(of_kind * np.random.random() ** 5) * kinds + kind[p]
            else:
                taken[r] = int(items * np.random.random() ** 5)
    return taken


def _show(report: dict[str, Any]) -> None:
    print("{people:,} people, {items:,} items, {behaviours:,} behaviours".format(**report))
    for step, of in report.items():
        if isinstance(of, dict):
            print(f"  {step:20} " + "  ".join(f"{name} {value:8}" for name, value in of.items()))


if __name__ == "__main__":
    main()
