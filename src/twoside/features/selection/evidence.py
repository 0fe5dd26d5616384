"""What all selection methods look at: some rows with every feature as a number, and trees on them.

Tables and trees are made once a target and shared by the methods that read them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xgboost as xgb

from twoside.errors import DataError
from twoside.features.analysis.elsewhere import Elsewhere, halves

if TYPE_CHECKING:
    from collections.abc import Collection

    from twoside.schema.samples import Samples

_LEAST = 20
"""Positives and negatives that a target needs among the rows learned from."""


@dataclass(frozen=True)
class Trees:
    """Settings of the trees that selection asks."""

    rounds: int = 80
    learning_rate: float = 0.1
    max_depth: int = 5
    min_child_weight: float = 10.0
    reg_lambda: float = 5.0
    subsample: float = 0.8
    colsample_bytree: float = 0.5
    max_bin: int = 64


@dataclass(frozen=True)
class Table:
    """One target: rows to learn from, and later rows that were held out."""

    values: np.ndarray
    """float32 (n, features); NaN is unknown. A category is the rate of its code in other rows."""
    label: np.ndarray
    """float32 (n,) 0 or 1"""
    weight: np.ndarray
    """float32 (n,)"""
    held: np.ndarray
    """bool (n,): rows of the last days, not learned from"""


class Evidence:
    """Samples for selection. `rows` is how many are looked at at most, evenly spread."""

    def __init__(
        self,
        samples: Samples,
        targets: tuple[str, ...],
        seed: int,
        rows: int = 100_000,
        trees: Trees | None = None,
    ) -> None:
        step = max(1, -(-len(samples) // rows))
        self.samples = samples.where(np.arange(0, len(samples), step)) if step > 1 else samples
        self.seed, self.settings = seed, trees or Trees()
        self.names = tuple(column.name for column in samples.columns)
        self.held = _last_days(self.samples)
        self.targets = tuple(t for t in targets if self._tells(t))
        if not self.targets:
            raise DataError(
                f"selection: no target of {', '.join(targets) or 'none'} has {_LEAST} positives "
                f"and as many negatives in {len(self.samples)} rows. Choose more days or rows."
            )
        self._table: tuple[str, Table] | None = None
        self._trees: dict[str, Any] = {}

    def only(self, names: Collection[str], trees: Trees) -> Evidence:
        """Of the same rows some features, and other trees."""
        samples = self.samples.only(names)
        return Evidence(samples, self.targets, self.seed, max(1, len(samples)), trees)

    def table(self, target: str) -> Table:
        """The rows of a target whose label is final. The last one asked for is kept."""
        if self._table is None or self._table[0] != target:
            self._table = None  # let go of one before the next is made
            self._table = target, self._encoded(target)
        return self._table[1]

    def trees(self, target: str) -> Any:
        """Boosted trees (XGBoost) learned on the rows that are not held out."""
        if target not in self._trees:
            table, s = self.table(target), self.settings
            settings = {
                **{k: v for k, v in vars(s).items() if k != "rounds"},
                "objective": "binary:logistic",
                "tree_method": "hist",
                "seed": self.seed,
                "nthread": 1,  # threads inside a tree wait for each other on a busy machine
            }
            fit = ~table.held
            rows = xgb.QuantileDMatrix(
                table.values[fit],
                table.label[fit],
                weight=table.weight[fit],
                max_bin=s.max_bin,
                nthread=1,
            )
            self._trees[target] = xgb.train(settings, rows, s.rounds)
        return self._trees[target]

    def sureness(self) -> np.ndarray:
        """float64 (targets,): the root of each target's rarer class, for the error of what is said
        of it falls so: scores of a target with a hundred positives are mostly luck."""
        labels = [self.samples.labels[target] for target in self.targets]
        rarer = [min((label == 1).sum(), (label == 0).sum()) for label in labels]
        return np.sqrt(np.array(rarer, np.float64))

    @cached_property
    def digest(self) -> str:
        """sha256 of what is looked at: rows, columns, targets, seed; not of the trees' settings."""
        samples = self.samples
        found = hashlib.sha256(repr((samples.columns, self.targets, self.seed)).encode())
        arrays = [samples.labels[target] for target in self.targets]
        arrays += [samples.weight_of(target) for target in self.targets]
        for array in (samples.values, samples.day, samples.request_id, *arrays):
            found.update(repr((array.shape, array.dtype.str)).encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()

    def _tells(self, target: str) -> bool:
        if target not in self.samples.labels:
            raise DataError(f"selection: the samples have no labels for target '{target}'.")
        fit = self.samples.labels[target][~self.held]
        return bool(min((fit == 1).sum(), (fit == 0).sum()) >= _LEAST)

    def _encoded(self, target: str) -> Table:
        samples = self.samples
        final = ~np.isnan(samples.labels[target])
        label, weight, held = samples.labels[target], samples.weight_of(target), self.held
        values = samples.values.copy()
        half = halves(samples.request_id)
        learned = final & ~held
        for n, column in enumerate(samples.columns):
            if column.type == "category":
                codes = np.where(np.isnan(values[:, n]) | (values[:, n] < 0), -1, values[:, n])
                group = codes.astype(np.int64) + 1
                values[:, n] = _rates(group, half, learned, label, weight)
        return Table(values[final], label[final], weight[final], held[final])


def _rates(
    group: np.ndarray, half: np.ndarray, learned: np.ndarray, label: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """Learned rows read the other half of the learned rows, held rows both halves."""
    happened = np.where(learned, weight * (label == 1), 0.0)
    did_not = np.where(learned, weight * (label == 0), 0.0)
    coded = Elsewhere.of(group, half, happened, did_not)
    # All rows in half 0, so that half 1 reads all of them.
    every = Elsewhere.of(group, np.zeros_like(half), happened, did_not)
    return np.where(learned, coded.rates(group, half), every.rates(group, np.ones_like(half)))


def _last_days(samples: Samples) -> np.ndarray:
    """bool (n,): about the last fifth of the days; of one day alone, the last fifth of the rows."""
    days = np.unique(samples.day)
    if len(days) < 2:
        held = np.zeros(len(samples), bool)
        held[len(samples) - len(samples) // 5 :] = True
        return held
    held_days: np.ndarray = samples.day >= days[-max(1, len(days) // 5)]
    return held_days
