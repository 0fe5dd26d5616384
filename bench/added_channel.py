"""One more recall channel beside those of a shipped funnel: what it finds, what it adds.

    python -m bench.added_channel --lake LAKE --scene feed/videos_for_viewer \\
        --train-until 2022-05-03 \\
        [--add two_tower] [--limit 300] [--turn 1] [--set epochs=5 ...] [--days 1] [--json]

Channels learn all days up to `--train-until` and are asked at the start of the next day (of further
days too until there are 1,000 questions) for what people like on it, as `twoside funnel evaluate`
asks; with `--days 3` that is done for three days one after the other and averaged. Printed are the
recall of each channel at 50, 100 and 500, and that of the merged list at 500 and 1,000, without
the added channel and with it; and the seconds of each fit.
"""

from __future__ import annotations

import argparse
import json
import time
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.domains import catalogue
from twoside.funnel import settings as configured
from twoside.funnel.learn import recall_data
from twoside.funnel.questions import questions
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Recalled
from twoside.metrics.topn import hit_ranks, recall_of
from twoside.schema.calendar import day_number

if TYPE_CHECKING:
    from twoside.funnel.learn import Declared
    from twoside.funnel.settings import FunnelSettings


def main() -> None:
    """Measure, and print it."""
    asked = _asked()
    declared = catalogue.declared(asked.scene, asked.lake)
    plain = catalogue.settings(asked.scene)
    table = {"use": asked.add, "limit": asked.limit}
    table |= tomllib.loads("\n".join(asked.set))
    turns = {**plain.merge.get("turns", {}), asked.add: asked.turn}
    merge = {**plain.merge, "turns": turns} if plain.merge["how"] == "snake" else plain.merge
    others = tuple(t for t in plain.recall if t["use"] != asked.add)
    with_it = replace(plain, recall=(*others, table), merge=merge)
    until = day_number(asked.train_until)
    found = [one_day(declared, with_it, asked.add, until + n) for n in range(asked.days)]
    mean = {
        name: {key: round(float(np.mean([day[name][key] for day in found])), 4) for key in of}
        for name, of in found[0].items()
    }
    print(json.dumps(mean, indent=None if asked.json else 2))


def one_day(
    declared: Declared, settings: FunnelSettings, added: str, until: int
) -> dict[str, dict[str, float]]:
    """Every channel and both merged lists on the day after `until`."""
    data = recall_data(declared, declared.lake.calendar.start_of(until + 1))
    is_open = data.items.open_rows()
    days = [day for day in declared.lake.days("exposures") if day > until]
    asked = questions(declared, is_open, days, 1000).some(5000, 0)
    log = declared.lake.behaviours(
        declared.domain, declared.scene.name, before_ms=int(asked.now_ms.max())
    )
    asking = ask(
        asked.person, asked.now_ms, log.by_person(data.people.size), data.people, data.items
    )
    lists: dict[str, Recalled] = {}
    figures: dict[str, dict[str, float]] = {}
    for choice in configured.channels(settings):
        begin = time.perf_counter()
        fitted = choice.settings.fit(data, 0)
        middle = time.perf_counter()
        lists[choice.name] = fitted.recall(asking, 500)
        end = time.perf_counter()
        ranks = hit_ranks(lists[choice.name].items, asked.truth)
        figures[choice.name] = {
            **{f"recall@{k}": recall_of(ranks, asked.truth, k) for k in (50, 100, 500)},
            "fit_s": middle - begin,
            "recall_s": end - middle,
        }
    limits = {choice.name: choice.limit for choice in configured.channels(settings)}
    cut = {n: Recalled(r.items[:, : limits[n]], r.scores[:, : limits[n]]) for n, r in lists.items()}
    merger: Any = configured.merger(settings)
    for title, without in (("merged without", {added}), ("merged with", set())):
        of = {name: r for name, r in cut.items() if name not in without}
        ranks = hit_ranks(merger.merge(of, 1000).items, asked.truth)
        figures[title] = {f"recall@{k}": recall_of(ranks, asked.truth, k) for k in (500, 1000)}
    figures["questions"] = {"people": len(asked), "open": int(is_open.sum())}
    return figures


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--lake", type=Path, required=True)
    parser.add_argument("--scene", required=True)
    parser.add_argument("--train-until", required=True)
    parser.add_argument("--add", default="two_tower")
    parser.add_argument("--limit", type=int, default=300)
    parser.add_argument("--turn", type=int, default=1)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE")
    parser.add_argument("--days", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
