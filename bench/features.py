"""What features cost: a whole day of the whole catalogue, by engine and size, beside its peers.

    python -m bench.features [--behaviours 5] [--parts day next memory spark peers] [--json]
        [--dfs-python venv/bin/python]

A random lake (`bench.random_lake`): 30 days of 200,000 exposures and the given millions of
behaviours, made before and not counted. Every measurement runs in a process of its own; peak memory
is that process's (for Spark that of its JVM), CPU seconds are of all its threads. Kernels are
compiled before, on a lake of four days.

    day      the table of the last day alone, all features of the catalogue, written to the lake
    next     the same, after the day before was built in the same process
    memory   `day` with DuckDB held to 2 GB (its default here is 2 GB too; --memory changes `day`)
    spark    60 features of the last day on Spark in local mode, in the driver and its JVM
    peers    the same 60 features by twoside, by Polars by hand (pip install polars), and by
             featuretools' DFS on `--dfs-rows` of the rows, in a Python of its own, as it needs
             pandas below 3: pip install featuretools 'pandas<3' 'setuptools<81' pyarrow

The 60: exposures, views and chats of the job, the seeker, the job's title and the pair of titles in
1, 3, 7, 14 and 30 days. Polars' values must equal twoside's; featuretools counts sliding windows,
of the job and the seeker alone, so its values differ and only its cost is compared.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.random_lake import DAYS, FIRST_DAY, make_lake
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.wide import WIDE
from twoside.features.kinds.statistic import Count
from twoside.samples.daily import FeatureTables
from twoside.schema.calendar import iso
from twoside.schema.progress import quiet
from twoside.store.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable

SCENE = "jobs_for_seeker"
LAST = FIRST_DAY + DAYS - 1
WINDOWS = (1, 3, 7, 14, 30)
KEYS = (("item",), ("person",), ("item.title",), ("person.title", "item.title"))
KINDS = ("expose", "view", "chat")
SIXTY = tuple(
    Count(f"{'_'.join(key)}_{kind}_{days}d", key, (kind,), days)
    for key in KEYS
    for kind in KINDS
    for days in WINDOWS
)


def measured(work: Callable[[], int]) -> dict[str, float]:
    """Rows of the work, its seconds, and the peak memory of this process."""
    cpu, wall = time.process_time(), time.perf_counter()
    rows = work()
    seconds = time.perf_counter() - wall
    return {
        "rows": rows,
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": seconds,
        "rows_per_second": rows / seconds,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def built(lake: Lake, first: int, last: int, memory: str) -> int:
    """The tables of some days; how many rows the last has."""
    tables = FeatureTables.of(lake, DOMAIN, SCENE, WIDE[SCENE])
    tables.build(first, last, quiet, memory_limit=memory)
    return int(lake.read("exposures", last, last, ["exposure_id"], SCENE).num_rows)


def day(lake: Lake, memory: str) -> dict[str, float]:
    """The last day alone."""
    return measured(lambda: built(lake, LAST, LAST, memory)) | {"features": len(WIDE[SCENE])}


def next_day(lake: Lake, memory: str) -> dict[str, float]:
    """The last day, after the one before."""
    built(lake, LAST - 1, LAST - 1, memory)
    return measured(lambda: built(lake, LAST, LAST, memory)) | {"features": len(WIDE[SCENE])}


def asked(lake: Lake, most: int | None = None) -> pa.Table:
    """The exposures of the last day, as an engine is asked."""
    requests = lake.read("requests", LAST - 1, LAST, ["request_id", "ts_ms"], SCENE)
    shown = lake.read("exposures", LAST, LAST, scene=SCENE)
    if most is not None:
        shown = shown.take(np.sort(np.random.default_rng(0).permutation(shown.num_rows)[:most]))
    at = np.searchsorted(requests["request_id"].to_numpy(), shown["request_id"].to_numpy())
    ts = requests["ts_ms"].to_numpy()[at]
    return pa.table(
        {
            "row": np.arange(len(ts)),
            "ts": ts,
            "day": np.array([lake.calendar.day_of(moment) for moment in ts], np.int32),
            "person": shown["person"],
            "item": shown["item"],
        }
    )


def twoside_60(lake: Lake) -> dict[str, float]:
    """The 60 by the engine of one machine."""
    question = asked(lake)
    return measured(lambda: len(values_60(lake, question))) | {"features": len(SIXTY)}


def values_60(lake: Lake, question: pa.Table) -> np.ndarray:
    """float32 (rows, 60)"""
    import ibis

    from twoside.features.engines import duckdb

    end, scene = lake.calendar.start_of(LAST + 1), DOMAIN.scene(SCENE)
    with duckdb.connection() as con:
        table = con.create_table("question", ibis.memtable(question))
        return duckdb.feature_values(con, lake, DOMAIN, scene, SIXTY, table, end, quiet)


def spark_60(lake: Lake) -> dict[str, Any]:
    """The 60 on Spark in local mode; CPU and memory are the JVM's."""
    from twoside.features.engines import graphs, spark

    question, end = asked(lake), lake.calendar.start_of(LAST + 1)
    session = spark.local_session(memory="6g")
    jvm = session._jvm.java.lang.ProcessHandle.current().pid()
    with spark.engine(session) as engine:
        before = jvm_cpu(jvm)
        found = measured(
            lambda: len(
                graphs.feature_values(
                    engine,
                    lake,
                    DOMAIN,
                    DOMAIN.scene(SCENE),
                    SIXTY,
                    engine.table(question),
                    end,
                    quiet,
                )
            )
        )
        found["cpu_seconds"] += jvm_cpu(jvm) - before
        status = Path(f"/proc/{jvm}/status").read_text(encoding="ascii")
        peak = next(line for line in status.splitlines() if line.startswith("VmHWM"))
        found["peak_gb"] = int(peak.split()[1]) / 1024**2
    session.stop()
    return found | {"features": len(SIXTY)}


