"""What the merged list finds beside the list merged in turn and beside the best channel alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.merge.learning.paired import interval
from twoside.schema.merge_report import MergeGain

if TYPE_CHECKING:
    from twoside.funnel.merge.learned import Learned
    from twoside.funnel.merge.learning.model import Evidence


def gains(
    settings: Learned,
    evidence: Evidence,
    channels: np.ndarray,
    snake: np.ndarray,
    learned: np.ndarray,
    taught: np.ndarray,
    seed: int,
) -> tuple[MergeGain, ...]:
    """Recall at the limit and at 10 (by value), and NDCG at 10 (all right items the same).

    Args:
        channels: int64 (channels, total): where each channel has each right item, -1 nowhere
        snake: int64 (total,): the same of the merged lists; and `learned`
        taught: bool (n,): the people that figures are of.
    """
    found = []
    names = tuple(evidence.lists)
    for figure, k in (("recall", settings.limit), ("recall", 10), ("ndcg", 10)):
        of = _recall if figure == "recall" else _ndcg
        alone = [of(evidence, rank, k)[taught] for rank in channels]
        best = int(np.argmax([each.mean() for each in alone]))
        one, two = of(evidence, snake, k)[taught], of(evidence, learned, k)[taught]
        said = interval(np.stack([two - one, two - alone[best]], axis=1), settings.draws, seed)
        found.append(
            MergeGain(
                f"{figure}@{k}",
                float(one.mean()),
                float(two.mean()),
                names[best],
                float(alone[best].mean()),
                float(said.low[0]),
                float(said.high[0]),
                float(said.p[0]),
                (float(said.low[1]), float(said.high[1])),
            )
        )
    return tuple(found)


def _recall(evidence: Evidence, rank: np.ndarray, k: int) -> np.ndarray:
    """float64 (n,): share of the worth in the first k; 0 of people without right items."""
    hit = evidence.value * ((rank >= 0) & (rank < k))
    people = len(evidence)
    whole = np.bincount(evidence.person, evidence.value, minlength=people)
    return np.bincount(evidence.person, hit, minlength=people) / np.where(whole > 0, whole, 1)


def _ndcg(evidence: Evidence, rank: np.ndarray, k: int) -> np.ndarray:
    """float64 (n,): discounted gain of the first k over that of the best order."""
    hit = (rank >= 0) & (rank < k)
    gain = np.where(hit, 1 / np.log2(np.where(hit, rank, 0) + 2.0), 0.0)
    ideal = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(k) + 2.0))])
    right = np.minimum(np.diff(evidence.truth.start), k)
    best = np.where(right > 0, ideal[right], 1.0)
    return np.bincount(evidence.person, gain, minlength=len(evidence)) / best
