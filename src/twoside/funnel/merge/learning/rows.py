"""The union of all channels' items as rows to learn an order from: one a person and item, with the
place and the score that each channel gave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.merge.learning.curves import BINS

if TYPE_CHECKING:
    from twoside.metrics.topn import Truth

_HEAD = 64
"""Items that no channel has above this place are thinned: they are many and say little."""
_THINNED = 8
"""One of so many stays, and counts as many."""


def thinned(depth: np.ndarray) -> np.ndarray:
    """float64: about how many places of lists so deep, int64, stay."""
    return np.asarray(np.minimum(depth, _HEAD) + np.maximum(depth - _HEAD, 0) / _THINNED)


@dataclass(frozen=True)
class Rows:
    """Person p owns candidates `start[p]:start[p + 1]`, candidate m the entries
    `of_start[m]:of_start[m + 1]`."""

    start: np.ndarray
    """int64 (people + 1,)"""
    of_start: np.ndarray
    """int64 (candidates + 1,)"""
    place: np.ndarray
    """int32 (entries,): channel * width + place"""
    bin: np.ndarray
    """int32 (entries,): channel * BINS + bin of the score, by the level of its list"""
    value: np.ndarray
    """float32 (candidates,): what the item was worth; of one person they sum to 1"""
    offset: np.ndarray
    """float32 (candidates,): log of how many it stands for"""

    @staticmethod
    def of(
        items: np.ndarray,
        scores: np.ndarray,
        depth: np.ndarray,
        edges: np.ndarray,
        truth: Truth,
        value: np.ndarray,
        seed: int,
    ) -> Rows:
        """Of people who each have a right item.

        Args:
            items: int32 (channels, n, width); scores: float32, the same
            depth: int64 (n, channels): how much of each list counts
            edges: float32 (channels, BINS - 1): of scores as `standing` gives them
            value: float64 (total,): of the right items
        """
        size = int(max(items.max(initial=-1), truth.item.max(initial=-1))) + 1
        parts = _rows(
            items,
            scores,
            np.minimum(depth, items.shape[2]),
            edges,
            truth.start,
            truth.item,
            value,
            size,
            np.uint64(seed),
        )
        return Rows(*parts)


@njit(cache=True, nogil=True)
def mixed(x):  # type: ignore[no-untyped-def]
    """A number that looks drawn at random (uint64), from a number. Source: Steele et al. 2014,
    "Fast splittable pseudorandom number generators" (splitmix64)."""
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def all_mixed(x):  # type: ignore[no-untyped-def]
    """The same of every number: uint64 (n,)"""
    out = np.empty(len(x), np.uint64)
    for n in range(len(x)):
        out[n] = mixed(x[n])
    return out


@njit(cache=True, nogil=True)
def score_bin(edges, score):  # type: ignore[no-untyped-def]
    """How many edges are at or below a score; 0 for NaN, which says nothing."""
    if np.isnan(score):
        return 0
    low, high = 0, len(edges)
    while low < high:
        middle = (low + high) // 2
        if edges[middle] <= score:
            low = middle + 1
        else:
            high = middle
    return low


@njit(cache=True, nogil=True)
def level(items, scores, depth):  # type: ignore[no-untyped-def]
    """The mean of one list's scores and 1 / their standard deviation, over the first `depth`
    places; 0 for the latter where they are all the same. Places without item or with a score that
    is not finite do not count."""
    many, total = 0, 0.0
    least, most = np.inf, -np.inf
    for r in range(depth):
        score = np.float64(scores[r])
        if items[r] >= 0 and np.isfinite(score):
            many += 1
            total += score
            least, most = min(least, score), max(most, score)
    if many == 0 or least == most:
        return 0.0, 0.0
    mean, square = total / many, 0.0
    for r in range(depth):
        score = np.float64(scores[r])
        if items[r] >= 0 and np.isfinite(score):
            square += (score - mean) ** 2
    return mean, 1 / np.sqrt(square / many)


@njit(cache=True, nogil=True)
def standing(items, scores, depth):  # type: ignore[no-untyped-def]
    """float32 (n, width): scores of one channel by the level of each list, as bins are made of
    them; NaN beyond the depth, int64 (n,), and without an item."""
    out = np.full(scores.shape, np.nan, np.float32)
    for p in range(len(items)):
        mean, scale = level(items[p], scores[p], depth[p])
        for r in range(depth[p]):
            if items[p, r] >= 0:
                out[p, r] = (scores[p, r] - mean) * scale
    return out


@njit(cache=True, nogil=True)
def _entries_of(items, scores, depth, edges, p, met_by, slot, union, entry):  # type: ignore[no-untyped-def]
    """Note a person's union and every place of it.

    Args:
        union: int64 (3, room): item, best place, number of entries; filled
        entry: int64 (3, room): index into the union, place and bin as in `Rows`; filled

    Returns:
        How many of the union, how many entries.
    """
    channels, _, width = items.shape
    many, entries = 0, 0
    mean, scale = np.empty(channels), np.empty(channels)
    for c in range(channels):
        mean[c], scale[c] = level(items[c, p], scores[c, p], depth[p, c])
    for r in range(depth[p].max()):
        for c in range(channels):
            j = items[c, p, r] if r < depth[p, c] else -1
            if j < 0:
                continue
            if met_by[j] != p:
                met_by[j] = p
                slot[j] = many
                union[0, many], union[1, many], union[2, many] = j, r, 0
                many += 1
            union[2, slot[j]] += 1
            entry[0, entries] = slot[j]
            entry[1, entries] = c * width + r
            stands = np.float32((scores[c, p, r] - mean[c]) * scale[c])
            entry[2, entries] = c * BINS + score_bin(edges[c], stands)
            entries += 1
    return many, entries


@njit(cache=True, nogil=True)
def _rows(items, scores, depth, edges, start, item, value, size, seed):  # type: ignore[no-untyped-def]
    people = items.shape[1]
    room, most = depth.sum(), 0
    for p in range(people):
        most = max(most, depth[p].sum())
    out_start = np.zeros(people + 1, np.int64)
    of_start = np.zeros(room + 1, np.int64)
    place, bin_ = np.empty(room, np.int32), np.empty(room, np.int32)
    worth, offset = np.zeros(room, np.float32), np.zeros(room, np.float32)
    met_by, slot = np.full(size, -1, np.int64), np.empty(size, np.int64)
    right = np.zeros(size, np.float64)
    union, entry = np.empty((3, most), np.int64), np.empty((3, most), np.int64)
    goes = np.empty(most, np.int64)  # where the next entry of a candidate goes, -1: left out
    rows = 0
    for p in range(people):
        for t in range(start[p], start[p + 1]):
            right[item[t]] = value[t]
        many, entries = _entries_of(items, scores, depth, edges, p, met_by, slot, union, entry)
        whole = 0.0
        for u in range(many):
            j = union[0, u]
            deep = union[1, u] >= _HEAD and right[j] == 0
            goes[u] = -1
            drawn = mixed(mixed(seed + np.uint64(p)) + np.uint64(j)) % np.uint64(_THINNED)
            if deep and drawn != 0:
                continue
            goes[u] = of_start[rows]
            of_start[rows + 1] = of_start[rows] + union[2, u]
            offset[rows] = np.log(_THINNED) if deep else 0.0
            worth[rows] = right[j]
            whole += right[j]
            rows += 1
        for e in range(entries):
            u = entry[0, e]
            if goes[u] >= 0:
                place[goes[u]], bin_[goes[u]] = entry[1, e], entry[2, e]
                goes[u] += 1
        out_start[p + 1] = rows
        if whole > 0:
            worth[out_start[p] : rows] /= whole
        for t in range(start[p], start[p + 1]):
            right[item[t]] = 0.0
    n, total = rows, of_start[rows]
    parts = of_start[: n + 1].copy(), place[:total].copy(), bin_[:total].copy()
    return out_start, parts[0], parts[1], parts[2], worth[:n].copy(), offset[:n].copy()
