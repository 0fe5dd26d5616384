"""Two sets of samples as one, to learn from all days once it is known when to stop."""

from __future__ import annotations

import numpy as np

from twoside.schema.samples import Samples


def joined(one: Samples, other: Samples) -> Samples:
    """The rows of `one`, then those of `other`; both have the same columns."""
    labels = {
        name: np.concatenate([label, other.labels[name]]) for name, label in one.labels.items()
    }
    arrays = {
        name: np.concatenate([array, getattr(other, name)])
        for name, array in vars(one).items()
        if isinstance(array, np.ndarray)
    }
    return Samples(**arrays, labels=labels, columns=one.columns)
