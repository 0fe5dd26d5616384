"""The union of what the channels give a person, put in the learned order."""

from __future__ import annotations

import numpy as np
from numba import njit

from twoside.funnel.merge.learning.order import LEAST
from twoside.funnel.merge.learning.rows import level, score_bin


@njit(cache=True, nogil=True)
def merged_union(items, scores, kind, budgets, place_curve, score_curve, edges, limit, size):  # type: ignore[no-untyped-def]
    """Lists of n people.

    Args:
        items: int32 (channels, n, width); scores: float32, the same
        kind: int64 (n,), 0 to kinds - 1
        budgets: int64 (kinds, channels)
        place_curve: float64 (kinds, channels, depth); score_curve: float64 (kinds, channels, BINS)
        edges: float32 (channels, BINS - 1): of scores by the level of their list
        size: rows of items, as far as they occur.

    Returns:
        items int32 (n, limit), source int16 (n, limit), rank int16 (n, limit). Of equal items the
        one that stands highest in a channel comes first, then that of the first channel.
    """
    channels, people, width = items.shape
    out = np.full((people, limit), -1, np.int32)
    source = np.full((people, limit), -1, np.int16)
    rank = np.full((people, limit), -1, np.int16)
    met_by = np.full(size, -1, np.int64)
    slot = np.empty(size, np.int64)
    room = 0
    for k in range(len(budgets)):
        room = max(room, budgets[k].sum())
    total = np.empty(room, np.float64)
    first = np.empty((room, 3), np.int64)
    depth = np.empty(channels, np.int64)
    mean, scale = np.empty(channels), np.empty(channels)
    for i in range(people):
        k, union, deepest = kind[i], 0, 0
        for c in range(channels):
            depth[c] = min(budgets[k, c], width)
            mean[c], scale[c] = level(items[c, i], scores[c, i], depth[c])
            deepest = max(deepest, depth[c])
        for r in range(deepest):
            for c in range(channels):
                if r >= depth[c]:
                    continue
                j = items[c, i, r]
                if j < 0:
                    depth[c] = 0
                    continue
                if met_by[j] != i:
                    met_by[j] = i
                    slot[j] = union
                    total[union] = 0.0
                    first[union, 0], first[union, 1], first[union, 2] = j, c, r
                    union += 1
                stands = np.float32((scores[c, i, r] - mean[c]) * scale[c])
                said = score_curve[k, c, score_bin(edges[c], stands)]
                said += LEAST + place_curve[k, c, r]
                total[slot[j]] += said * said  # its root orders alike
        order = np.argsort(-total[:union], kind="mergesort")
        for n in range(min(union, limit)):
            u = order[n]
            out[i, n], source[i, n], rank[i, n] = first[u, 0], first[u, 1], first[u, 2]
    return out, source, rank
