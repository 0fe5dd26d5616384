"""twoside's channels as methods: `python -m bench.recall.channel_jobs PLAN`."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.random_market import random_market
from bench.recall.jobs import work
from bench.recall.sets import read
from twoside import components
from twoside.funnel.recall.ask import ask

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, FittedChannel

FOLDER = "twoside.funnel.recall.channels"


@dataclass(frozen=True)
class Answers:
    """A fitted channel and those who ask."""

    channel: FittedChannel
    asking: Asking

    def top(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Lists of all."""
        found = self.channel.recall(self.asking, width)
        return found.items, found.scores

    def among(self, candidates: np.ndarray) -> np.ndarray:
        """Scores out of lists of everything."""
        everything = self.asking.items.size
        items, scores = self.top(everything)
        table = np.full((len(items), everything + 1), -np.inf, np.float32)
        np.put_along_axis(table, items, np.where(items >= 0, scores, -np.inf), axis=1)
        return np.take_along_axis(table, candidates, axis=1)


def main(plan: Path) -> None:
    """Work through the plan."""
    told = json.loads(plan.read_text())
    of = told["set"]
    found = read(Path(of["folder"]), of["name"], of["format"], of["seed"])
    _compile(told["method"])

    @cache
    def asking(stage: str) -> Asking:
        asked = found.stage(stage).asking()
        _ = asked.past
        return asked

    def fit(job: dict[str, Any]) -> Answers:
        named = {"use": told["method"], **job["settings"]}
        settings = components.build(FOLDER, named, told["method"])
        data = found.stage(job["stage"]).data
        return Answers(settings.fit(data, job["seed"]), asking(job["stage"]))

    for job in told["jobs"]:
        asking(job["stage"])
    work(plan, fit)


def _compile(method: str) -> None:
    """On a little market, so that no compiler's time is counted."""
    small = random_market(60, 40, 600)
    by_person = small.behaviours.by_person(small.people.size)
    now = np.full(5, small.now_ms)
    some = ask(np.arange(5, dtype=np.int32), now, by_person, small.people, small.items)
    components.load(FOLDER, method)().fit(small, 0).recall(some, 20)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
