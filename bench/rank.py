"""Rank models against LightGBM on the samples of a lake: same rows, same columns.

    python -m bench.rank --lake LAKE [--scene feed/videos_for_viewer] --train-until 2022-05-04 \\
        [--targets click long_view like hate] [--models deepfm xgboost blend lightgbm] \\
        [--seeds 1] [--json]

LightGBM gets what our models make of ids too (the rates of `rank/code_rates.py`), else it would
be compared by its handling of ids; `lightgbm_ids` has the ids as its own categories instead.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from importlib import import_module
from pathlib import Path

import lightgbm
import numpy as np

from twoside import components
from twoside.funnel.rank.blend import Blend
from twoside.funnel.rank.code_rates import CodeRates, keys_of
from twoside.funnel.rank.joined import joined
from twoside.funnel.rank.report import evaluate, judge
from twoside.funnel.rank.train import split_by_day, train
from twoside.samples.join import build_samples
from twoside.schema.calendar import DAY_MS, day_number
from twoside.schema.evaluation import TargetQuality
from twoside.schema.samples import Samples
from twoside.store.lake import Lake

MODELS = "twoside.funnel.rank.models"
LIGHTGBM = {  # tuned on 3 and 4 May as ours were
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_child_samples": 100,
    "feature_fraction": 0.5,
    "bagging_fraction": 0.8,
    "bagging_freq": 1,
    "lambda_l2": 10.0,
    "num_threads": 1,
    "verbose": -1,
}


def samples_of(lake: Path, scene: str, train_until: int, test_days: int) -> Samples:
    """The days up to `train_until` and those after it, in one table."""
    domain_name, _, short = scene.partition("/")
    domain = import_module(f"twoside.domains.{domain_name}.domain").DOMAIN
    features = import_module(f"twoside.domains.{domain_name}.features").FEATURES[short]
    opened = Lake.open(lake)
    days = opened.days("exposures")
    last = min(train_until + test_days, days[-1])
    cutoff = opened.calendar.start_of(last + 1) + DAY_MS  # test labels may become final later
    return build_samples(opened, domain, short, features, days[0], last, cutoff, threads=1)


def with_lightgbm(
    past: Samples, test: Samples, targets: tuple[str, ...], seed: int, own_ids: bool
) -> dict[str, TargetQuality]:
    """Stopped by the next day's log-loss, then learned again from all days, as our models are."""
    fit, valid = split_by_day(past, 1, targets)
    columns = past.columns
    used = [
        n for n, c in enumerate(columns) if c.type == "number" or c.cardinality <= 200 or own_ids
    ]
    codes = [place for place, n in enumerate(used) if columns[n].type == "category"]
    keys = [] if own_ids else keys_of(columns, 200, ())

    def learn(rows: Samples, held: Samples | None, target: str, rounds: int) -> tuple:
        rates, seen = CodeRates.fit(rows, targets, keys, 20.0)

        def table(samples: Samples, rate: np.ndarray, **other: object) -> lightgbm.Dataset:
            final = ~np.isnan(samples.labels[target])
            values = np.hstack([samples.values[:, used], rate])[final]
            label = samples.labels[target][final]
            return lightgbm.Dataset(values, label, categorical_feature=codes, **other)

        own = table(rows, seen)
        if held is None:
            return rates, lightgbm.train({**LIGHTGBM, "seed": seed}, own, rounds)
        held_rows = table(held, rates.transform(held.values), reference=own)
        stop = lightgbm.early_stopping(30, verbose=False)
        booster = lightgbm.train(
            {**LIGHTGBM, "seed": seed}, own, rounds, valid_sets=[held_rows], callbacks=[stop]
        )
        return rates, booster

    found = {}
    for target in targets:
        _, stopped = learn(fit, valid, target, 600)
        rates, booster = learn(joined(fit, valid), None, target, stopped.best_iteration)
        values = np.hstack([test.values[:, used], rates.transform(test.values)])
        found[target] = judge(test.person, test.labels[target], booster.predict(values), 0)
    return found


def milliseconds(scorer: object, values: np.ndarray) -> float:
    """CPU time of scoring these rows, the median of 20."""
    taken = []
    for _ in range(21):
        start = time.process_time()
        scorer.score(values)
        taken.append(time.process_time() - start)
    return float(np.median(taken[1:])) * 1e3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lake", type=Path, required=True)
    parser.add_argument("--scene", default="feed/videos_for_viewer")
    parser.add_argument("--train-until", required=True)
    parser.add_argument("--test-days", type=int, default=2)
    parser.add_argument("--targets", nargs="+", default=["click", "long_view", "like", "hate"])
    parser.add_argument("--models", nargs="+", default=["deepfm", "xgboost", "blend", "lightgbm"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    until, targets = day_number(asked.train_until), tuple(asked.targets)
    samples = samples_of(asked.lake, asked.scene, until, asked.test_days)
    past, test = samples.where(samples.day <= until), samples.where(samples.day > until)
    lines, fitted = [], {}
    for use in asked.models:
        for seed in range(asked.seeds):
            start, line = time.process_time(), {"model": use, "seed": seed}
            if use.startswith("lightgbm"):
                quality = with_lightgbm(past, test, targets, seed, use == "lightgbm_ids")
            else:
                if use == "blend":  # of the models named before it
                    scorer = Blend(tuple(s for (_, n), s in fitted.items() if n == seed))
                else:
                    model = components.build(MODELS, {"use": use}, use)
                    scorer = fitted[use, seed] = train(model, past, targets, seed)
                quality = evaluate(scorer, test)
                line["score_500_ms"] = milliseconds(scorer, test.values[:500])
            line["cpu_seconds"] = time.process_time() - start
            line |= {target: q.as_json() for target, q in quality.items()}
            lines.append(line)
            print(brief(line, targets), file=sys.stderr, flush=True)
    if asked.json:
        print(json.dumps({"rows": [len(past), len(test)], "runs": lines}))


def brief(line: dict, targets: tuple[str, ...]) -> str:
    """One run as a line to read."""
    figures = "  ".join(
        f"{t} {line[t]['auc']:.4f} / {line[t]['gauc']:.4f} (± {line[t]['gauc_error']:.4f})"
        for t in targets
    )
    scored = f"  500 rows {line['score_500_ms']:.1f} ms" if "score_500_ms" in line else ""
    return f"{line['model']:13}{line['seed']}  {figures}  {line['cpu_seconds']:.0f} CPU s{scored}"


if __name__ == "__main__":
    main()
