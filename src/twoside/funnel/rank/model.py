"""What a rank model is: settings that fit to samples, and a scorer that answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

    from twoside.schema.artefact import Packed
    from twoside.schema.progress import Tick
    from twoside.schema.samples import FeatureColumn, Samples


class Scorer(Protocol):
    """A model that has learned."""

    @property
    def targets(self) -> tuple[str, ...]:
        """What the columns of `score` are."""

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """What the columns of `values` must be."""

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, len(columns)) features -> float32 (n, len(targets)) probabilities."""

    def pack(self) -> Packed:
        """Settings and arrays, for the store."""


class RankModel(Protocol):
    """The settings of a model: a frozen dataclass, one a file in `models/`."""

    def fit(
        self, fit: Samples, valid: Samples, targets: tuple[str, ...], seed: int, tick: Tick
    ) -> Scorer:
        """Learn from `fit`, stop when `valid` (the next day) no longer gains. Labels that are
        NaN are masked."""

    def unpack(self, packed: Packed) -> Scorer:
        """The scorer that `pack` described."""
