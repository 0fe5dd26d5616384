"""A selected set against all features: AUC on later days and the time to train.

    python -m bench.selection --lake LAKE --scene feed/videos_for_viewer --train-until 2022-05-04 \\
        [--rows 100000] [--shares 0.1 0.25] [--model xgboost] [--seed 1] [--json]

Chosen on the training days alone. All sets train on the same rows with the scene's own settings of
the model, one after another, so their times compare; the order is all, sets, all again.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path

from twoside.domains import catalogue
from twoside.features.analysis.analyse import analyse
from twoside.features.selection.choose import Choosing, choose
from twoside.funnel import settings as configured
from twoside.funnel.learn import some_samples, training_samples
from twoside.funnel.rank.report import evaluate
from twoside.funnel.rank.train import train
from twoside.schema.calendar import day_number
from twoside.schema.progress import silent
from twoside.schema.samples import Samples


def trained(choice: configured.Choice, past: Samples, test: Samples, asked: argparse.Namespace,
            targets: tuple[str, ...]) -> dict:  # fmt: skip
    """Seconds to train and AUC by target."""
    began, cpu = time.perf_counter(), time.process_time()
    scorer = train(choice.settings, past, targets, asked.seed)
    took, used = time.perf_counter() - began, time.process_time() - cpu
    auc = {target: quality.auc for target, quality in evaluate(scorer, test).items()}
    return {"features": len(past.columns), "seconds": took, "cpu_seconds": used, "auc": auc}


def main() -> None:
    """Print a line a set."""
    ask = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ask.add_argument("--lake", type=Path, required=True)
    ask.add_argument("--scene", required=True)
    ask.add_argument("--train-until", required=True)
    ask.add_argument("--rows", type=int, default=100_000)
    ask.add_argument("--shares", type=float, nargs="+", default=[0.1, 0.25])
    ask.add_argument("--model", default="xgboost")
    ask.add_argument("--seed", type=int, default=1)
    ask.add_argument("--json", action="store_true")
    asked = ask.parse_args()
    declared, settings = (
        catalogue.declared(asked.scene, asked.lake),
        catalogue.settings(asked.scene),
    )
    settings = replace(settings, training=replace(settings.training, rows=asked.rows))
    day = day_number(asked.train_until, "--train-until")
    past = training_samples(declared, settings, day, asked.seed, silent)
    last = declared.lake.days("exposures")[-1]
    cutoff = declared.lake.calendar.start_of(last + 1)
    test = some_samples(declared, (day + 1, last), cutoff, asked.rows, asked.seed, silent)
    targets = declared.targets(settings.training.targets)
    choice = next(c for c in configured.rankers(settings) if c.name == asked.model)
    began = time.perf_counter()
    found = analyse(past)
    analysed = time.perf_counter() - began
    sets: dict[str, tuple[str, ...]] = {"all": tuple(c.name for c in past.columns)}
    began = time.perf_counter()
    most = Choosing(len(past.columns), rows=asked.rows)
    chosen = choose(past, found, targets, most, asked.seed, silent)
    selected = time.perf_counter() - began
    for share in asked.shares:  # best first, so a smaller set is the head of a larger one
        sets[f"{share:.0%}"] = chosen.features[: round(share * len(past.columns))]
    lines = {}
    print(f"{len(past)} rows, {len(test)} of later days; "
          f"analysed in {analysed:.1f} s, chosen in {selected:.1f} s")  # fmt: skip
    for name, names in [*sets.items(), ("all again", sets["all"])]:
        lines[name] = trained(choice, past.only(names), test, asked, targets)
        figures = "  ".join(f"{t} {auc:.4f}" for t, auc in lines[name]["auc"].items())
        print(f"{name:10}{lines[name]['features']:5}  {figures}  {lines[name]['seconds']:.1f} s "
              f"({lines[name]['cpu_seconds']:.1f} CPU s)", flush=True)  # fmt: skip
    if asked.json:
        print(json.dumps({"sets": sets, "lines": lines}))


if __name__ == "__main__":
    main()
