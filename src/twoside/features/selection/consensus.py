"""From scores to a set: a common rank, then the best of each cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from twoside.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.analysis.findings import Analysis, Finding

_NEVER = ("leaking", "duplicate", "noise")
"""Flags that keep a feature out."""


def consensus(scores: Mapping[str, np.ndarray], counts: np.ndarray | None = None) -> np.ndarray:
    """float64 (features,), 0 best to 1: the mean over methods of a feature's rank.

    scores: method -> (features, targets). A method's own rank is by the mean over targets of the
    share that a feature has in all scores of the target, so scales of targets do not matter.
    counts (targets,): as how much each target counts in that mean; None is 1 each.
    Source: Borda's count; for features, Saeys, Abeel & Van de Peer 2008, "Robust feature selection
    using ensemble feature selection techniques".
    """
    if not scores:
        raise DataError("selection: no method has finished. Give it a larger --budget.")
    targets = next(iter(scores.values())).shape[1]
    counted = np.ones(targets) if counts is None else counts
    ranks = []
    for table in scores.values():
        share = shares(table) @ counted
        ranks.append((rankdata(-share) - 1) / max(1, len(share) - 1))
    mean: np.ndarray = np.mean(ranks, axis=0)
    return mean


def shares(scores: np.ndarray) -> np.ndarray:
    """float64 (features, targets): of all scores of a target, each feature's part."""
    total = scores.sum(axis=0)
    found: np.ndarray = scores / np.where(total > 0, total, 1.0)
    return found


def may_be_chosen(feature: Finding) -> bool:
    """Is it none of leaking, duplicate and noise?"""
    return not set(feature.flags) & set(_NEVER)


def ranked(analysis: Analysis, rank: np.ndarray) -> tuple[Finding, ...]:
    """All that may be chosen, best first."""
    order = np.argsort(rank, kind="stable").tolist()
    return tuple(f for f in (analysis.features[n] for n in order) if may_be_chosen(f))


def pruned(fit: Sequence[Finding], keep: int) -> tuple[str, ...]:
    """Names of at most `keep` of the features, which come best first: of a cluster only its best.
    With too few clusters the best of the rest follow."""
    seen: set[int] = set()
    heads: list[str] = []
    rest: list[str] = []
    for feature in fit:
        (rest if feature.cluster in seen else heads).append(feature.name)
        seen.add(feature.cluster)
    return tuple((heads + rest)[:keep])
