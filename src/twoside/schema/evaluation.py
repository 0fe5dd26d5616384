"""What an evaluation says: plain numbers that charts draw and the console shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.merge_report import MergeReport


@dataclass(frozen=True)
class ChannelQuality:
    """One recall channel, or the merged list, on the positive behaviours of the test days."""

    recall_100: float
    """Share of each person's positive items that are in the first 100, averaged over people."""
    recall_500: float
    coverage: float
    """Share of open items that are in anybody's first 100."""
    gini: float
    """Of how often items occur in the first 100: 0 all alike, 1 one item has all."""
    unique: float
    """Share of the hits in the first 500 that no other channel has; NaN for the merged list."""
    latency_ms: float
    """Median for one person alone."""

    def as_json(self) -> dict[str, float]:
        """Keys as the machine contract names them."""
        return {
            "recall@100": self.recall_100,
            "recall@500": self.recall_500,
            "coverage": self.coverage,
            "gini@100": self.gini,
            "unique": self.unique,
            "latency_ms": self.latency_ms,
        }


@dataclass(frozen=True)
class Calibration:
    """Predicted against observed rates in bins of equal size, from low to high."""

    predicted: tuple[float, ...]
    observed: tuple[float, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class TargetQuality:
    """One model on one target over the test days."""

    auc: float
    gauc: float
    """AUC within a person, over people with both classes, weighted by impressions."""
    gauc_error: float
    """Standard error of `gauc`, from a bootstrap over people."""
    logloss: float
    calibration: float
    """Sum of predictions over sum of labels: 1 is right."""
    rows: int
    rate: float
    """Share of positives in the test rows."""
    curve: Calibration
    map: float = float("nan")
    """Mean average precision of the lists that have a positive; NaN in records made before it."""
    map_10: float = float("nan")
    """The same of their first 10 places."""

    def as_json(self) -> dict[str, Any]:
        """All but the curve."""
        return {
            "auc": self.auc,
            "gauc": self.gauc,
            "gauc_error": self.gauc_error,
            "map": self.map,
            "map@10": self.map_10,
            "logloss": self.logloss,
            "calibration": self.calibration,
            "rows": self.rows,
            "rate": self.rate,
        }


@dataclass(frozen=True)
class StageQuality:
    """What one stage of the funnel lets through, in the order of the funnel."""

    stage: str
    candidates: float
    """Mean number of candidates that leave the stage."""
    kept: float
    """Share of the positive items of the test requests that are still there."""


@dataclass(frozen=True)
class Evaluation:
    """All stages of a funnel on the days after `train_until`."""

    scene: str
    train_until: str
    test_days: tuple[str, ...]
    exposures: Mapping[str, int]
    """Rows used: `fit` (with the days that decided when to stop) and `test`."""
    recall: Mapping[str, ChannelQuality]
    """By channel; the merged list is "merged"."""
    rank: Mapping[str, Mapping[str, TargetQuality]]
    """By model, then target. The prerank model is among them, as "prerank"."""
    stages: tuple[StageQuality, ...]
    seconds: Mapping[str, float] = field(default_factory=dict)
    """Wall time of each step."""
    merge: MergeReport | None = None
    """What the merge learned, if it learns: on the last days of training, not on the test days."""
    overlap: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Channel -> channel -> of the first 500 of the one, over all questions, the share that the
    other has in its own first 500 too; NaN for one that finds nothing. Empty in older records."""

    @property
    def tested_on(self) -> str:
        """The test days in words: one, or the first and the last."""
        first, last = self.test_days[0], self.test_days[-1]
        return first if first == last else f"{first} – {last}"

    def as_json(self) -> dict[str, Any]:
        """The machine contract of `twoside funnel evaluate --json`."""
        overlap = {name: dict(row) for name, row in self.overlap.items()}
        return {
            "scene": self.scene,
            "train_until": self.train_until,
            "test_days": list(self.test_days),
            "exposures": dict(self.exposures),
            "recall": {name: q.as_json() for name, q in self.recall.items()},
            "rank": {
                model: {target: q.as_json() for target, q in by_target.items()}
                for model, by_target in self.rank.items()
            },
            "stages": [vars(stage) for stage in self.stages],
            "seconds": dict(self.seconds),
            **({} if self.merge is None else {"merge": self.merge.as_json()}),
            **({"overlap": overlap} if overlap else {}),
        }


@dataclass(frozen=True)
class ArmResult:
    """A policy in closed loop: the scene's goal per person and day."""

    mean: float
    low: float
    """95 % interval over seeds (or over people where there is one seed)."""
    high: float
    by_day: tuple[float, ...] = ()


@dataclass(frozen=True)
class PlayResult:
    """All policies of one scene, from the same state of the world."""

    scene: str
    people: int
    days: int
    arms: Mapping[str, ArmResult]
    """random, popularity, funnel, oracle"""

    @property
    def share_of_oracle(self) -> float:
        """(funnel - popularity) / (oracle - popularity); NaN if the oracle is no better."""
        funnel, popular, oracle = (
            self.arms[name].mean for name in ("funnel", "popularity", "oracle")
        )
        return (funnel - popular) / (oracle - popular) if oracle > popular else float("nan")
