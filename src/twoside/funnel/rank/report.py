"""What a ranker is worth on days that it has not seen: one row of figures a target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from twoside.metrics.auc import auc
from twoside.metrics.calibration import calibration, curve
from twoside.metrics.gauc import gauc
from twoside.metrics.logloss import logloss
from twoside.metrics.map import mean_average_precision
from twoside.schema.evaluation import TargetQuality

if TYPE_CHECKING:
    from twoside.schema.samples import FeatureColumn, Samples

_CHUNK = 65_536
"""Rows scored at once: bounds the memory of a scorer's intermediate arrays."""


class _Scores(Protocol):
    """What is needed of a scorer; the light model of prerank has it too."""

    @property
    def targets(self) -> tuple[str, ...]: ...

    @property
    def columns(self) -> tuple[FeatureColumn, ...]: ...

    def score(self, values: np.ndarray) -> np.ndarray: ...


def evaluate(scorer: _Scores, samples: Samples, seed: int = 0) -> dict[str, TargetQuality]:
    """Score the samples and judge every target that the scorer predicts.

    A scorer may need some of the samples' columns only. `seed` is for the bootstrap of GAUC's
    standard error. Rows count by their weight, so thinned samples say what all rows would.
    """
    scores = score_all(scorer, samples)
    return {
        target: judge(
            samples.person,
            samples.labels[target],
            scores[:, n],
            seed,
            samples.weight_of(target),
            samples.request_id,
        )
        for n, target in enumerate(scorer.targets)
    }


def score_all(scorer: _Scores, samples: Samples) -> np.ndarray:
    """float32 (n, targets): `score` of many rows, in chunks."""
    place = {column.name: n for n, column in enumerate(samples.columns)}
    needed = [place[column.name] for column in scorer.columns]
    scores = np.empty((len(samples), len(scorer.targets)), np.float32)
    for start in range(0, len(samples), _CHUNK):
        values = samples.values[start : start + _CHUNK]
        if scorer.columns != samples.columns:
            values = np.ascontiguousarray(values[:, needed])
        scores[start : start + _CHUNK] = scorer.score(values)
    return scores


def judge(
    person: np.ndarray,
    label: np.ndarray,
    probability: np.ndarray,
    seed: int,
    weight: np.ndarray | None = None,
    request: np.ndarray | None = None,
) -> TargetQuality:
    """Figures of one target: people (n,), labels (n,) with NaN for not final, predictions (n,),
    as how many rows each counts (n,), None for 1. `rows` of the result are counted plainly.
    `request` (n,) says which rows are one list, for MAP; None: those of one person."""
    final = ~np.isnan(label)
    person, label, probability = person[final], label[final], probability[final]
    weight = np.ones(len(label)) if weight is None else weight[final].astype(np.float64)
    lists = person if request is None else request[final]
    grouped = gauc(person, label, probability, seed, weight=weight)
    return TargetQuality(
        auc=auc(label, probability, weight),
        gauc=grouped.value,
        gauc_error=grouped.error,
        logloss=logloss(label, probability, weight),
        calibration=calibration(label, probability, weight),
        rows=len(label),
        rate=float(np.average(label, weights=weight)) if len(label) else float("nan"),
        curve=curve(label, probability, weight=weight),
        map=mean_average_precision(lists, label, probability, weight=weight),
        map_10=mean_average_precision(lists, label, probability, 10, weight),
    )
