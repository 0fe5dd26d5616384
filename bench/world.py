"""How long a world takes to log, how hard it is to play, and how real it looks.

    python -m bench.world [--json]                  time and memory at 0.1, 1 and 3 times the size
    python -m bench.world --scales 10               ... at ten times
    python -m bench.world --hardness [--seeds 7 8]  random, popularity, declared match, oracle
    python -m bench.world --realism                 how the logs look
    python -m bench.world --realism --lake DIR --scene videos_for_viewer --positive click

Size 1 is 20,000 seekers, 10,000 jobs, 30 days. Each size runs in a process of its own, so that its
peak memory is its own; the first one compiles if nothing is cached.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from twoside.domains.recruiting.attribute_policy import AttributePolicy
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.world import RecruitingWorld
from twoside.schema.behaviours import Behaviours
from twoside.simulate.baselines import OraclePolicy, PopularityPolicy, RandomPolicy
from twoside.simulate.play import Game, play
from twoside.simulate.realism import realism

SCENES = ("jobs_for_seeker", "seekers_for_boss")
KINDS = ("view", "chat", "reply", "reach", "reject")


def settings(scale: float, days: int, seed: int) -> WorldSettings:
    return WorldSettings(
        seekers=round(20_000 * scale), jobs=round(10_000 * scale), days=days, seed=seed
    )


def live(scale: float, days: int, seed: int) -> dict[str, Any]:
    """One size: CPU seconds from nothing to the last logged day, and the peak of memory."""
    begin = time.process_time()
    world = RecruitingWorld.start(settings(scale, days, seed))
    exposures, events = 0, 0
    for _ in range(days):
        day = world.live_day()
        exposures += day.exposures.num_rows
        events += day.events.num_rows
    return {
        "scale": scale,
        "days": days,
        "exposures": exposures,
        "events": events,
        "cpu_seconds": round(time.process_time() - begin, 2),
        "peak_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 3),
    }


def apart(scale: float, days: int, seed: int) -> dict[str, Any]:
    """`live` in a process of its own."""
    command = [sys.executable, "-m", "bench.world", "--one", str(scale)]
    command += ["--days", str(days), "--seeds", str(seed)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def logs(scale: float, days: int, seed: int) -> tuple[RecruitingWorld, pa.Table, pa.Table]:
    """A world after its logged days, and what it logged."""
    world = RecruitingWorld.start(settings(scale, days, seed))
    logged = [world.live_day() for _ in range(days)]
    return (
        world,
        pa.concat_tables([day.exposures for day in logged]),
        pa.concat_tables([day.events for day in logged]),
    )


def funnel_rates(exposures: pa.Table, events: pa.Table, scene: str) -> dict[str, float]:
    """Each step's share of the step before."""
    of = events.filter(pc.equal(events["scene"], scene))["kind"].value_counts().to_pylist()
    count = {row["values"]: row["counts"] for row in of}
    shown = pc.sum(pc.equal(exposures["scene"], scene)).as_py()
    return {
        "exposures": shown,
        "view/expose": count["view"] / shown,
        "chat/view": count["chat"] / count["view"],
        "reply/chat": count["reply"] / count["chat"],
        "reach/reply": count["reach"] / count["reply"],
        "reaches": count["reach"],
    }


def behaviours(events: pa.Table, scene: str) -> Behaviours:
    """The events of a scene as evidence of taste."""
    rows = events.filter(pc.equal(events["scene"], scene))
    strength = {kind.name: kind.strength for kind in DOMAIN.events}
    return Behaviours(
        rows["person"].to_numpy(),
        rows["item"].to_numpy(),
        rows["ts_ms"].to_numpy(),
        np.array([strength[kind] for kind in rows["kind"].to_pylist()], np.float32),
    )


def hardness(scale: float, days: int, seed: int, people: int) -> dict[str, Any]:
    """Reaches per person and day of each policy over three days, from the same state."""
    world, exposures, events = logs(scale, days, seed)
    out: dict[str, Any] = {"seed": seed}
    for scene in SCENES:
        item = DOMAIN.scene(scene).item
        game = Game(scene, "reach", world.day, 3, people)
        arms = {
            "random": RandomPolicy(item, seed),
            "popularity": PopularityPolicy(item, behaviours(events, scene), DOMAIN),
            "attributes": AttributePolicy(scene),
            "oracle": OraclePolicy(scene, item),
        }
        calendar = world.settings.calendar
        means = {
            name: play(world, policy, game, calendar).result().mean for name, policy in arms.items()
        }
        gap = means["oracle"] - means["popularity"]
        out[scene] = {
            **{name: round(mean, 4) for name, mean in means.items()},
            "attributes_share": round((means["attributes"] - means["popularity"]) / gap, 3),
            "rates": funnel_rates(exposures, events, scene),
        }
    return out


def looks(args: argparse.Namespace) -> dict[str, Any]:
    """Realism of a lake's scene, or of the world's two scenes."""
    if args.lake:
        tables = [
            ds.dataset(Path(args.lake) / name, format="parquet").to_table()
            for name in ("exposures", "events")
        ]
        return {args.scene: realism(*tables, args.scene, args.positive).as_json()}
    _, exposures, events = logs(1.0, args.days, args.seeds[0])
    return {scene: asdict(realism(exposures, events, scene, "view")) for scene in SCENES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")
    parser.add_argument("--scales", type=float, nargs="+", default=[0.1, 1.0, 3.0])
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--seeds", type=int, nargs="+", default=[7])
    parser.add_argument("--hardness", action="store_true")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--realism", action="store_true")
    parser.add_argument("--lake", default="")
    parser.add_argument("--scene", default="")
    parser.add_argument("--positive", default="view")
    parser.add_argument("--one", type=float, default=0.0, help=argparse.SUPPRESS)
    args = parser.parse_args()
    result: Any
    if args.one:
        print(json.dumps(live(args.one, args.days, args.seeds[0])))
        return
    if args.hardness:
        scale = args.scales[-1] if args.scales != [0.1, 1.0, 3.0] else 1.0
        result = [hardness(scale, args.days, seed, args.people) for seed in args.seeds]
    elif args.realism:
        result = looks(args)
    else:
        result = [apart(scale, args.days, args.seeds[0]) for scale in args.scales]
    print(json.dumps(result, indent=None if args.json else 2))


if __name__ == "__main__":
    main()
