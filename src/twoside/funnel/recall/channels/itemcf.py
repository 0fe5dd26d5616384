"""ItemCF: two items are near when the same people liked both; nearer still when one is often
liked right after the other.

    near(i, j) = (sum_p w_pi w_pj + order_weight * sum_p 1 / d_p(i, j))
                 / (|w_i| |w_j|^(2 fame) + shrink)

d_p(i, j) is how many places after i the person p liked j, for 1 <= d <= window; w_pi is the
weight of the pair, damped for people of broad taste.
Source: Sarwar et al. 2001, "Item-Based Collaborative Filtering Recommendation Algorithms",
section 3.1 (cosine); damping by 1 / log(1 + n) after Breese et al. 1998, "Empirical Analysis of
Predictive Algorithms for Collaborative Filtering", section 2.2.3 (inverse user frequency, there
for items). The in-order term and the power of the neighbour's norm are ours: fame = 1/2 is the
cosine, less leans to popular neighbours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from twoside.funnel.recall.neighbours import ItemNeighbours, by_block, turned_round
from twoside.funnel.recall.taste import Taste
from twoside.funnel.recall.topk import best_first, offer

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.schema.artefact import Packed


@dataclass(frozen=True)
class ItemCF:
    """Settings of the ItemCF channel; `fit` gives the fitted channel."""

    shrink: float = 5.0
    """Added to the denominator: pairs seen by few people count less. 100 suits dense ratings."""
    fame: float = 0.3
    """Power of the neighbour's summed squared weights in the denominator; 0.5 is the cosine."""
    neighbours: int = 200
    """Nearest items kept per item."""
    kept: Literal["seed", "candidate"] = "seed"
    """Of which item the nearest are kept: of the one that a person liked, or of the one that may
    be returned. The latter gives rare items a chance, which suits dense ratings."""
    order_weight: float = 2.0
    """Weight of the in-order term; 0 leaves plain shrunk cosine."""
    window: int = 3
    """How far apart in a person's order two items may be for the in-order term."""
    damp: bool = True
    """Weigh people of n items by 1 / log(1 + n)."""
    latest: int = 300
    """Items kept per person in learning. Work grows with its square."""
    last: int = 20
    """Recent items of the person that count in recall."""
    decay: float = 0.75
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    block: int = 2048
    """Items learned at a time: memory is block * neighbours * 8 bytes and the answer."""

    def fit(self, data: RecallData, seed: int) -> ItemNeighbours:  # noqa: ARG002 - exact
        """Learn the neighbours of every item; an empty past gives items without neighbours."""
        taste = Taste.of(data, self.latest)
        items = data.items.size
        weight = self._damped(taste)
        square = np.bincount(taste.item, weight.astype(float) ** 2, minlength=items)
        norm, fame = np.sqrt(square), square**self.fame

        def rows(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return _nearest(  # type: ignore[no-any-return]
                begin,
                end,
                taste.start,
                taste.item,
                weight,
                taste.person,
                taste.of_start,
                taste.at,
                norm,
                fame,
                self.shrink,
                self.order_weight,
                self.window,
                self.neighbours,
                self.kept == "candidate",
            )

        start, item, near = by_block(items, self.block, rows)
        if self.kept == "candidate":
            start, item, near = turned_round(start, item, near)
        return ItemNeighbours(start, item, near, asdict(self), self.last, self.decay, self.repeat)

    def unpack(self, packed: Packed) -> ItemNeighbours:
        """The fitted channel that `pack` described, with the settings it was fitted with."""
        fitted = ItemCF(**packed.meta["settings"])
        return ItemNeighbours.unpack(packed, fitted.last, fitted.decay, fitted.repeat)

    def _damped(self, taste: Taste) -> np.ndarray:
        if not self.damp:
            return taste.weight
        n = np.diff(taste.start)[taste.person]
        # the square root, for a pair of items takes the product of two weights
        return np.asarray(taste.weight / np.sqrt(np.log1p(n)), np.float32)


@njit(cache=True, nogil=True)
def _nearest(  # type: ignore[no-untyped-def]
    begin,
    end,
    start,
    item,
    weight,
    person,
    of_start,
    at,
    norm,
    fame,
    shrink,
    order_weight,
    window,
    neighbours,
    backwards,
):
    """Near items of `begin` to `end`; `backwards`: near(j, i) of each i in place of near(i, j)."""
    size = len(norm)
    total = np.zeros(size, np.float64)
    met = np.zeros(size, np.bool_)
    touched = np.empty(size, np.int32)
    out_count = np.zeros(end - begin, np.int64)
    out_item = np.full((end - begin, neighbours), -1, np.int32)
    out_near = np.zeros((end - begin, neighbours), np.float32)
    for i in range(begin, end):
        count = 0
        for e in range(of_start[i], of_start[i + 1]):
            here = at[e]
            p = person[here]
            for r in range(start[p], start[p + 1]):
                j = item[r]
                if not met[j]:
                    met[j] = True
                    touched[count] = j
                    count += 1
                total[j] += weight[here] * weight[r]
            first, past = here + 1, min(here + window + 1, start[p + 1])
            if backwards:
                first, past = max(here - window, start[p]), here
            for r in range(first, past):
                total[item[r]] += order_weight / abs(r - here)
        kept = 0
        for t in range(count):
            j = touched[t]
            if j != i:
                a, b = (j, i) if backwards else (i, j)
                value = np.float32(total[j] / (norm[a] * fame[b] + shrink))
                kept = offer(out_near[i - begin], out_item[i - begin], kept, value, j)
            total[j] = 0.0
            met[j] = False
        best_first(out_near[i - begin], out_item[i - begin], kept)
        out_count[i - begin] = kept
    return out_count, out_item, out_near
