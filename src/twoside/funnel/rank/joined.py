"""Two sets of samples as one, to learn from all days once it is known when to stop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.samples import Samples

if TYPE_CHECKING:
    from collections.abc import Mapping


def joined(one: Samples, other: Samples) -> Samples:
    """The rows of `one`, then those of `other`; both have the same columns."""
    arrays = {
        name: np.concatenate([array, getattr(other, name)])
        for name, array in vars(one).items()
        if isinstance(array, np.ndarray)
    }
    return Samples(
        **arrays,
        labels=_both(one.labels, other.labels),
        columns=one.columns,
        factors=_both(one.factors, other.factors),
        pending=_both(one.pending, other.pending),
    )


def _both(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([array, other[name]]) for name, array in one.items()}
