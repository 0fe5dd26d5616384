"""What the settings of samples do to a ranker, judged on later days by all that was shown.

    python -m bench.samples --lake LAKE --scene recruiting/jobs_for_seeker \\
        --train-until 2026-03-26 [--ways mask weigh skip_above] \\
        [--train-days 28] [--rows 100000] [--model xgboost] [--seeds 3] [--json]

`mask` is the funnel as it ships, `weigh` has `[training] delayed = "weigh"`, `skip_above` has
`negatives = "skip_above"`. Every way learns from the same requests and is judged on the same rows
of the days after `--train-until`; a seed draws other requests and other models. Printed are AUC,
GAUC, MAP and calibration of each target, means over seeds, and each way's difference to the first
with its standard error over seeds.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.domains import catalogue
from twoside.funnel import settings as configured
from twoside.funnel.learn import some_samples
from twoside.funnel.rank.report import evaluate
from twoside.funnel.rank.train import train
from twoside.schema.calendar import day_number
from twoside.schema.progress import silent

if TYPE_CHECKING:
    from twoside.schema.evaluation import TargetQuality

FIGURES = ("auc", "gauc", "map", "calibration")
WAYS: dict[str, dict[str, Any]] = {
    "mask": {"delayed": "mask", "negatives": "exposed"},
    "weigh": {"delayed": "weigh", "negatives": "exposed"},
    "skip_above": {"delayed": "mask", "negatives": "skip_above"},
}


def main() -> None:
    """Measure, and print it."""
    asked = _asked()
    found = [one_seed(asked, seed) for seed in range(asked.seeds)]
    print(json.dumps(summary(found, asked.ways), indent=None if asked.json else 2))


def one_seed(asked: argparse.Namespace, seed: int) -> dict[str, dict[str, TargetQuality]]:
    """Every way's figures by target."""
    settings = catalogue.settings(asked.scene)
    declared = catalogue.declared(asked.scene, asked.lake).chosen(settings.training)
    choice = next(c for c in configured.rankers(settings) if c.name == asked.model)
    until, calendar = day_number(asked.train_until), declared.lake.calendar
    last = declared.lake.days("exposures")[-1]
    targets = declared.targets(settings.training.targets)
    span, cutoff = (until + 1, last), calendar.start_of(last + 1)
    test = some_samples(declared, span, cutoff, asked.test_rows, seed, silent)
    found = {}
    for way in asked.ways:
        begin = time.perf_counter()
        training = replace(settings.training, **WAYS[way])
        days = (until - asked.train_days + 1, until)
        cutoff = calendar.start_of(until + 1)
        rows = some_samples(declared, days, cutoff, asked.rows, seed, silent, training)
        scorer = train(choice.settings, rows, targets, seed, valid_days=training.valid_days)
        found[way] = evaluate(scorer, test, seed)
        told = f"seed {seed} {way}: {len(rows):,} rows, {time.perf_counter() - begin:.0f} s"
        print(told, file=sys.stderr, flush=True)
    return found


def summary(
    found: list[dict[str, dict[str, TargetQuality]]], ways: list[str]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """way -> target -> figure: [mean, difference to the first way, its standard error]."""
    report: dict[str, dict[str, dict[str, list[float]]]] = {}
    for way in ways:
        report[way] = {}
        for target in found[0][way]:
            of_target = {}
            for name in FIGURES:
                each = np.array([getattr(one[way][target], name) for one in found])
                gain = each - np.array([getattr(one[ways[0]][target], name) for one in found])
                error = gain.std(ddof=1) / np.sqrt(len(gain)) if len(gain) > 1 else float("nan")
                of_target[name] = [round(float(v), 4) for v in (each.mean(), gain.mean(), error)]
            report[way][target] = of_target
    return report


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lake", type=Path, required=True)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--train-until", required=True)
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--train-days", type=int, default=28)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--test-rows", type=int, default=100_000)
    parser.add_argument("--model", default="xgboost")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
