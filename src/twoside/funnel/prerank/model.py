"""What a light model is: it cuts the merged candidates to as many as the ranker can afford."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from twoside.schema.artefact import Packed
    from twoside.schema.samples import FeatureColumn, Samples


class LightScorer(Protocol):
    """A light model that has learned."""

    @property
    def targets(self) -> tuple[str, ...]:
        """What the columns of `score` are."""

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """The few features that it needs, in the order of `values`."""

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, len(columns)) features -> float32 (n, len(targets)) probabilities."""

    def pack(self) -> Packed:
        """Settings and arrays, for the store."""


class LightModel(Protocol):
    """The settings of a light model: a frozen dataclass, one a file in `models/`."""

    def fit(
        self, samples: Samples, targets: tuple[str, ...], names: tuple[str, ...]
    ) -> LightScorer:
        """Learn from the features `names` of the samples. Labels that are NaN are masked."""

    def unpack(self, packed: Packed) -> LightScorer:
        """The scorer that `pack` described."""


def cut(scores: np.ndarray, weights: np.ndarray, keep: int) -> np.ndarray:
    """The `keep` best candidates, best first: int64 indices.

    scores float32 (n, targets), weights float (targets,): what one of each target is worth.
    Equal ones stay in the order of the merge.
    """
    worth = scores @ weights.astype(np.float32)
    return np.argsort(-worth, kind="stable")[:keep]
