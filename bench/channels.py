"""Recall channels: how fast they are, and what they find on KuaiRand.

    python -m bench.channels [--data DIR] [--json] [--scale 1]

Speed is on a random market of the shape of recruiting (scale 1: 20,000 people, 10,000 items,
600,000 behaviours), in CPU seconds of one core. Quality is that on KuaiRand, if DIR has the folder
`kuairand`: clicks of 4, 5 and 6 May 2022 from all before each day, averaged. `bench.recall` has the
sets without days.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.public_logs import HeldOut, kuairand, random_market
from twoside import components
from twoside.funnel.merge.snake import Snake
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.compare import compare_channels
from twoside.metrics.topn import Truth

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, FittedChannel, RecallData

FOLDER = "twoside.funnel.recall.channels"


def main() -> None:
    """Measure what can be measured, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, default=None)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    found: dict[str, Any] = {"speed": speed(args.scale)}
    if args.data is not None and (args.data / "kuairand").is_dir():
        found["kuairand"] = on_kuairand(args.data / "kuairand")
    print(json.dumps(found, indent=None if args.json else 2))


def questions(data: RecallData, person: np.ndarray) -> Asking:
    """All of them ask at the end of the past."""
    by_person = data.behaviours.by_person(data.people.size)
    now = np.full(len(person), data.now_ms)
    return ask(person.astype(np.int32), now, by_person, data.people, data.items)


def speed(scale: float) -> dict[str, Any]:
    """CPU seconds of fit and of 5,000 lists of 300; CPU ms of one person through all."""
    small = random_market(200, 100, 2000)
    warm_up = questions(small, np.arange(5))
    channels = {name: components.load(FOLDER, name)() for name in components.names(FOLDER)}
    for channel in channels.values():
        channel.fit(small, 0).recall(warm_up, 300)  # compile
    data = random_market(int(20_000 * scale), int(10_000 * scale), int(600_000 * scale))
    asking = questions(data, np.random.default_rng(1).integers(0, data.people.size, 5000))
    fitted: dict[str, FittedChannel] = {}
    report: dict[str, Any] = {}
    for name, channel in channels.items():
        begin = time.process_time()
        fitted[name] = channel.fit(data, 0)
        middle = time.process_time()
        fitted[name].recall(asking, 300)
        end = time.process_time()
        report[name] = {"fit_s": round(middle - begin, 3), "recall_5000_s": round(end - middle, 3)}
    report["one_person_ms"] = _alone(fitted, asking)
    return report


def _alone(fitted: dict[str, FittedChannel], asking: Asking, people: int = 300) -> dict[str, float]:
    recall, merge = np.zeros(people), np.zeros(people)
    for n in range(people):
        one = questions_of_one(asking, n)
        begin = time.thread_time()
        lists = {name: channel.recall(one, 300) for name, channel in fitted.items()}
        middle = time.thread_time()
        Snake().merge(lists, 1000)
        recall[n], merge[n] = middle - begin, time.thread_time() - middle
    return {
        "recall_median": round(1000 * float(np.median(recall)), 3),
        "recall_p99": round(1000 * float(np.quantile(recall, 0.99)), 3),
        "merge_median": round(1000 * float(np.median(merge)), 3),
    }


def questions_of_one(asking: Asking, n: int) -> Asking:
    """The n-th of them alone."""
    rows = slice(asking.start[n], asking.start[n + 1])
    return replace(
        asking,
        person=asking.person[n : n + 1],
        start=np.array([0, rows.stop - rows.start]),
        item=asking.item[rows],
        ts_ms=asking.ts_ms[rows],
        strength=asking.strength[rows],
        now_ms=asking.now_ms[n : n + 1],
    )


def on_kuairand(folder: Path) -> dict[str, Any]:
    """Every channel and the merged list on three days."""
    days = [_one_day(kuairand(folder, day)) for day in (20220504, 20220505, 20220506)]
    return {
        name: {
            key: round(float(np.mean([day[name][key] for day in days])), 4)
            for key in ("recall@100", "recall@500", "coverage", "gini@100", "unique")
            if not np.isnan(days[0][name][key])  # the merged list has no unique share
        }
        for name in days[0]
    }


def _one_day(held: HeldOut) -> dict[str, dict[str, float]]:
    asking = questions(held.data, held.person)
    names = [name for name in components.names(FOLDER) if name != "distance"]  # it has no places
    lists = {
        name: components.load(FOLDER, name)().fit(held.data, 0).recall(asking, 500)
        for name in names
    }
    merged = Snake(budgets={"fresh": 50}).merge(lists, 500)
    items = {name: found.items for name, found in lists.items()} | {"merged": merged.items}
    truth = Truth.of(held.row, held.item, len(held.person))
    quality = compare_channels(items, truth, asking.is_open)
    return {name: one.as_json() for name, one in quality.items()}


if __name__ == "__main__":
    main()
