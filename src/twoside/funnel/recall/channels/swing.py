"""Swing: two items are near when the same pairs of people liked both.

A pair of people who share little else is strong evidence; a pair who share everything is weak:

    near(i, j) = sum over pairs u < v in U_i and U_j of  w_u w_v / (alpha + |I_u and I_v|),
    w_u = |I_u| ^ -damping

Source: Yang et al. 2020, "Large Scale Product Graph Construction for Recommendation in
E-commerce", arXiv:2010.05525, equation 5. The weights of people are a common extension, not in
the paper. Ours: at most `max_people` people of an item count, drawn by the seed, and the sum is
scaled up by the share of pairs that was left out.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.neighbours import ItemNeighbours, by_block
from twoside.funnel.recall.taste import Taste
from twoside.funnel.recall.topk import best_first, offer

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.schema.artefact import Packed


@dataclass(frozen=True)
class Swing:
    """Settings of the Swing channel; `fit` gives the fitted channel."""

    alpha: float = 1.0
    """Smoothing of the overlap of a pair. Larger: pairs of broad taste are punished less."""
    damping: float = 0.5
    """Power by which people of many items count less; 0 is the paper."""
    max_people: int = 200
    """People kept per item. Work per item grows with its square."""
    neighbours: int = 200
    """Nearest items kept per item."""
    latest: int = 100
    """Items kept per person in learning."""
    last: int = 20
    """Recent items of the person that count in recall."""
    decay: float = 0.75
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    block: int = 2048
    """Items learned at a time: memory is block * neighbours * 8 bytes and the answer."""

    def fit(self, data: RecallData, seed: int) -> ItemNeighbours:
        """Learn the neighbours of every item; an empty past gives items without neighbours."""
        taste = Taste.of(data, self.latest)
        many = np.maximum(np.diff(taste.start), 1).astype(float)
        # a random order of people, the same for all items: the first `max_people` are the sample
        order = np.random.default_rng(seed).permutation(data.people.size).astype(np.int32)

        def rows(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return _nearest(  # type: ignore[no-any-return]
                begin,
                end,
                taste.start,
                taste.item,
                taste.person,
                taste.of_start,
                taste.at,
                many**-self.damping,
                order,
                self.alpha,
                self.max_people,
                self.neighbours,
                data.items.size,
            )

        start, item, near = by_block(data.items.size, self.block, rows)
        return ItemNeighbours(start, item, near, asdict(self), self.last, self.decay, self.repeat)

    def unpack(self, packed: Packed) -> ItemNeighbours:
        """The fitted channel that `pack` described, with the settings it was fitted with."""
        fitted = Swing(**packed.meta["settings"])
        return ItemNeighbours.unpack(packed, fitted.last, fitted.decay, fitted.repeat)


@njit(cache=True, nogil=True)
def _sample(item, of_start, at, person, order, most):  # type: ignore[no-untyped-def]
    """The people of an item, int32; at most `most`, those first in `order`."""
    rows = at[of_start[item] : of_start[item + 1]]
    people = person[rows]
    if len(people) <= most:
        return people
    return people[np.argsort(order[people])[:most]]


@njit(cache=True, nogil=True)
def _nearest(  # type: ignore[no-untyped-def]
    begin,
    end,
    start,
    item,
    person,
    of_start,
    at,
    weight,
    order,
    alpha,
    max_people,
    neighbours,
    size,
):
    total = np.zeros(size, np.float64)
    met = np.zeros(size, np.bool_)
    touched = np.empty(size, np.int32)
    liked_by = np.full(size, -1, np.int64)
    shared = np.empty(size, np.int32)
    mark = 0
    out_count = np.zeros(end - begin, np.int64)
    out_item = np.full((end - begin, neighbours), -1, np.int32)
    out_near = np.zeros((end - begin, neighbours), np.float32)
    for i in range(begin, end):
        people = _sample(i, of_start, at, person, order, max_people)
        n, everybody, count = len(people), of_start[i + 1] - of_start[i], 0
        scale = everybody * (everybody - 1) / max(n * (n - 1), 1)
        for a in range(n - 1):
            u = people[a]
            mark += 1
            for r in range(start[u], start[u + 1]):
                liked_by[item[r]] = mark
            for b in range(a + 1, n):
                v, both = people[b], 0
                for r in range(start[v], start[v + 1]):
                    if liked_by[item[r]] == mark:
                        shared[both] = item[r]
                        both += 1
                if both < 2:
                    continue
                part = weight[u] * weight[v] / (alpha + both)
                for s in range(both):
                    j = shared[s]
                    if not met[j]:
                        met[j] = True
                        touched[count] = j
                        count += 1
                    total[j] += part
        kept = 0
        for t in range(count):
            j = touched[t]
            if j != i:
                value = np.float32(scale * total[j])
                kept = offer(out_near[i - begin], out_item[i - begin], kept, value, j)
            total[j] = 0.0
            met[j] = False
        best_first(out_near[i - begin], out_item[i - begin], kept)
        out_count[i - begin] = kept
    return out_count, out_item, out_near
