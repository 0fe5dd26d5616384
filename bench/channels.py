"""Recall channels: how fast they are.

    python -m bench.channels [--only NAME ...] [--scale 1] [--quick] [--json]

On a random market of the shape of recruiting (scale 1: 20,000 people, 10,000 items, 600,000
behaviours): CPU seconds of the fit and of 5,000 lists of 300, CPU milliseconds of one person's list
(median and p99 of 300 people), and those of one person through all, one channel after the other,
and the merge. `past` is what the channels share: one person's behaviours summed up; it is part of
`all`. `item2vec`, `mind`, `ease` and `two_tower` take minutes to fit; `--quick` learns in one short
pass, which changes what is found but not the work of a question, and leaves the times of fits out.
What channels find is measured by `bench.recall` (sets without days) and `bench.recall_lakes`.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.random_market import random_market
from twoside import components
from twoside.funnel.merge.snake import Snake
from twoside.funnel.recall.ask import ask

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, Channel, FittedChannel, RecallData

FOLDER = "twoside.funnel.recall.channels"
SHORT = {"epochs": 1, "rows": 50_000}
"""Settings of a quick fit, for the channels that have them."""


def main() -> None:
    """Measure what can be measured, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    print(json.dumps(speed(args.scale, args.only, args.quick), indent=None if args.json else 2))


def questions(data: RecallData, person: np.ndarray) -> Asking:
    """All of them ask at the end of the past."""
    by_person = data.behaviours.by_person(data.people.size)
    now = np.full(len(person), data.now_ms)
    return ask(person.astype(np.int32), now, by_person, data.people, data.items)


def settings_of(name: str, quick: bool) -> Channel:
    """The defaults of a channel; `quick`: with as little learning as can be."""
    settings = components.load(FOLDER, name)()
    there = {field.name for field in fields(settings)} if quick else set()
    quickly: Channel = replace(settings, **{k: v for k, v in SHORT.items() if k in there})
    return quickly


def speed(scale: float, only: list[str], quick: bool) -> dict[str, Any]:
    """Of the channels named, or of all."""
    small = random_market(200, 100, 2000)
    warm_up = questions(small, np.arange(5))
    channels = {name: settings_of(name, quick) for name in only or components.names(FOLDER)}
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
        report[name] = {} if quick else {"fit_s": round(middle - begin, 3)}
        report[name]["recall_5000_s"] = round(end - middle, 3)
    alone = _alone(fitted, asking)
    for name, took in alone.items():
        report.setdefault(name, {}).update(
            {"one_median_ms": _ms(np.median(took)), "one_p99_ms": _ms(np.quantile(took, 0.99))}
        )
    return report


def _alone(
    fitted: dict[str, FittedChannel], asking: Asking, people: int = 300
) -> dict[str, np.ndarray]:
    """Seconds of each of some people: of their past, by channel, in all, of the merge, and of the
    whole way."""
    took = {name: np.zeros(people) for name in ("past", *fitted, "all", "merge", "all and merge")}
    for n in range(people):
        one = questions_of_one(asking, n)
        begin = time.thread_time()
        _ = one.past
        took["past"][n] = time.thread_time() - begin
        lists = {}
        for name, channel in fitted.items():
            begin = time.thread_time()
            lists[name] = channel.recall(one, 300)
            took[name][n] = time.thread_time() - begin
        begin = time.thread_time()
        Snake().merge(lists, 1000)
        took["merge"][n] = time.thread_time() - begin
    took["all"] = np.sum([took[name] for name in ("past", *fitted)], axis=0)
    took["all and merge"] = took["all"] + took["merge"]
    return took


def _ms(seconds: np.floating) -> float:
    return round(1000 * float(seconds), 3)


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


if __name__ == "__main__":
    main()
