"""LibRecommender: Swing, ItemCF and UserCF in Rust (`pip install LibRecommender recfarm
tensorflow-cpu pandas scikit-learn`).

Its lists come by its own recommend call. Swing fills a list that is too short with popular items
drawn with replacement, also such as stand in it already: an item counts where it stands first.
Candidates are told apart by their place in the list of all items; its predict call takes the mean
over an item's neighbours that the person has, which is not the order of its lists.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from libreco.algorithms import RsItemCF, RsUserCF, Swing
from libreco.data import DatasetPure

from bench.recall.jobs import told, work
from bench.recall.peers.lists import Shared


@dataclass(frozen=True)
class Listed:
    """A fitted model of the library."""

    model: Any
    shared: Shared
    lists: dict[int, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)
    """What `top` found, by width"""

    def top(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Lists of all who are asked; its order, for it gives no scores."""
        if width not in self.lists:
            self.lists[width] = self._top(width)
        return self.lists[width]

    def _top(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        found = self.model.recommend_user(self.shared.asked.tolist(), width)
        items = np.full((len(self.shared.asked), width), -1, np.int32)
        for row, person in enumerate(self.shared.asked.tolist()):
            new = self.shared.new_once(person, found[person])
            items[row, : len(new)] = new
        places = np.arange(width, 0, -1, dtype=np.float32)
        return items, np.where(items >= 0, places, 0)

    def among(self, candidates: np.ndarray) -> np.ndarray:
        """By the place in the whole list."""
        items, scores = self.top(self.shared.items)
        table = np.full((len(items), self.shared.items + 1), -np.inf, np.float32)
        np.put_along_axis(table, items, np.where(items >= 0, scores, -np.inf), axis=1)
        return np.take_along_axis(table, candidates, axis=1)


@cache
def taken_in(folder: str, stage: str) -> tuple[Shared, Any, Any]:
    """The likes of a stage, as the library wants them; not counted as learning."""
    shared = Shared.of(folder, stage)
    rows = pd.DataFrame(
        {
            "user": shared.person,
            "item": shared.item,
            "label": 1,
            "time": np.arange(len(shared.item)),
        }
    )
    return shared, *DatasetPure.build_trainset(rows, shuffle=False)


def fit(method: str, folder: str, job: dict[str, Any]) -> Listed:
    """One method."""
    shared, train, info = taken_in(folder, job["stage"])
    kind = {"swing": Swing, "itemcf": RsItemCF, "usercf": RsUserCF}[method]
    model = kind(task="ranking", data_info=info, seed=job["seed"], **job["settings"])
    model.fit(train, neg_sampling=True, verbose=0)  # these draw none; without, it wants zeros
    return Listed(model, shared)


if __name__ == "__main__":
    plan = Path(sys.argv[1])
    method, folder = told(plan)
    for job in json.loads(plan.read_text())["jobs"]:
        taken_in(folder, job["stage"])
    work(plan, lambda job: fit(method, folder, job))
