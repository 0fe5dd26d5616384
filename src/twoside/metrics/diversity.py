"""How unlike the items of a list are.

    diversity(list) = share of pairs of the list's items that are of different groups

averaged over lists of two or more items: intra-list diversity with likeness "same group".
Source: Ziegler et al. 2005, "Improving Recommendation Lists Through Topic Diversification",
equation 5, turned from likeness to its opposite and from a sum to a mean.
"""

from __future__ import annotations

import numpy as np


def intra_list_diversity(lists: np.ndarray, group: np.ndarray) -> float:
    """Mean share of unlike pairs; NaN when no list holds two items.

    Args:
        lists: int32 (n, width), -1 is no item.
        group: int (items,); -1 is unknown and unlike everything.
    """
    known = lists >= 0
    code = np.where(known, group[np.where(known, lists, 0)], -1)
    there = known.sum(axis=1)
    pairs = there * (there - 1) / 2
    alike = np.zeros(len(lists))
    code = np.sort(code, axis=1)
    for lag in range(1, lists.shape[1]):
        # sorted, so that equal codes stand together: a run of m has m - lag pairs at this lag
        same = (code[:, lag:] == code[:, :-lag]) & (code[:, lag:] >= 0)
        if not same.any():
            break
        alike += same.sum(axis=1)
    some = pairs > 0
    return float(np.mean(1 - alike[some] / pairs[some])) if some.any() else float("nan")