def jvm_cpu(pid: int) -> float:
    """CPU seconds of a process so far."""
    told = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(told[11]) + int(told[12])) / 100


def polars_60(lake: Lake) -> dict[str, Any]:
    """The 60 by hand in Polars; its values must be twoside's."""
    question = asked(lake)
    kept: list[np.ndarray] = []

    def work() -> int:
        kept.append(by_polars(lake, question))
        return len(kept[0])

    found: dict[str, Any] = measured(work)
    if not np.array_equal(kept[0], values_60(lake, question)):
        raise AssertionError("Polars and twoside differ")
    return found | {"features": len(SIXTY)}


def by_polars(lake: Lake, question: pa.Table) -> np.ndarray:
    """float32 (rows, 60): daily counts of the days before, running counts of the day itself."""
    import polars as pl

    def scanned(table: str, *columns: str) -> pl.DataFrame:
        files = lake.files(table, LAST - 30, LAST)
        return pl.scan_parquet(files).select("ts_ms", "person", "item", *columns).collect()

    offset = lake.calendar.offset_ms
    shown = scanned("exposures").with_columns(kind=pl.lit("expose"))
    acted = scanned("events", "kind").filter(pl.col("kind").is_in(["view", "chat"]))
    past = pl.concat([shown, acted]).with_columns(
        day=((pl.col("ts_ms") + offset) // 86_400_000).cast(pl.Int32)
    )
    rows = pl.DataFrame(question)
    for side, kind in (("person", "seeker"), ("item", "job")):
        # The entities of the random lake have one version each.
        title = pl.DataFrame(lake.versions(kind, ["title"]).select(["row", "title"]))
        title = title.rename({"row": side, "title": f"{side}.title"})
        past, rows = past.join(title, on=side, how="left"), rows.join(title, on=side, how="left")
    columns = []
    for key in KEYS:
        wanted = rows.select(key).unique()
        mine = past.join(wanted, on=list(key), how="semi")
        before = (
            mine.filter(pl.col("day") < LAST)
            .group_by(*key)
            .agg(
                (
                    ((pl.col("kind") == kind) & (pl.col("day") >= LAST - days))
                    .sum()
                    .cast(pl.Int64)
                    .alias(f"{kind}_{days}")
                )
                for kind in KINDS
                for days in WINDOWS
            )
        )
        today = mine.filter(pl.col("day") == LAST).select(
            *key,
            pl.col("ts_ms") * 2 + 1,
            *(pl.col("kind").eq(k).cast(pl.Int64).alias(k) for k in KINDS),
        )
        asks = rows.select(*key, ts_ms=pl.col("ts") * 2).unique()
        asks = asks.with_columns(pl.lit(0, pl.Int64).alias(kind) for kind in KINDS)
        running = pl.concat([today, asks]).sort("ts_ms")
        running = running.with_columns(pl.col(kind).cum_sum().over(list(key)) for kind in KINDS)
        running = running.filter(pl.col("ts_ms") % 2 == 0).with_columns(ts=pl.col("ts_ms") // 2)
        found = rows.select("row", *key, "ts").join(before, on=list(key), how="left")
        found = found.join(running.unique([*key, "ts"]), on=[*key, "ts"], how="left").sort("row")
        got = found.select(
            (pl.col(f"{kind}_{days}").fill_null(0) + pl.col(kind).fill_null(0))
            .cast(pl.Float32)
            .alias(f"{kind}_{days}")
            for kind in KINDS
            for days in WINDOWS
        )
        columns += [got[name].to_numpy() for name in got.columns]
    return np.stack(columns, axis=1)


def featuretools_60(lake: Lake, rows: int, python: str) -> dict[str, Any]:
    """Counts by kind and window of the job and the seeker by DFS, on some of the rows."""
    with tempfile.TemporaryDirectory() as folder:
        pq.write_table(asked(lake, rows), Path(folder) / "asked.parquet")
        columns = ["ts_ms", "person", "item"]
        shown = lake.read("exposures", LAST - 30, LAST, columns, SCENE)
        shown = shown.append_column("kind", pa.array(["expose"] * shown.num_rows))
        acted = lake.read("events", LAST - 30, LAST, [*columns, "kind"], SCENE)
        acted = acted.filter(pc.is_in(acted["kind"], pa.array(KINDS)))
        pq.write_table(pa.concat_tables([shown, acted]), Path(folder) / "past.parquet")
        script = str(Path(__file__).with_name("featuretools_dfs.py"))
        command = [python, "-W", "ignore", script, folder, *map(str, WINDOWS)]
        told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(told.stderr[-2000:])
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


PARTS = {
    "day": ("day",),
    "next": ("next",),
    "memory": ("memory",),
    "spark": ("spark 60",),
    "peers": ("twoside 60", "polars 60", "featuretools"),
}


def one(name: str, root: Path, memory: str, dfs_rows: int, dfs_python: str) -> dict[str, Any]:
    """One measurement, in this process."""
    lake = Lake.open(root)
    with tempfile.TemporaryDirectory() as folder:
        small = make_lake(Path(folder) / "lake", 0.02, SCENE, days=DAYS)
        if name in ("day", "next", "memory"):
            built(small, LAST, LAST, memory)
        if name in ("twoside 60", "polars 60"):
            values_60(small, asked(small))
    match name:
        case "day":
            return day(lake, memory)
        case "next":
            return next_day(lake, memory)
        case "memory":
            return day(lake, "2GB")
        case "spark 60":
            return spark_60(lake)
        case "twoside 60":
            return twoside_60(lake)
        case "polars 60":
            return polars_60(lake)
    return featuretools_60(lake, dfs_rows, dfs_python)


def main() -> None:
    """Make the lakes, measure every part in a process of its own, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--behaviours", type=float, nargs="+", default=[5.0], help="millions")
    parser.add_argument("--parts", nargs="+", choices=sorted(PARTS), default=sorted(PARTS))
    parser.add_argument("--memory", default="2GB", help="most memory of DuckDB in `day`")
    parser.add_argument("--scale", type=float, default=2.0, help="100,000 exposures a day each")
    parser.add_argument("--dfs-rows", type=int, default=200, help="rows that featuretools gets")
    parser.add_argument("--dfs-python", default="", help="a Python with featuretools")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--lake", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(
            json.dumps(one(given.one, given.lake, given.memory, given.dfs_rows, given.dfs_python))
        )
        return
    results = []
    for millions in given.behaviours:
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "lake"
            acted = millions * 1e6 / (given.scale * 100_000 * DAYS)
            make_lake(root, given.scale, SCENE, acted=acted)
            for name in (name for part in given.parts for name in PARTS[part]):
                if name == "featuretools" and not given.dfs_python:
                    print("featuretools: not measured, --dfs-python is not given", file=sys.stderr)
                    continue
                results.append(_apart(name, root, given) | {"behaviours_millions": millions})
                if not given.json:
                    print(_line(results[-1]), flush=True)
    if given.json:
        print(json.dumps({"scene": SCENE, "day": iso(LAST), "results": results}))


def _apart(name: str, root: Path, given: argparse.Namespace) -> dict[str, Any]:
    """One measurement in a new process, on a lake without built tables."""
    command = [sys.executable, "-m", "bench.features", "--one", name, "--lake", str(root)]
    command += ["--memory", given.memory, "--dfs-rows", str(given.dfs_rows)]
    command += ["--dfs-python", given.dfs_python]
    shutil.rmtree(root / "derived", ignore_errors=True)
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        raise SystemExit(f"{name}: {told.stderr[-2000:]}")
    return {"engine": name, **json.loads(told.stdout.splitlines()[-1])}


def _line(found: dict[str, Any]) -> str:
    return (
        f"{found['behaviours_millions']:g} M behaviours, {found['engine']:<12} "
        f"{found['rows']:>7} rows x {found['features']:>4} features: "
        f"{found['cpu_seconds']:7.1f} CPU s {found['wall_seconds']:7.1f} s "
        f"{found['rows_per_second']:9.0f} rows/s {found['peak_gb']:5.2f} GB"
    )


if __name__ == "__main__":
    main()
