"""ItemCF: two items are near when the same people liked both; nearer still when one is often
liked right after the other.

    near(i, j) = (sum_p w_pi w_pj + order_weight * sum_p 1 / d_p(i, j))
                 / (|w_i| |w_j|^(2 fame) + shrink)

and, if wanted, how alike the two are described (`recall.shared_words`). d_p(i, j) is how many
places after i the person p liked j, for 1 <= d <= window; w_pi is the
weight of the pair, damped for people of broad taste.
Source: Sarwar et al. 2001, "Item-Based Collaborative Filtering Recommendation Algorithms",
section 3.1 (cosine); damping by 1 / log(1 + n) after Breese et al. 1998, "Empirical Analysis of
Predictive Algorithms for Collaborative Filtering", section 2.2.3 (inverse user frequency, there
for items). The in-order term and the power of the neighbour's norm are ours: fame = 1/2 is the
cosine, less leans to popular neighbours.

The sums come in one of two orders, whichever is cheaper (`_holds_a_table`). Row by row: the people
of item i, and all that each of them liked; it keeps one row of sums. By triangle: only j > i is
summed, which halves the work, but a table must hold all sums until a row can be read whole.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channels._itemcf_table import (
    add_in_order,
    mirror,
    of_table,
    room,
    sorted_by_item,
    upper_half,
)
from twoside.funnel.recall.neighbours import ItemNeighbours, by_block, turned_round
from twoside.funnel.recall.shared_words import with_words
from twoside.funnel.recall.taste import Taste
from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.neighbours import Rows
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
    words: float = 0.0
    """Weight of how alike items are described (0 to 1, `recall.shared_words`), added to near; 0
    looks at no word. Then items that few liked, or nobody, have neighbours too."""
    common: int = 300
    """Words of more items than this tell nothing."""
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
    """Items learned at a time: memory is block * neighbours * 8 bytes a thread and the answer."""
    memory_mb: int = 256
    """Most megabytes for a table of all pairs of items; more items than fit (8,192 in 256) are
    learned row by row, which holds no table."""
    threads: int = 2
    """Blocks learned side by side. The answer does not depend on it."""

    def __post_init__(self) -> None:
        for name in ("neighbours", "window", "latest", "last", "block", "threads", "common"):
            if getattr(self, name) < 1:
                raise ConfigError(f"itemcf.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("shrink", "fame", "order_weight", "words", "decay", "memory_mb"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"itemcf.{name} = {getattr(self, name)}: expected 0 or more.")

    def fit(self, data: RecallData, seed: int) -> ItemNeighbours:  # noqa: ARG002 - exact
        """Learn the neighbours of every item; an empty past, or one person with one item, gives
        items without neighbours."""
        taste = Taste.of(data, self.latest)
        weight = self._damped(taste)
        square = np.bincount(taste.item, weight.astype(float) ** 2, minlength=taste.items)
        norm, fame = np.sqrt(square), square**self.fame
        backwards = self.kept == "candidate"
        below = (fame, norm) if backwards else (norm, fame)
        numbers = (float(self.shrink), float(self.order_weight), self.window, backwards)
        near = (*below, *numbers, self.neighbours)
        pairs = (taste.start, taste.item, taste.person, taste.of_start, taste.at)
        if self._holds_a_table(taste):
            table = self._table(weight, pairs, taste.items)

            def rows(begin: int, end: int) -> Rows:
                return of_table(begin, end, table, *pairs, *near)  # type: ignore[no-any-return]
        else:

            def rows(begin: int, end: int) -> Rows:
                return _row_by_row(begin, end, weight, *pairs, *near)  # type: ignore[no-any-return]

        start, item, value = by_block(taste.items, self.block, self.threads, rows)
        if backwards:
            start, item, value = turned_round(start, item, value)
        if self.words:
            how = (self.words, self.common, self.neighbours, self.block, self.threads)
            start, item, value = with_words((start, item, value), data.items, *how)
        return ItemNeighbours(start, item, value, asdict(self), self.last, self.decay, self.repeat)

    def unpack(self, packed: Packed) -> ItemNeighbours:
        """The fitted channel that `pack` described, with the settings it was fitted with."""
        fitted = ItemCF(**packed.meta["settings"])
        return ItemNeighbours.unpack(packed, fitted.last, fitted.decay, fitted.repeat)

    def _damped(self, taste: Taste) -> np.ndarray:
        if not self.damp:
            return taste.weight
        # the square root, for a pair of items takes the product of two weights
        root = np.sqrt(np.log1p(taste.many.astype(np.float32)))
        return np.asarray(taste.weight / np.repeat(root, taste.many), np.float32)

    def _holds_a_table(self, taste: Taste) -> bool:
        # Row by row visits sum n^2 cells of a row; the triangle half of them, and then reads and
        # mirrors each cell of the table, some five times the price of a visit. So the triangle
        # pays where a cell is visited often: 28 times on ML-1M (half the time), .02 on Beauty.
        cells = taste.items**2
        visits = float((taste.many.astype(float) ** 2).sum())
        return 4 * cells <= self.memory_mb * 2**20 and visits >= 10 * cells

    def _table(self, weight: np.ndarray, pairs: tuple[np.ndarray, ...], items: int) -> np.ndarray:
        """float32 (items, items): sum_p w_pi w_pj, both halves; 0 in the diagonal."""
        table = np.zeros((items, items), np.float32)
        start, _, person, of_start, at = pairs
        half = (start, *sorted_by_item(start, weight, person, of_start, at), of_start, table)
        cuts = range(0, items, max(1, min(self.block, -(-items // (8 * self.threads)))))

        def part(begin: int) -> None:
            upper_half(begin, min(begin + cuts.step, items), *half)

        if self.threads > 1:
            with ThreadPoolExecutor(self.threads, thread_name_prefix="itemcf") as pool:
                list(pool.map(part, cuts))
        else:
            for begin in cuts:
                part(begin)
        mirror(table)
        return table


@njit(cache=True, nogil=True)
def _row_by_row(  # type: ignore[no-untyped-def]
    begin,
    end,
    weight,
    start,
    item,
    person,
    of_start,
    at,
    mine,
    theirs,
    shrink,
    order_weight,
    window,
    backwards,
    neighbours,
):
    """Near items of `begin` to `end`; `backwards`: near(j, i) of each i in place of near(i, j)."""
    size = len(mine)
    number = item.view(np.uint32)  # unsigned: no check for negative places
    total = np.zeros(size, np.float64)
    touched = np.empty(size + 1, np.uint32)
    value = np.empty(size, np.float32)
    keys = buffer(neighbours)
    out_count, out_item, out_near = room(end - begin, neighbours)
    filled = 0
    for i in range(begin, end):
        count = 0
        for e in range(of_start[i], of_start[i + 1]):
            here = at[e]
            p = person[here]
            part = np.float64(weight[here])
            items, weights = number[start[p] : start[p + 1]], weight[start[p] : start[p + 1]]
            for r in range(len(items)):  # over slices: places that cannot be negative
                j = items[r]
                touched[count] = j
                count += total[j] == 0  # no branch: nobody can guess it
                total[j] += part * weights[r]  # never 0: float32 products fit in float64
            add_in_order(
                total, number, here, start[p], start[p + 1], order_weight, window, backwards
            )
        for t in range(count):
            j = touched[t]
            value[t] = total[j] / (mine[i] * theirs[j] + shrink)
            total[j] = 0.0
        found, bar = 0, ALL
        for t in range(count):
            keys[found] = key_of(value[t], touched[t])
            found += (keys[found] < bar) & (touched[t] != i)  # no branch, again
            if found == len(keys):
                found, bar = fewer(keys, neighbours)
        kept = finish(keys, found, neighbours, out_item[filled:], out_near[filled:])
        out_count[i - begin] = kept
        filled += kept
    return out_count, out_item[:filled].copy(), out_near[:filled].copy()
