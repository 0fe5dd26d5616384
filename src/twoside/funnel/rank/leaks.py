"""Refuse to train on an outcome: a feature that is known only after the exposure.

Two signs: a feature has the name of a target, or it orders a target almost perfectly by itself.
torch-rechub's users trained ESMM with the label among the features and saw AUC 1.0 (its issue
56); a model that is too good to be true should not be trained at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError, LeakError, did_you_mean
from twoside.metrics.auc import auc

if TYPE_CHECKING:
    from twoside.schema.samples import Samples

TOO_GOOD = 0.999
"""AUC of one column alone above which it must be the outcome itself."""
_ROWS = 20_000
"""Rows looked at: enough to see .999, cheap for a hundred columns."""
_FEWEST = 30
"""Rows of each class needed before a perfect order says anything."""


def refuse_leaks(
    samples: Samples, targets: tuple[str, ...], outcomes: tuple[str, ...] = ()
) -> None:
    """Raise `LeakError` if a feature is an outcome; `DataError` if a target has no labels.

    `outcomes`: further names that no feature may have, for example of event kinds.
    """
    for target in targets:
        if target not in samples.labels:
            known = did_you_mean(target, samples.labels)
            raise DataError(f"rank: the samples have no labels for target '{target}'. {known}")
    forbidden = {*targets, *samples.labels, *outcomes}
    for column in samples.columns:
        if column.name in forbidden:
            raise LeakError(
                f"rank: feature '{column.name}' is an outcome of the row that it describes. "
                "Take it out of the domain's features.py."
            )
    _refuse_too_good(samples, targets)


def _refuse_too_good(samples: Samples, targets: tuple[str, ...]) -> None:
    some = np.unique(np.linspace(0, len(samples) - 1, _ROWS).astype(np.int64))
    for target in targets:
        label = samples.labels[target][some]
        rows = some[~np.isnan(label)]
        label = samples.labels[target][rows]
        if min(np.count_nonzero(label > 0), np.count_nonzero(label == 0)) < _FEWEST:
            continue
        for n, column in enumerate(samples.columns):
            if column.type == "category":
                continue
            value = np.nan_to_num(samples.values[rows, n], nan=-np.inf)
            area = auc(label, value)
            if max(area, 1.0 - area) > TOO_GOOD:
                raise LeakError(
                    f"rank: feature '{column.name}' alone orders '{target}' with AUC {area:.4f}; "
                    f"above {TOO_GOOD} it must be known only after the exposure. "
                    "Take it out of the domain's features.py, or compute it as of the request."
                )
