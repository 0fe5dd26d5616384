"""What the metrics' cube costs: building it, a day more, and asking it.

    python -m bench.bi [--lake LAKE] [--scale 0.3] [--questions 60] [--json]

Without a lake a random market of bench.random_lake is made (scale 1 is 30 days of 100,000 exposures
and 33,000 events each) and not counted. With one, its cube is built in a copy of links, so the lake
itself stays as it is. Printed are CPU and wall seconds and the peak memory of this process after
the whole build and after one day more; then questions of the console (every metric, over 7 and 28
days, plain, split, and within a value), the first time and again, as median and 95th percentile.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.random_lake import make_lake
from twoside.bi.ask import Cube, Question
from twoside.bi.build import build
from twoside.bi.cells import LakeSource
from twoside.domains import catalogue
from twoside.schema.progress import quiet
from twoside.store.lake import Lake


def linked(lake: Path, folder: Path) -> Path:
    """A lake whose files are links to those of another, without what is derived."""
    copy = folder / "lake"
    copy.mkdir()
    for name in (path.name for path in lake.iterdir()):
        if name in ("lake.json", "derived"):
            continue
        (copy / name).symlink_to(lake.resolve() / name)
    (copy / "lake.json").write_text((lake / "lake.json").read_text(encoding="utf-8"))
    return copy


def built(lake: Lake, days: int | None) -> dict[str, float]:
    """Build what is missing: seconds, and the peak of memory so far."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = build(lake, catalogue.metrics(lake.domain), days, quiet)
    return {
        "days": len(done),
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "peak_gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2,
    }


def questions(cube: Cube, most: int) -> list[Question]:
    """Every metric over 7 and 28 days: plain, by its first dimensions, inside the largest value;
    `most` of them, evenly spread."""
    last = cube.days()[-1]
    found = []
    for name in cube.book.defined:
        for days in (7, 28):
            first = last - days + 1
            found.append(Question(name, first, last))
            for by in cube.splits(name, {})[:2]:
                found.append(Question(name, first, last, by))
                word = cube.ask(found[-1]).series[0].word if days == 7 else ""
                deeper = cube.splits(name, {by: word}) if word else []
                if deeper:
                    found.append(Question(name, first, last, deeper[0], {by: word}))
    return [found[n] for n in np.unique(np.linspace(0, len(found) - 1, most).astype(int))]


def asked(lake: Lake, scene: str, wanted: list[Question]) -> np.ndarray:
    """float64 (n,): milliseconds of each question, asked of a cube that is opened for it."""
    book = catalogue.metrics(lake.domain)
    taken = []
    for question in wanted:
        began = time.perf_counter()
        Cube(book, scene, LakeSource(lake, book, scene)).ask(question)
        taken.append((time.perf_counter() - began) * 1e3)
    return np.array(taken)


def measured(root: Path, most: int) -> dict:
    """All figures of one lake."""
    lake = Lake.open(root)
    days = lake.days("exposures")
    told = {
        "exposures": lake.read("exposures", columns=["exposure_id"]).num_rows,
        "events": lake.read("events", columns=["event_id"]).num_rows,
        "days": len(days),
    }
    report(f"{told['exposures']:,} exposures, {told['events']:,} events, {len(days)} days")
    told["build"] = built(lake, None)
    report(line("all days", told["build"]))
    for table in ("cells", "members"):
        last = sorted((root / "derived" / table).glob("dt=*"))[-1]
        for path in last.iterdir():
            path.unlink()
    told["one_day"] = built(lake, 1)
    report(line("one day more", told["one_day"]))
    files = [path.stat().st_size for path in (root / "derived").rglob("*.parquet")]
    told["cube_mb"] = sum(files) / 1024**2
    for scene in lake_scenes(lake):
        cube = catalogue.cube(root, scene)
        wanted = questions(cube, most)
        first, again = asked(lake, scene, wanted), asked(lake, scene, wanted)
        told[scene] = {"questions": len(wanted)}
        for name, taken in (("first", first), ("again", again)):
            told[scene][f"{name}_ms"] = {
                "median": float(np.median(taken)),
                "p95": float(np.percentile(taken, 95)),
            }
        report(f"{scene}: {len(wanted)} questions, first {np.median(first):.1f} ms (95 %: "
               f"{np.percentile(first, 95):.1f}), again {np.median(again):.1f} ms (95 %: "
               f"{np.percentile(again, 95):.1f})")  # fmt: skip
    return told


def lake_scenes(lake: Lake) -> list[str]:
    """Short names of the scenes that the lake has exposures of."""
    shown = set(lake.read("exposures", columns=["scene"])["scene"].unique().to_pylist())
    return [s.name for s in catalogue.metrics(lake.domain).domain.scenes if s.name in shown]


def line(name: str, told: dict[str, float]) -> str:
    """One build as a line to read."""
    return (
        f"{name}: {told['days']} days, {told['cpu_seconds']:.1f} CPU s, {told['seconds']:.1f} s, "
        f"peak {told['peak_gb']:.2f} GB"
    )


def report(text: str) -> None:
    """Progress, on stderr."""
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Parse, measure, print."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--lake", type=Path, help="a lake of yours; a random market without it")
    ask.add_argument("--scale", type=float, default=0.3)
    ask.add_argument("--questions", type=int, default=60)
    ask.add_argument("--json", action="store_true")
    given = ask.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.lake:
            root = linked(given.lake, Path(folder))
        else:
            root = Path(folder) / "lake"
            make_lake(root, given.scale, "jobs_for_seeker")
        told = measured(root, given.questions)
    if given.json:
        print(json.dumps(told))


if __name__ == "__main__":
    main()
