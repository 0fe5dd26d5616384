"""Fit on the past, choose when to stop on the next day; what follows is for the report.

scorer = train(model, samples, targets, seed, tick)     # samples up to a day
quality = evaluate(scorer, later_samples)               # report.py: the days after it
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.funnel.rank.leaks import refuse_leaks
from twoside.schema.progress import quiet

if TYPE_CHECKING:
    from twoside.funnel.rank.model import RankModel, Scorer
    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples


def train(
    model: RankModel,
    samples: Samples,
    targets: tuple[str, ...],
    seed: int,
    tick: Tick = quiet,
    valid_days: int = 1,
) -> Scorer:
    """A scorer for `targets`, from samples that all lie before the days it will be judged on.

    The last `valid_days` days that have samples decide when to stop.
    """
    refuse_leaks(samples, targets)
    fit, valid = split_by_day(samples, valid_days)
    return model.fit(fit, valid, targets, seed, tick)


def split_by_day(samples: Samples, valid_days: int) -> tuple[Samples, Samples]:
    """The samples before the last `valid_days` days that have any, and those of these days."""
    days = np.unique(samples.day)
    if len(days) <= valid_days:
        raise DataError(
            f"rank: samples lie on {len(days)} day(s), but training needs at least "
            f"{valid_days + 1}: {valid_days} to decide when to stop, and one before it. "
            "Train until a later day, or import more days."
        )
    first_valid = days[-valid_days]
    return samples.where(samples.day < first_valid), samples.where(samples.day >= first_valid)
