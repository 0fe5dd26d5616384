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

    Of the days whose labels are final for every target, the last `valid_days` decide when to
    stop.
    """
    refuse_leaks(samples, targets)
    fit, valid = split_by_day(samples, valid_days, targets)
    return model.fit(fit, valid, targets, seed, tick)


def split_by_day(
    samples: Samples, valid_days: int, targets: tuple[str, ...] = ()
) -> tuple[Samples, Samples]:
    """(fit, valid): the last `valid_days` days that are final for all targets, and all others.

    The newest days may lack the labels of late targets (a reply that can take a day): they cannot
    decide when to stop, but what they have is learned from, so they are in `fit`.
    """
    days = np.unique(samples.day)
    targets = tuple(t for t in targets if not np.isnan(samples.labels[t]).all())
    final = [day for day in days.tolist() if _is_final(samples, day, targets)]
    if len(final) < valid_days or len(days) <= valid_days:
        raise DataError(
            f"rank: samples lie on {len(days)} day(s), {len(final)} of them with final labels of "
            f"all targets, but training needs at least {valid_days + 1}: {valid_days} to decide "
            "when to stop, and one before it. Train until a later day, or import more days."
        )
    is_valid = np.isin(samples.day, final[-valid_days:])
    return samples.where(~is_valid), samples.where(is_valid)


def _is_final(samples: Samples, day: int, targets: tuple[str, ...]) -> bool:
    """Are most labels of a day final, for every target?"""
    of_day = samples.day == day
    for target in targets:
        still_open = np.isnan(samples.labels[target][of_day])
        if target in samples.pending:
            still_open |= samples.pending[target][of_day]
        if still_open.mean() >= 0.5:
            return False
    return True
