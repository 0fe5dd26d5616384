"""Which features say the same: correlation of ranks, clusters, and duplicates.

Ranks do not change when a feature is scaled, logged or turned round, so a copy that was is found.
"""

from __future__ import annotations

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform


def correlation(ranks: np.ndarray) -> np.ndarray:
    """float32 (f, f): of ranks float32 (f, n) about 0; 0 for a feature that does not vary."""
    length = np.sqrt((ranks.astype(np.float64) ** 2).sum(axis=1))
    ranks /= np.where(length > 0, length, 1.0).astype(np.float32)[:, None]
    found: np.ndarray = np.clip(ranks @ ranks.T, -1.0, 1.0)
    return found


def clusters(correlated: np.ndarray, least: float) -> np.ndarray:
    """int32 (f,): cluster numbers from 0, in order of first appearance.

    Average linkage over 1 - |correlation|: of two clusters that join, the members correlate by at
    least `least` on the average.
    """
    features = len(correlated)
    if features < 2:
        return np.zeros(features, np.int32)
    apart = 1.0 - np.abs(correlated.astype(np.float64))
    np.fill_diagonal(apart, 0.0)
    tree = linkage(squareform((apart + apart.T) / 2, checks=False), "average")
    found = fcluster(tree, 1.0 - least, "distance")
    _, first, number = np.unique(found, return_index=True, return_inverse=True)
    place = np.empty(len(first), np.int32)
    place[np.argsort(first)] = np.arange(len(first))
    return place[number]


def duplicates(correlated: np.ndarray, least: float, first: np.ndarray) -> np.ndarray:
    """int32 (f,): the feature that this one repeats, -1 for none.

    Of copies the original is the one whose `first`, float (f,), is largest, of equals the earliest
    in the list. A feature that is itself a duplicate is not named: its original is.
    """
    order = np.argsort(-first, kind="stable")
    found = np.full(len(correlated), -1, np.int32)
    for place, n in enumerate(order.tolist()):
        before = order[:place]
        originals = before[(np.abs(correlated[n, before]) >= least) & (found[before] < 0)]
        if len(originals):
            found[n] = originals[0]
    return found
