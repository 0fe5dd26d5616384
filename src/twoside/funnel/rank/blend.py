"""Blend: several rank models as one, by the mean of their log-odds.

    log-odds of the blend = mean over models m of log(p_m / (1 - p_m))

Models that err in different ways (trees that split, a net that multiplies) cancel part of their
errors. Nothing is learned: the members are the fitted models of the same funnel.
Source: Genest and Zidek 1986, "Combining Probability Distributions: A Critique and an Annotated
Bibliography", Statistical Science 1(1), the logarithmic opinion pool with equal weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.rank.model import Scorer
    from twoside.schema.samples import FeatureColumn

_EDGE = 1e-6
"""Probabilities are kept so far from 0 and 1: one sure member must not decide alone."""


@dataclass(frozen=True)
class Blend:
    """A scorer made of fitted scorers with the same columns and targets."""

    members: tuple[Scorer, ...]

    @staticmethod
    def of(names: tuple[str, ...], rankers: Mapping[str, Scorer]) -> Blend:
        """The blend of some of a funnel's rank models, by their names."""
        for name in names:
            if name not in rankers:
                raise ConfigError(
                    f"blend: there is no rank model '{name}'. {did_you_mean(name, rankers)}"
                )
        members = tuple(rankers[name] for name in names)
        if len({(m.targets, m.columns) for m in members}) != 1:
            raise ConfigError(f"blend: {', '.join(names)} differ in targets or features.")
        return Blend(members)

    @property
    def targets(self) -> tuple[str, ...]:
        """Those of every member."""
        return self.members[0].targets

    @property
    def columns(self) -> tuple[FeatureColumn, ...]:
        """Those of every member."""
        return self.members[0].columns

    def score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, columns) -> float32 (n, targets) probabilities."""
        odds = np.zeros((len(values), len(self.targets)))
        for member in self.members:
            p = np.clip(member.score(values).astype(np.float64), _EDGE, 1 - _EDGE)
            odds += np.log(p / (1 - p))
        return np.asarray(1 / (1 + np.exp(-odds / len(self.members))), np.float32)

    def pack(self) -> Packed:
        """Nothing of its own: the members are stored beside it."""
        return Packed()
