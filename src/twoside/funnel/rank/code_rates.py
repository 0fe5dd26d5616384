"""Ids as numbers: how often each target followed when this code was shown before.

A person or an item of whom there are eight rows is too little for splits or vectors, but its
smoothed rate says most of what they could. A row must not see its own label: in learning, a row
gets the rates of the days before its own (Prokhorenkova et al. 2018, "CatBoost: unbiased boosting
with categorical features", NeurIPS, section 3.2, with days in place of a random order); later
rows get the rates of all days that were learned from.

So what is known of an id stands still between two trainings. That is meant: a rate of the person
that moves with each answer of his is by construction lower after a "no" than before it, and
orders his own rows the wrong way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.samples import FeatureColumn, Samples


_LEAST_RATE = 0.005


@dataclass(frozen=True)
class CodeRates:
    """The learned rates of k keys; a key is one category column or two crossed."""

    keys: np.ndarray
    """int64 (k, 2): columns; the second is -1 for one column alone"""
    sizes: np.ndarray
    """int64 (k, 2): their cardinalities; 1 for a second that is none"""
    rates: np.ndarray
    """float32 (sum of products of sizes, targets): NaN for a code never seen"""

    @property
    def width(self) -> int:
        """Columns that `transform` gives."""
        return len(self.keys) * int(self.rates.shape[1])

    @staticmethod
    def fit(
        samples: Samples,
        targets: tuple[str, ...],
        keys: list[tuple[int, int]],
        smoothing: float,
    ) -> tuple[CodeRates, np.ndarray]:
        """The rates of all rows, and float32 (n, width): for each row those of earlier days.

        smoothing: rows at the mean rate that are added to every code.
        """
        pairs = np.array(keys, np.int64).reshape(-1, 2)
        sizes = np.ones((len(pairs), 2), np.int64)
        for n, (one, other) in enumerate(keys):
            sizes[n, 0] = max(1, samples.columns[one].cardinality)
            if other >= 0:
                sizes[n, 1] = max(1, samples.columns[other].cardinality)
        empty = np.full((int(sizes.prod(axis=1).sum()), len(targets)), np.nan, np.float32)
        unlearned = CodeRates(pairs, sizes, empty)
        slots = unlearned._slots(samples.values)
        tally = _Tally(len(empty), samples, targets, smoothing)
        seen = np.full((len(samples), unlearned.width), np.nan, np.float32)
        for day in np.unique(samples.day):
            rows = np.flatnonzero(samples.day == day)
            seen[rows] = _look_up(tally.rates(), slots[rows])
            tally.add(rows, slots[rows])
        return CodeRates(pairs, sizes, tally.rates()), seen

    def transform(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, width): key by key, the targets of each."""
        return _look_up(self.rates, self._slots(values))

    def _slots(self, values: np.ndarray) -> np.ndarray:
        """int64 (n, k): places in `rates`, -1 for an unknown code."""
        slots = np.empty((len(values), len(self.keys)), np.int64)
        _find(values, self.keys, self.sizes, slots)
        return slots

    def arrays(self) -> dict[str, np.ndarray]:
        """For the store."""
        return {
            "codes.keys": self.keys,
            "codes.sizes": self.sizes,
            "codes.rates": self.rates,
        }

    @staticmethod
    def of(arrays: Mapping[str, np.ndarray]) -> CodeRates:
        """What `arrays` described."""
        return CodeRates(arrays["codes.keys"], arrays["codes.sizes"], arrays["codes.rates"])


def usual(samples: Samples, targets: tuple[str, ...]) -> tuple[str, ...]:
    """The targets that happen often enough for a code's few rows to tell its rate."""
    return tuple(target for target in targets if samples.rate(target) >= _LEAST_RATE)


def keys_of(
    columns: tuple[FeatureColumn, ...], fewest_codes: int, crosses: tuple[tuple[str, str], ...]
) -> list[tuple[int, int]]:
    """Every category with more than `fewest_codes` codes, and the crosses whose columns exist."""
    place = {column.name: n for n, column in enumerate(columns) if column.type == "category"}
    alone = [(n, -1) for n in place.values() if columns[n].cardinality > fewest_codes]
    return alone + [(place[a], place[b]) for a, b in crosses if a in place and b in place]


class _Tally:
    """Rows and events of every code so far."""

    def __init__(
        self, size: int, samples: Samples, targets: tuple[str, ...], smoothing: float
    ) -> None:
        self.labels = [samples.labels[target] for target in targets]
        self.weights = [samples.weight_of(target).astype(np.float64) for target in targets]
        self.smoothing = smoothing
        self.rows = np.zeros((size, len(targets)))
        self.events = np.zeros((size, len(targets)))
        self.total = np.zeros((2, len(targets)))

    def add(self, rows: np.ndarray, slots: np.ndarray) -> None:
        """Count some rows; a label that is not final is not a row."""
        size = len(self.rows)
        for n, label in enumerate(self.labels):
            final = ~np.isnan(label[rows])
            weight = self.weights[n][rows][final]
            happened = weight * label[rows][final]
            self.total[:, n] += weight.sum(), happened.sum()
            for key in range(slots.shape[1]):
                place = slots[final, key]
                known = place >= 0
                self.rows[:, n] += np.bincount(place[known], weight[known], minlength=size)
                self.events[:, n] += np.bincount(place[known], happened[known], minlength=size)

    def rates(self) -> np.ndarray:
        """float32 (size, targets): smoothed to the mean of all rows; NaN where there are none."""
        mean = self.total[1] / np.maximum(self.total[0], 1)
        rates = (self.events + self.smoothing * mean) / (self.rows + self.smoothing)
        return np.where(self.rows > 0, rates, np.nan).astype(np.float32)


@njit(cache=True, nogil=True)
def _find(values: np.ndarray, keys: np.ndarray, sizes: np.ndarray, slots: np.ndarray) -> None:
    for row in range(len(values)):
        first = 0
        for key in range(len(keys)):
            size, size_2 = sizes[key]
            code, code_2 = values[row, keys[key, 0]], np.float32(0)
            if keys[key, 1] >= 0:
                code_2 = values[row, keys[key, 1]]
            slots[row, key] = -1
            if 0 <= code < size and 0 <= code_2 < size_2:  # a NaN is neither
                slots[row, key] = first + int(code) * size_2 + int(code_2)
            first += size * size_2


def _look_up(rates: np.ndarray, slots: np.ndarray) -> np.ndarray:
    found = np.empty((len(slots), slots.shape[1] * rates.shape[1]), np.float32)
    _copy(rates, slots, found)
    return found


@njit(cache=True, nogil=True)
def _copy(rates: np.ndarray, slots: np.ndarray, found: np.ndarray) -> None:
    targets = rates.shape[1]
    for row in range(slots.shape[0]):
        for key in range(slots.shape[1]):
            slot = slots[row, key]
            for target in range(targets):
                place = key * targets + target
                found[row, place] = rates[slot, target] if slot >= 0 else np.nan
