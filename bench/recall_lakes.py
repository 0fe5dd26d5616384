"""A funnel's recall on a lake: every channel and the merged list, for whom and of which items.

    python -m bench.recall_lakes --lake LAKE --scene feed/videos_for_viewer \\
        --train-until 2022-05-03 [--days 3] [--funnel FILE.toml ...] [--people 5000] [--json]

Channels and merge learn all days up to `--train-until` and are asked at the start of the next day
for what people like on it, as `twoside funnel evaluate` asks; `--days 3` does that for three days,
one after the other, and averages. Measured are the shipped funnel and each FILE: recall@100 and
@500 of every channel and of the merged list; recall@500 by kind of person (new, light, heavy, as
the learned merge tells them) and by kind of item (new: nobody liked it before; head: the most
liked ones that have half of all likes; tail: the others); and the wall milliseconds that all
channels and the merge take for one person, median and p99, in one thread.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from twoside.domains import catalogue
from twoside.funnel import settings as configured
from twoside.funnel.learn import learn_recall
from twoside.funnel.merge.learning.kinds import NAMES, kinds_of
from twoside.funnel.questions import questions
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Recalled
from twoside.metrics.topn import hit_ranks
from twoside.schema.calendar import day_number
from twoside.schema.progress import Timed, silent

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.recall.channel import Asking, FittedChannel
    from twoside.funnel.settings import FunnelSettings
    from twoside.metrics.topn import Truth
    from twoside.schema.behaviours import Behaviours

Figures = dict[str, dict[str, float]]
HEAVY = 10
"""Liked items from which a person is heavy."""
WIDTH = 500
ITEMS = ("new", "tail", "head")


def main() -> None:
    """Measure, and print it."""
    asked = _asked()
    declared = catalogue.declared(asked.scene, asked.lake)
    files: list[Path | None] = [None, *asked.funnel]
    until = day_number(asked.train_until)
    report = {}
    for file in files:
        settings = catalogue.settings(asked.scene, file)
        days = [one_day(declared, settings, until + n, asked.people) for n in range(asked.days)]
        report["shipped" if file is None else file.name] = {
            name: {key: _mean([day[name].get(key, np.nan) for day in days]) for key in of}
            for name, of in days[0].items()
        }
    print(json.dumps(report, indent=None if asked.json else 2))


def one_day(declared: Declared, settings: FunnelSettings, until: int, people: int) -> Figures:
    """Every channel and the merged list on the day after `until`."""
    steps = Timed(silent)
    data, channels, merge = learn_recall(declared, settings, until, 0, steps)
    is_open = data.items.open_rows()
    days = [day for day in declared.lake.days("exposures") if day > until]
    asked = questions(declared, is_open, days, 1000).some(people, 0)
    before = int(asked.now_ms.max())
    log = declared.lake.behaviours(declared.domain, declared.scene.name, before_ms=before)
    by_person = log.by_person(data.people.size)

    def asking(rows: slice) -> Asking:
        who = asked.person[rows], asked.now_ms[rows]
        return ask(*who, by_person, data.people, data.items)

    everybody = asking(slice(None))
    limits = {choice.name: choice.limit for choice in configured.channels(settings)}
    lists = {name: channel.recall(everybody, WIDTH) for name, channel in channels.items()}
    cut = {n: Recalled(r.items[:, : limits[n]], r.scores[:, : limits[n]]) for n, r in lists.items()}
    merged = merge.merge(cut, kinds=merge.kinds(everybody.past))
    person = kinds_of(everybody.past, HEAVY)
    item = item_kinds(data.behaviours, data.items.size)[asked.truth.item]
    found = {
        name: of_list(items, asked.truth, person, item)
        for name, items in {
            **{n: r.items for n, r in lists.items()},
            "merged": merged.items,
        }.items()
    }
    for name in channels:
        found[name]["fit_s"] = steps.seconds[f"fit {name}"]
    alone = [asking(slice(n, n + 1)) for n in range(min(300, len(asked)))]
    found["one person, ms"] = latency(channels, merge, limits, alone)
    found["questions"] = {
        "people": len(asked),
        **{f"{kind} people": float((person == n).mean()) for n, kind in enumerate(NAMES)},
        **{f"{kind} items": float((item == n).mean()) for n, kind in enumerate(ITEMS)},
    }
    return found


def item_kinds(log: Behaviours, items: int) -> np.ndarray:
    """int64 (items,): places in `ITEMS`, by who liked them before."""
    likes = np.bincount(log.item[log.strength > 0], minlength=items)
    order = np.argsort(-likes, kind="stable")
    upto = np.concatenate([[0], np.cumsum(likes[order])[:-1]])
    head = np.zeros(items, bool)
    head[order] = upto < likes.sum() / 2
    return np.where(likes == 0, 0, np.where(head, 2, 1))


def of_list(
    items: np.ndarray, truth: Truth, person: np.ndarray, item: np.ndarray
) -> dict[str, float]:
    """Recall of lists, in all and by kind.

    Args:
        items: int32 (n, width)
        person: int64 (n,): the kind of each person
        item: int64 (total,): the kind of each right item
    """
    ranks = hit_ranks(items, truth)
    everything = np.ones(len(item), bool)
    found = {
        f"recall@{k}": float(np.nanmean(_shares(ranks, truth, k, everything))) for k in (100, 500)
    }
    at_500 = _shares(ranks, truth, 500, everything)
    for n, kind in enumerate(NAMES):
        found[f"{kind} people"] = _mean(at_500[person == n].tolist())
    for n, kind in enumerate(ITEMS):
        found[f"{kind} items"] = _mean(_shares(ranks, truth, 500, item == n).tolist())
    return found


def _shares(ranks: np.ndarray, truth: Truth, k: int, counted: np.ndarray) -> np.ndarray:
    """float64 (n,): of the right items that count, the share in the first k; NaN without any."""
    owner = np.repeat(np.arange(len(truth.start) - 1), np.diff(truth.start))
    right = np.bincount(owner[counted], minlength=len(truth.start) - 1)
    hit = np.bincount(owner[counted & (ranks >= 0) & (ranks < k)], minlength=len(right))
    return np.where(right > 0, hit / np.maximum(right, 1), np.nan)


def latency(
    channels: dict[str, FittedChannel],
    merge: FittedMerge,
    limits: dict[str, int],
    alone: list[Asking],
) -> dict[str, float]:
    """Of questions of one person each: all channels that the merge asks for, one after the other,
    and the merge; the first question is asked before, for what it prepares."""
    took = []
    for question in [alone[0], *alone]:
        began = time.perf_counter()
        kinds = merge.kinds(question.past)
        depths = merge.depths(kinds)
        lists = {
            name: channel.recall(question, min(limits[name], depths.get(name, limits[name])))
            for name, channel in channels.items()
            if depths.get(name, 1)
        }
        middle = time.perf_counter()
        merge.merge(lists, kinds=kinds)
        took.append((middle - began, time.perf_counter() - middle))
    recall, merging = 1000 * np.array(took[1:]).T
    return {
        "channels": len(channels),
        "recall median": float(np.median(recall)),
        "recall p99": float(np.quantile(recall, 0.99)),
        "merge median": float(np.median(merging)),
    }


def _mean(values: list[float]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return round(float(np.mean(known)), 4) if known else float("nan")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lake", type=Path, required=True)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--train-until", required=True)
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--funnel", type=Path, nargs="*", default=[], metavar="FILE.toml")
    parser.add_argument("--people", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
