"""Samples: exposures with their labels, weights and feature rows, as aligned arrays."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from twoside.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


@dataclass(frozen=True)
class FeatureColumn:
    """One column of a feature matrix, as a model needs to know it."""

    name: str
    type: Literal["number", "category"] = "number"
    cardinality: int = 0
    """For a category: codes are 0 to cardinality - 1; -1 is unknown. 0 for numbers."""
    about: Literal["person", "item", "pair", "request"] = "pair"


@dataclass(frozen=True)
class Samples:
    """n exposures of one scene. Every array has n rows, in order of (request, position)."""

    exposure_id: np.ndarray
    """int64"""
    request_id: np.ndarray
    """int64"""
    person: np.ndarray
    """int32 rows"""
    item: np.ndarray
    """int32 rows"""
    ts_ms: np.ndarray
    """int64: the moment of the request, as of which features are known"""
    day: np.ndarray
    """int32"""
    position: np.ndarray
    """int16"""
    labels: Mapping[str, np.ndarray]
    """target -> float32: 1 happened, 0 did not, NaN not final at the cut-off (masked)"""
    columns: tuple[FeatureColumn, ...]
    """What the columns of `values` are."""
    values: np.ndarray
    """float32 (n, len(columns)); NaN is unknown for numbers, -1 for categories"""
    weight: np.ndarray
    """float32: as how many rows each counts; more than 1 where others were left out"""
    factors: Mapping[str, np.ndarray] = field(default_factory=dict)
    """target -> float32: what a label counts beside `weight`; a target that is absent: 1"""
    pending: Mapping[str, np.ndarray] = field(default_factory=dict)
    """target -> bool: labelled although the window is open, and weighted for it (see
    samples.delays); a target that is absent: none"""

    def __len__(self) -> int:
        return len(self.person)

    def where(self, keep: np.ndarray) -> Samples:
        """Those rows where `keep` (bool or indices) says so."""
        return Samples(
            exposure_id=self.exposure_id[keep],
            request_id=self.request_id[keep],
            person=self.person[keep],
            item=self.item[keep],
            ts_ms=self.ts_ms[keep],
            day=self.day[keep],
            position=self.position[keep],
            labels={name: label[keep] for name, label in self.labels.items()},
            columns=self.columns,
            values=self.values[keep],
            weight=self.weight[keep],
            factors={name: factor[keep] for name, factor in self.factors.items()},
            pending={name: pending[keep] for name, pending in self.pending.items()},
        )

    def weight_of(self, target: str) -> np.ndarray:
        """float32 (n,): as how many rows each counts for a target."""
        factor = self.factors.get(target)
        return self.weight if factor is None else self.weight * factor

    def only(self, names: Collection[str]) -> Samples:
        """The same rows with some features, in the order of the columns here."""
        for name in names:
            self.column(name)  # refuses an unknown name
        kept = [n for n, column in enumerate(self.columns) if column.name in set(names)]
        columns = tuple(self.columns[n] for n in kept)
        return replace(self, columns=columns, values=np.ascontiguousarray(self.values[:, kept]))

    def rate(self, target: str) -> float:
        """Mean of the known labels of a target, by weight; NaN if there are none."""
        label = self.labels[target]
        final = ~np.isnan(label)
        weight = self.weight_of(target)[final].astype(np.float64)
        return float(np.average(label[final], weights=weight)) if final.any() else float("nan")

    def column(self, name: str) -> np.ndarray:
        """float32 (n,): one feature by name."""
        for n, column in enumerate(self.columns):
            if column.name == name:
                return self.values[:, n]
        known = did_you_mean(name, [c.name for c in self.columns])
        raise DataError(f"samples have no feature '{name}'. {known}")
