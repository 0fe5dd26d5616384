"""A selected set against the whole catalogue: AUC on later days and the time to train.

    python -m bench.selection --lake LAKE --scene feed/videos_for_viewer --work FOLDER \\
        --train-until 2022-05-04 [--rows 60000] [--shares 0.1 0.2] [--seeds 3] [--json]

The features are the scene's wide catalogue; chosen on the training days alone. All sets train on
the same rows with the scene's own settings of the model, one after another, and each with several
seeds: two trainings on the same features already differ by about as much as is asked for here.
What a set loses is the mean over seeds of AUC of all less AUC of the set, with a standard error
over persons and seeds (`metrics/auc_difference.py`). Samples, scores and every training are kept in
FOLDER, so a run that was stopped goes on. Progress is on stderr.
"""

from __future__ import annotations

import argparse
import hashlib
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
from twoside.features.analysis.findings import FLAGS
from twoside.features.definition import look_back_days
from twoside.features.selection.choose import Choosing, choose
from twoside.funnel import settings as configured
from twoside.funnel.learn import some_samples, training_samples
from twoside.funnel.rank.report import score_all
from twoside.funnel.rank.train import train
from twoside.metrics.auc import auc
from twoside.metrics.auc_difference import auc_difference
from twoside.schema.calendar import day_number
from twoside.schema.samples import FeatureColumn, Samples
from twoside.store.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.schema.progress import Tick

_MAPS = ("labels", "factors", "pending")


SECONDS: dict[str, float] = {}
"""Of each step of this run."""


@contextmanager
def steps(name: str) -> Iterator[Tick]:
    """A line a step on stderr, when it begins and when it is done."""
    began = time.perf_counter()
    say(f"{time.strftime('%H:%M:%S')} {name} ...")
    yield lambda _done: None
    SECONDS[name] = time.perf_counter() - began
    say(f"{time.strftime('%H:%M:%S')} {name}: {SECONDS[name]:.1f} s")


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


def chosen(
    past: Samples,
    targets: tuple[str, ...],
    sizes: list[int],
    look_back: dict[str, float],
    asked: argparse.Namespace,
) -> dict:
    """For each size the names that are kept, best first, and what it cost."""
    kept = Kept(asked.work)
    key = "chosen-" + "-".join(map(str, sizes))
    found = kept.load(key)
    if found is None:
        with steps("analyse"):
            analysis = analyse(past, look_back=look_back)
        found = {"sets": {}}
        for size in sizes:
            every = Choosing(size, rows=len(past))
            picked = choose(past, analysis, targets, every, asked.seed, steps, kept, asked.budget)
            found["sets"][str(size)] = list(picked.features)
            found |= {"methods": list(picked.methods), "left_out": list(picked.left_out)}
        found["flagged"] = {f: len(analysis.flagged(f)) for f in FLAGS}
        found["seconds"] = dict(SECONDS)
        kept.save(key, found)
    return found


def trained(
    past: Samples, test: Samples, targets: tuple[str, ...], seed: int, asked: argparse.Namespace
) -> tuple[dict, np.ndarray]:
    """Seconds to train, and float32 (targets, n) scores; kept, so that a stopped run goes on."""
    names = hashlib.sha256(repr([c.name for c in past.columns]).encode()).hexdigest()[:12]
    key = f"trained-{asked.model}-{len(past.columns)}-{names}-{seed}"
    kept, scores = Kept(asked.work), asked.work / f"{key}.npy"
    found = kept.load(key)
    if found is None:
        settings = catalogue.settings(asked.scene)
        choice = next(c for c in configured.rankers(settings) if c.name == asked.model)
        began, cpu = time.perf_counter(), time.process_time()
        scorer = train(choice.settings, past, targets, seed)
        found = {
            "seconds": time.perf_counter() - began,
            "cpu_seconds": time.process_time() - cpu,
        }
        np.save(scores, score_all(scorer, test).T)
        kept.save(key, found)
    return found, np.load(scores)


def together(name: str, runs: list, test: Samples, targets: tuple[str, ...], whole: list) -> dict:
    """A set over all seeds, and how it compares with the whole catalogue."""
    told: dict = {
        "set": name,
        "seconds": float(np.mean([run["seconds"] for run, _ in runs])),
        "cpu_seconds": float(np.mean([run["cpu_seconds"] for run, _ in runs])),
        "targets": {},
    }
    for n, target in enumerate(targets):
        label = test.labels[target]
        final = ~np.isnan(label)
        label, weight = label[final], test.weight_of(target)[final].astype(np.float64)
        mine = np.array([scores[n, final] for _, scores in runs])
        by_seed = [auc(label, scores, weight) for scores in mine]
        line = {"auc": float(np.mean(by_seed)), "by_seed": by_seed}
        if whole is not runs:
            all_scores = np.array([scores[n, final] for _, scores in whole])
            line["lost"], line["error"] = auc_difference(
                label, weight, test.person[final], all_scores, mine
            )
        told["targets"][target] = line
    told["faster"] = float(np.mean([r["cpu_seconds"] for r, _ in whole])) / told["cpu_seconds"]
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
    ask.add_argument("--seeds", type=int, default=3, help="trainings of each set")
    ask.add_argument("--budget", type=float, default=3_600.0, help="seconds for the methods")
    ask.add_argument("--json", action="store_true")
    asked = ask.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    past, test = samples_of(asked)
    declared = catalogue.declared(asked.scene, asked.lake)
    targets = declared.targets(catalogue.settings(asked.scene).training.targets)
    positives = {t: int((test.labels[t] == 1).sum()) for t in targets}
    say(f"{len(past)} rows of {len(past.columns)} features, {len(test)} of later days, {positives}")
    named = {f.name: f for f in declared.wide}
    look_back = {f.name: look_back_days(f, named) for f in declared.wide}
    sets = {f"{share:.0%}": round(share * len(past.columns)) for share in asked.shares}
    picked = chosen(past, targets, list(sets.values()), look_back, asked)
    lines: list[dict] = []
    whole: list = []
    for name, size in {"all": len(past.columns), **sets}.items():
        names = list(named) if name == "all" else picked["sets"][str(size)]
        some, runs = past.only(names), []
        for seed in range(asked.seed, asked.seed + asked.seeds):
            with steps(f"train on {name}, seed {seed}"):
                runs.append(trained(some, test, targets, seed, asked))
        whole = whole or runs
        lines.append({"features": len(names), **together(name, runs, test, targets, whole)})
        figures = "  ".join(
            f"{t} {q['auc']:.4f}"
            + (f" ({-q['lost']:+.4f} ± {q['error']:.4f})" if "lost" in q else "")
            for t, q in lines[-1]["targets"].items()
        )
        say(
            f"{name:6}{len(names):5}  {figures}  {lines[-1]['cpu_seconds']:.1f} CPU s, "
            f"{lines[-1]['faster']:.1f}x"
        )
    if asked.json:
        about = {"rows": len(past), "test_rows": len(test), "test_positives": positives}
        print(json.dumps({**about, "chosen": picked, "sets": lines}))


if __name__ == "__main__":
    main()
