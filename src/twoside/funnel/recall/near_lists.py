"""Lists of near items: one for each item (or person), and the sum of the lists of some seeds.

    score(j) = sum over seeds i of  worth_i * near(i, j)

Seeds are a person's recent items, or people who are like this one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.reasons import listed, near_in
from twoside.funnel.recall.tally import place_of, places
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.reasons import Reasons

if TYPE_CHECKING:
    from typing import Literal

    from twoside.funnel.recall.seeds import Seeds
    from twoside.index.vectors import Barred, VectorIndex
    from twoside.schema.request import Candidates

_CHUNK = 4096
"""Items whose neighbours are looked for at once."""


@dataclass(frozen=True)
class NearLists:
    """The items of each seed; a seed is a row of items or of people."""

    start: np.ndarray
    """int64 (seeds + 1,): seed i has `item[start[i]:start[i + 1]]`"""
    item: np.ndarray
    """int32 (total,)"""
    near: np.ndarray
    """float32 (total,)"""
    size: int
    """Rows of items."""

    @staticmethod
    def of_vectors(
        vectors: np.ndarray, fame: float, neighbours: int, search: VectorIndex, seed: int
    ) -> NearLists:
        """near(i, j) = cosine of the vectors * |j| ^ fame, of the `neighbours` nearest items of
        each item, nearest first; only those with near > 0.

        Args:
            vectors: float32 (items, dim); an item with zeros is near nothing.
        """
        known = np.flatnonzero((vectors != 0).any(axis=1)).astype(np.int32)
        unit = famed(vectors[known], 0)
        index = replace(search, metric="inner").build(known, famed(vectors[known], fame), seed)
        counts = np.zeros(len(vectors) + 1, np.int64)
        items, nears = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        for begin in range(0, len(known), _CHUNK):
            rows = known[begin : begin + _CHUNK]
            itself = (np.arange(len(rows) + 1), rows)
            found, near = index.search(unit[begin : begin + _CHUNK], neighbours, barred=itself)
            there = (found >= 0) & (near > 0)
            counts[rows + 1] = there.sum(axis=1)
            items.append(found[there])
            nears.append(near[there])
        start = np.cumsum(counts)
        return NearLists(start, np.concatenate(items), np.concatenate(nears), len(vectors))

    def gather(self, seeds: Seeds, allowed: np.ndarray, never: Barred, limit: int) -> Recalled:
        """The sums, best first, of items that are allowed and not among `never`.

        A person whose seeds have no list gets nothing; a seed beyond the lists is passed over.
        """
        n = len(seeds.start) - 1
        items = np.full((n, limit), -1, np.int32)
        scores = np.zeros((n, limit), np.float32)
        if limit:
            _gather(
                seeds.start,
                seeds.item,
                seeds.worth,
                self.start,
                self.item,
                self.near,
                self.size,
                np.asarray(allowed, np.bool_),
                *never,
                items,
                scores,
            )
        return Recalled(items, scores)

    def reasons(self, seeds: Seeds, item: int, of: Literal["items", "people"] = "items") -> Reasons:
        """What each seed of one person adds to the sum of an item."""
        near = near_in(self.start, self.item, self.near, seeds.item, item)
        return Reasons.sorted(seeds.item, seeds.worth * near, of)

    def nearest(self, item: int, most: int) -> Candidates:
        """The list of one item."""
        return listed(self.start, self.item, self.near, item, most)

    def pack(self) -> Packed:
        """For the store, as a part of a channel."""
        arrays = {"start": self.start, "item": self.item, "near": self.near}
        return Packed({"size": self.size}, arrays)

    @staticmethod
    def unpack(packed: Packed) -> NearLists:
        """From `pack`."""
        a = packed.arrays
        return NearLists(a["start"], a["item"], a["near"], packed.meta["size"])


def famed(vectors: np.ndarray, fame: float) -> np.ndarray:
    """float32 (n, dim): the same directions, lengths to the power of `fame`; no zeros go in."""
    wide = vectors.astype(np.float64)
    length = np.sqrt((wide * wide).sum(axis=1, keepdims=True))
    return np.asarray(wide * length ** (fame - 1), np.float32)


def merged(one: Recalled, two: Recalled) -> Recalled:
    """The best of two answers that share no item, in an answer of the same shape; of `two` only
    scores above 0."""
    limit = one.items.shape[1]
    there = np.concatenate([one.items >= 0, (two.items >= 0) & (two.scores > 0)], axis=1)
    items = np.concatenate([one.items, two.items], axis=1)
    scores = np.concatenate([one.scores, two.scores], axis=1)
    order = np.lexsort((items, np.where(there, -scores, np.inf)), axis=1)[:, :limit]
    kept = np.take_along_axis(there, order, axis=1)
    items = np.where(kept, np.take_along_axis(items, order, axis=1), -1)
    scores = np.where(kept, np.take_along_axis(scores, order, axis=1), 0)
    return Recalled(items.astype(np.int32), scores.astype(np.float32))


@njit(cache=True, nogil=True)
def _gather(  # type: ignore[no-untyped-def]
    seed_start,
    seed_item,
    worth,
    start,
    item,
    near,
    known,
    allowed,
    never_start,
    never_item,
    out_items,
    out_scores,
):
    lists, limit, most = len(start) - 1, out_items.shape[1], 0
    for i in range(len(seed_start) - 1):
        entries = 0
        for r in range(seed_start[i], seed_start[i + 1]):
            if seed_item[r] < lists:
                entries += start[seed_item[r] + 1] - start[seed_item[r]]
        most = max(most, entries)
    number, score, used_at = places(min(most, known))
    keys = buffer(limit)
    for i in range(len(seed_start) - 1):
        count = 0
        for r in range(seed_start[i], seed_start[i + 1]):
            if seed_item[r] >= lists:
                continue
            for e in range(start[seed_item[r]], start[seed_item[r] + 1]):
                at = place_of(number, item[e])
                used_at[count] = at
                count += number[at] < 0
                number[at] = item[e]
                score[at] += worth[r] * near[e]
        for r in range(never_start[i], never_start[i + 1]):
            score[place_of(number, never_item[r])] = 0.0  # a free place keeps its 0
        found, bar = 0, ALL
        for t in range(count):
            at = used_at[t]
            j, value = number[at], np.float32(score[at])
            if j < len(allowed):
                keys[found] = key_of(value, j)
                found += (keys[found] < bar) & (value > 0) & allowed[j]
                if found == len(keys):
                    found, bar = fewer(keys, limit)
            number[at], score[at] = -1, 0.0
        finish(keys, found, limit, out_items[i], out_scores[i])
