"""A selected set against the whole catalogue: AUC on later days and the time to train.

    python -m bench.selection --lake LAKE --scene feed/videos_for_viewer --work FOLDER \\
        --train-until 2022-05-04 [--rows 60000] [--shares 0.1 0.2] [--seeds 2] [--json]

The features are the scene's wide catalogue; chosen on the training days alone. All sets train on
the same rows with the scene's own settings of the model, one after another, and each with several
seeds: two trainings on the same features already differ by about as much as is asked for here.
Samples, scores and every training are kept in FOLDER, so a run that was stopped goes on. Progress
is on stderr.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twoside.domains import catalogue
from twoside.features.analysis.analyse import analyse
from twoside.features.selection.choose import Choosing, choose
from twoside.funnel import settings as configured
from twoside.funnel.learn import some_samples, training_samples
from twoside.funnel.rank.report import evaluate
from twoside.funnel.rank.train import train
from twoside.schema.calendar import day_number
from twoside.schema.samples import FeatureColumn, Samples
from twoside.store.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.schema.progress import Tick

_MAPS = ("labels", "factors", "pending")


@contextmanager
def steps(name: str) -> Iterator[Tick]:
    """A line a step on stderr, when it begins and when it is done."""
    began = time.perf_counter()
    say(f"{time.strftime('%H:%M:%S')} {name} ...")
    yield lambda _done: None
    say(f"{time.strftime('%H:%M:%S')} {name}: {time.perf_counter() - began:.1f} s")


def say(text: str) -> None:
    """On stderr, at once."""
    print(text, file=sys.stderr, flush=True)


def save(path: Path, samples: Samples) -> None:
    """As plain arrays."""
    plain = {name: value for name, value in vars(samples).items() if name not in _MAPS}
    columns = json.dumps([asdict(column) for column in plain.pop("columns")])
    maps = {f"{m} {name}": a for m in _MAPS for name, a in getattr(samples, m).items()}
    np.savez(path, columns=np.array(columns), **plain, **maps)


def load(path: Path) -> Samples:
    """What `save` wrote."""
    with np.load(path) as kept:
        plain = {name: kept[name] for name in kept.files if " " not in name and name != "columns"}
        maps = {
            m: {k.partition(" ")[2]: kept[k] for k in kept.files if k.startswith(f"{m} ")}
            for m in _MAPS
        }
        columns = tuple(FeatureColumn(**c) for c in json.loads(str(kept["columns"])))
    return Samples(columns=columns, **plain, **maps)


def samples_of(asked: argparse.Namespace) -> tuple[Samples, Samples]:
    """Training rows and rows of later days, with the whole catalogue."""
    paths = [asked.work / f"{name}.npz" for name in ("past", "test")]
    if not all(path.exists() for path in paths):
        declared = catalogue.declared(asked.scene, asked.lake)
        declared = replace(declared, features=declared.wide)
        settings = catalogue.settings(asked.scene)
        settings = replace(settings, training=replace(settings.training, rows=asked.rows))
        day = day_number(asked.train_until, "--train-until")
        last = declared.lake.days("exposures")[-1]
        cutoff = declared.lake.calendar.start_of(last + 1)
        save(paths[0], training_samples(declared, settings, day, asked.seed, steps))
        later = some_samples(declared, (day + 1, last), cutoff, asked.rows, asked.seed, steps)
        save(paths[1], later)
    return load(paths[0]), load(paths[1])


def chosen(past: Samples, targets: tuple[str, ...], asked: argparse.Namespace) -> dict:
    """Names of what may be chosen, best first, and what it cost."""
    kept = Kept(asked.work)
    found = kept.load("chosen")
    if found is None:
        began = time.perf_counter()
        with steps("analyse"):
            analysis = analyse(past)
        analysed = time.perf_counter() - began
        every = Choosing(len(past.columns), rows=asked.rows)
        picked = choose(past, analysis, targets, every, asked.seed, steps, kept, asked.budget)
        found = {
            "features": list(picked.features),
            "methods": list(picked.methods),
            "left_out": list(picked.left_out),
            "analysed_seconds": analysed,
            "seconds": time.perf_counter() - began,
        }
        kept.save("chosen", found)
    return found


def trained(
    past: Samples, test: Samples, targets: tuple[str, ...], seed: int, asked: argparse.Namespace
) -> dict:
    """Seconds to train and AUC by target; kept, so that a stopped run goes on."""
    kept, key = Kept(asked.work), f"trained-{asked.model}-{len(past.columns)}-{seed}"
    found = kept.load(key)
    if found is None:
        settings = catalogue.settings(asked.scene)
        choice = next(c for c in configured.rankers(settings) if c.name == asked.model)
        began, cpu = time.perf_counter(), time.process_time()
        scorer = train(choice.settings, past, targets, seed)
        found = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - cpu,
            "auc": {target: q.auc for target, q in evaluate(scorer, test).items()},
        }
        kept.save(key, found)
    return found


def together(name: str, runs: list[dict], features: int, whole: dict | None) -> dict:
    """The mean over seeds of a set, and how it compares with the whole catalogue."""
    auc = {t: float(np.mean([run["auc"][t] for run in runs])) for t in runs[0]["auc"]}
    spread = {t: float(np.std([run["auc"][t] for run in runs])) for t in auc}
    told = {
        "set": name,
        "features": features,
        "auc": auc,
        "spread": spread,
        "seconds": float(np.mean([run["seconds"] for run in runs])),
        "cpu_seconds": float(np.mean([run["cpu_seconds"] for run in runs])),
    }
    if whole:
        told["auc_lost"] = {t: whole["auc"][t] - auc[t] for t in auc}
        told["faster"] = whole["cpu_seconds"] / told["cpu_seconds"]
    return told


def main() -> None:
    """Print a line a set."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--lake", type=Path, required=True)
    ask.add_argument("--scene", required=True)
    ask.add_argument("--train-until", required=True)
    ask.add_argument("--work", type=Path, required=True, help="where to keep what is done")
    ask.add_argument("--rows", type=int, default=60_000)
    ask.add_argument("--shares", type=float, nargs="+", default=[0.1, 0.2])
    ask.add_argument("--model", default="xgboost")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--seeds", type=int, default=2, help="trainings of each set")
    ask.add_argument("--budget", type=float, default=900.0, help="seconds for the methods")
    ask.add_argument("--json", action="store_true")
    asked = ask.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    past, test = samples_of(asked)
    declared = catalogue.declared(asked.scene, asked.lake)
    targets = declared.targets(catalogue.settings(asked.scene).training.targets)
    positives = {t: int((test.labels[t] == 1).sum()) for t in targets}
    say(f"{len(past)} rows of {len(past.columns)} features, {len(test)} of later days, {positives}")
    picked = chosen(past, targets, asked)
    sets = {f"{share:.0%}": round(share * len(past.columns)) for share in asked.shares}
    lines: list[dict] = []
    for name, size in {"all": len(past.columns), **sets}.items():
        names = [c.name for c in past.columns] if name == "all" else picked["features"][:size]
        some, runs = past.only(names), []
        for seed in range(asked.seed, asked.seed + asked.seeds):
            with steps(f"train on {name}, seed {seed}"):
                runs.append(trained(some, test, targets, seed, asked))
        lines.append(together(name, runs, len(names), lines[0] if lines else None))
        figures = "  ".join(
            f"{t} {a:.4f} ± {lines[-1]['spread'][t]:.4f}" for t, a in lines[-1]["auc"].items()
        )
        say(f"{name:6}{len(names):5}  {figures}  {lines[-1]['cpu_seconds']:.1f} CPU s")
    if asked.json:
        about = {"rows": len(past), "test_rows": len(test), "test_positives": positives}
        print(json.dumps({**about, "chosen": picked, "sets": lines}))


if __name__ == "__main__":
    main()
