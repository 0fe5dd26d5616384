"""What a fusion is: the probabilities of all targets in, one score out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping


class Fusion(Protocol):
    """The settings of a way to fuse: a frozen dataclass, one a file in `fusion/`. It does not
    learn; whoever searches for weights makes new settings."""

    def fuse(self, targets: tuple[str, ...], probabilities: np.ndarray) -> np.ndarray:
        """float32 (n, len(targets)) -> float32 (n,), higher is better. A higher probability of
        a wanted target never lowers the score."""


def in_order(
    by_target: Mapping[str, float], targets: tuple[str, ...], default: float, where: str
) -> np.ndarray:
    """Numbers named by target as float64 (len(targets),); a name that is no target is an error."""
    for name in by_target:
        if name not in targets:
            raise ConfigError(
                f"{where}: there is no target '{name}'. {did_you_mean(name, targets)}"
            )
    return np.array([by_target.get(name, default) for name in targets], float)
