"""What it costs and brings to go on from a former fit.

    python -m bench.recall.refreshing --data DIR --set NAME --use CHANNEL [--share 1]

A set of the format `sequences`: learned without the last two of each person, brought up to date
with the last but one, asked the last. `--share`: only so many of the people have something new, and
these are asked. Times are CPU seconds; NDCG@10 over all items but those that the person has.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.recall.sets import Held, PublicSet, read
from twoside import components
from twoside.funnel.recall.refresh import refreshed
from twoside.metrics.topn import hit_ranks
from twoside.schema.behaviours import Behaviours

if TYPE_CHECKING:
    from collections.abc import Callable

    from twoside.funnel.recall.channel import FittedChannel, RecallData

FOLDER = "twoside.funnel.recall.channels"


def main() -> None:
    """Measure one channel, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", required=True)
    parser.add_argument("--use", required=True)
    parser.add_argument("--share", type=float, default=1.0)
    args = parser.parse_args()
    old, held, some = two_moments(read(args.data, args.set, "sequences"), args.share)
    print(json.dumps(measured(args.use, old, held, some), indent=2))


def two_moments(found: PublicSet, share: float) -> tuple[RecallData, Held, np.ndarray]:
    """What was known before, what is known and asked now, and bool (asked,): who has something
    new. In the set everybody begins at one moment; here what is new comes after all that is old."""
    old, data = found.tune.data, found.test.data
    log = data.behaviours
    last = np.r_[log.person[1:] != log.person[:-1], True]
    has_new = np.random.default_rng(0).random(data.people.size) < share
    is_new = last & has_new[log.person]
    ts_ms = log.ts_ms.copy()
    ts_ms[is_new] = old.now_ms + np.arange(is_new.sum())
    kept = ~last | is_new
    log = Behaviours(log.person[kept], log.item[kept], ts_ms[kept], log.strength[kept])
    data = replace(data, behaviours=log, now_ms=int(log.ts_ms.max()) + 1)
    old = replace(old, behaviours=log.before(old.now_ms))
    return old, replace(found.test, data=data), has_new[found.test.person]


def measured(use: str, old: RecallData, held: Held, some: np.ndarray) -> dict[str, Any]:
    """The stale channel, the one brought up to date, and a new fit."""
    channel, new = components.load(FOLDER, use)(), held.data
    few = replace(old, behaviours=old.behaviours.where(np.arange(2000)))
    refreshed(channel, channel.fit(few, 1), few, 0, 1)  # compile
    fitted, stale_s = timed(lambda: channel.fit(old, 1))
    again, update_s = timed(lambda: refreshed(channel, fitted, new, old.now_ms, 1))
    anew, fit_s = timed(lambda: channel.fit(new, 1))
    return {
        "new likes": len(new.behaviours) - len(old.behaviours),
        "stale": {"cpu_s": stale_s, "ndcg@10": ndcg(fitted, held, some)},
        "update": {"cpu_s": update_s, "ndcg@10": ndcg(again, held, some)},
        "fit": {"cpu_s": fit_s, "ndcg@10": ndcg(anew, held, some)},
    }


def timed(learn: Callable[[], FittedChannel]) -> tuple[FittedChannel, float]:
    """What was learned, and the CPU seconds."""
    begin = time.process_time()
    learned = learn()
    return learned, round(time.process_time() - begin, 2)


def ndcg(fitted: FittedChannel, held: Held, some: np.ndarray) -> float:
    """NDCG@10 of one right item, over those who have something new."""
    rank = hit_ranks(fitted.recall(held.asking(), 10).items, held.truth)
    gain = np.where(rank >= 0, 1 / np.log2(np.maximum(rank, 0) + 2), 0)
    return round(float(gain[some].mean()), 5)


if __name__ == "__main__":
    main()
