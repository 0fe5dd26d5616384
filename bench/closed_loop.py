"""Closed loop over worlds: how much of the way from popularity to the oracle the funnel goes.

    python -m bench.closed_loop --out DIR [--seeds 7 8 9 10] [--people 5000] [--days 3] [--json]

For every seed: make a world, learn both scenes on its log to the last day, play. An interval over
people tells how well one world was measured; the one here is over worlds, by Student's t, and
tells what another market of this kind would see. A world that DIR holds already is not made again.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import t as student

SCENES = ("recruiting/jobs_for_seeker", "recruiting/seekers_for_boss")
POLICIES = ("random", "popularity", "funnel", "oracle")


def main() -> None:
    """One world after another, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the worlds")
    parser.add_argument("--seeds", type=int, nargs="+", default=[7, 8, 9, 10])
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--days", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    plays = [one(seed, arguments) for seed in arguments.seeds]
    found = {scene: summary([play[scene] for play in plays]) for scene in SCENES}
    if arguments.json:
        by_seed = dict(zip(arguments.seeds, plays, strict=True))
        print(json.dumps({"scenes": found, "plays": by_seed}))
        return
    for scene, of_scene in found.items():
        print(scene)
        for name, (mean, low, high) in of_scene.items():
            print(f"  {name:<16}{mean:.4f}  ({low:.4f} to {high:.4f})")


def one(seed: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """What `twoside world play --json` says of both scenes in the world of this seed."""
    lake = arguments.out / f"seed-{seed}"
    if not (lake / "lake.json").exists():
        twoside("world", "make", "recruiting", "--lake", str(lake), "--seed", str(seed))
    plays = {}
    for scene in SCENES:
        began = time.perf_counter()
        twoside("funnel", "train", scene, "--lake", str(lake), "--seed", str(seed))
        trained = time.perf_counter() - began
        size = ("--people", str(arguments.people), "--days", str(arguments.days))
        told = twoside("world", "play", scene, "--lake", str(lake), *size, "--json")
        plays[scene] = json.loads(told)
        share = plays[scene]["share_of_oracle"]
        took = time.perf_counter() - began - trained
        print(
            f"seed {seed} {scene}: {share:.3f}, learned {trained:.0f} s, played {took:.0f} s",
            file=sys.stderr,
            flush=True,
        )
    return plays


def summary(plays: list[dict[str, Any]]) -> dict[str, tuple[float, float, float]]:
    """Policy, and the share of the way -> mean and 95 % interval over worlds."""
    values = {name: [play[name] for play in plays] for name in (*POLICIES, "share_of_oracle")}
    return {name: interval(np.array(value)) for name, value in values.items()}


def interval(values: np.ndarray) -> tuple[float, float, float]:
    """Mean, low and high of float (worlds,); of one world nobody knows, so both are NaN."""
    mean = float(values.mean())
    if len(values) == 1:
        return mean, float("nan"), float("nan")
    error = float(values.std(ddof=1) / np.sqrt(len(values)) * student.ppf(0.975, len(values) - 1))
    return mean, mean - error, mean + error


def twoside(*arguments: str) -> str:
    """Run a command as a user would; its progress is kept away, its failure is not."""
    done = subprocess.run(
        [sys.executable, "-m", "twoside.cli.app", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"twoside {' '.join(arguments)}: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    main()
