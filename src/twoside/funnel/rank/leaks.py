"""Refuse to train on an outcome: a feature that is known only after the exposure.

Two signs: a feature has the name of a target, or it orders a target almost perfectly by itself
(`features.leaks`).
torch-rechub's users trained ESMM with the label among the features and saw AUC 1.0 (its issue
56); a model that is too good to be true should not be trained at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twoside.errors import DataError, LeakError, did_you_mean
from twoside.features.leaks import LeakCheck

if TYPE_CHECKING:
    from twoside.schema.samples import Samples

_ROWS = 20_000
"""Rows looked at: enough to see a perfect order, cheap for a hundred columns."""


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
    LeakCheck(rows=_ROWS).refuse_values(samples)
