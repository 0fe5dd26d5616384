"""Swing: two items are near when the same pairs of people liked both.

A pair of people who share little else is strong evidence; a pair who share everything is weak:

    swing(i, j) = sum over pairs u < v in U_i and U_j of  w_u w_v / (alpha + |I_u and I_v|),
    w_u = |I_u| ^ -damping
    near(i, j) = swing(i, j) / (sum over all k of swing(k, j)) ^ fame

Source: Yang et al. 2020, "Large Scale Product Graph Construction for Recommendation in
E-commerce", arXiv:2010.05525, equation 5. The weights of people are a common extension, not in
the paper. Ours: at most `max_people` people of an item count, drawn by the seed, and the sum is
scaled up by the share of pairs that was left out; and `fame`, for without it an item of many pairs
is near to everything, and on dense data the lists are hardly more than what is liked anyway.

The sums come in one of two orders, whichever is cheaper. Item by item (here): of the
people of item i, those of each other item j; it finds the overlaps of a pair again for every item
that the pair shares. Pair by pair (`_swing_pairs`): each overlap once, added to all rows it belongs
to at once; it holds a table of rows, and does not know samples.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channels._swing_pairs import is_cheaper, pair_by_pair
from twoside.funnel.recall.neighbours import ItemNeighbours, by_block, turned_round
from twoside.funnel.recall.taste import Taste
from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.neighbours import Rows
    from twoside.schema.artefact import Packed


@dataclass(frozen=True)
class Swing:
    """Settings of the Swing channel; `fit` gives the fitted channel."""

    alpha: float = 1.0
    """Smoothing of the overlap of a pair. Larger: pairs of broad taste are punished less."""
    damping: float = 0.5
    """Power by which people of many items count less; 0 is the paper."""
    fame: float = 0.0
    """Power of all that is near an item, by which its own nearness is divided; 0 is the paper, 0.9
    suits dense ratings. Above 0 the nearest are kept of the item that may be returned, not of the
    one that a person liked: so rare items have a chance."""
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
    """Items learned at a time: memory is block * neighbours * 8 bytes a thread and the answer."""
    memory_mb: int = 256
    """Most megabytes for the table of rows when pairs of people are taken one by one; 0: never."""
    threads: int = 2
    """Blocks learned side by side. The answer does not depend on it."""

    def __post_init__(self) -> None:
        for name in ("neighbours", "latest", "last", "block", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"swing.{name} = {getattr(self, name)}: expected 1 or more.")
        if self.max_people < 2:
            raise ConfigError(f"swing.max_people = {self.max_people}: expected 2 or more.")
        if not self.alpha > -2:  # a pair that counts shares two items
            raise ConfigError(f"swing.alpha = {self.alpha}: expected more than -2.")
        for name in ("damping", "fame", "decay", "memory_mb"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"swing.{name} = {getattr(self, name)}: expected 0 or more.")

    def fit(self, data: RecallData, seed: int) -> ItemNeighbours:
        """Learn the neighbours of every item; an empty past, or one person, gives items without
        neighbours. The seed draws the people of items that more than `max_people` liked."""
        taste = Taste.of(data, self.latest)
        weight = np.maximum(taste.many, 1.0) ** -self.damping
        share = 1 / (self.alpha + np.arange(2, max(taste.many.max(initial=0), 2) + 1))
        how = (weight, share, float(self.fame), self.neighbours)
        lists = self._by_pairs(taste, how) or self._by_items(taste, how, seed)
        lists = turned_round(*lists) if self.fame else lists
        return ItemNeighbours(*lists, asdict(self), self.last, self.decay, self.repeat)

    def _by_pairs(self, taste: Taste, how: tuple[Any, ...]) -> Rows | None:
        """None where the other order is cheaper, or people must be drawn."""
        items, room = taste.items, self.memory_mb * 2**20 // 4
        block = items if items**2 <= room else room // items // self.threads
        if not block or np.diff(taste.of_start).max(initial=0) > self.max_people:
            return None
        of = taste.person[taste.at]
        if not is_cheaper(taste, of, blocks=-(-items // block)):
            return None
        liked = (taste.start, taste.item, taste.of_start, of)

        def rows(begin: int, end: int) -> Rows:
            return pair_by_pair(begin, end, *liked, *how)  # type: ignore[no-any-return]

        return by_block(items, block, self.threads, rows)

    def _by_items(self, taste: Taste, how: tuple[Any, ...], seed: int) -> Rows:
        # a random order of people, the same for all items: the first `max_people` are the sample
        place = np.random.default_rng(seed).permutation(len(taste.many))
        everybody = np.diff(taste.of_start)
        of_start = np.zeros(taste.items + 1, np.int64)
        np.cumsum(np.minimum(everybody, self.max_people), out=of_start[1:])
        of = _first_people(taste.start, taste.item, np.argsort(place), of_start)
        liked = (taste.start, taste.item, of_start, of, everybody)

        def rows(begin: int, end: int) -> Rows:
            return item_by_item(begin, end, *liked, *how)  # type: ignore[no-any-return]

        return by_block(taste.items, self.block, self.threads, rows)

    def unpack(self, packed: Packed) -> ItemNeighbours:
        """The fitted channel that `pack` described, with the settings it was fitted with."""
        fitted = Swing(**packed.meta["settings"])
        return ItemNeighbours.unpack(packed, fitted.last, fitted.decay, fitted.repeat)


@njit(cache=True, nogil=True)
def _first_people(start, item, sequence, of_start):  # type: ignore[no-untyped-def]
    """int32: who liked item j is `of_start[j]:of_start[j + 1]` of it, in order of `sequence`, as
    far as there is room."""
    free = of_start[:-1].copy()
    of = np.empty(of_start[-1], np.int32)
    for p in sequence:
        for r in range(start[p], start[p + 1]):
            j = item[r]
            if free[j] < of_start[j + 1]:
                of[free[j]] = p
                free[j] += 1
    return of


@njit(cache=True, nogil=True)
def item_by_item(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915 - one loop a step
    begin, end, start, item, of_start, of, everybody, weight, share, fame, neighbours
):
    """Near items of `begin` to `end`, each row divided by its sum to the power of `fame`.

    The people of item i, numbered 0, 1, ..., are listed by each other item j that two of them
    liked. Person a's overlap with every later one is counted along the lists that a stands in;
    along the same lists the pairs are then added up. So the work is what pairs really share, not
    what they might.
    """
    size = len(everybody)
    most = 0
    for i in range(begin, end):
        liked = 0
        for e in range(of_start[i], of_start[i + 1]):
            liked += start[of[e] + 1] - start[of[e]]
        most = max(most, liked)
    people = 0
    for i in range(begin, end):
        people = max(people, of_start[i + 1] - of_start[i])
    times = np.zeros(size, np.int32)  # how many of the people liked j; then the list of j
    touched = np.empty(min(most, size) + 1, np.uint32)
    head = np.empty(len(touched) + 1, np.int32)  # list s is head[s]:tail[s] of `listed`
    tail = np.empty(len(touched) + 1, np.int32)
    listed = np.empty(most, np.uint32)
    mine = np.empty(most, np.int32)  # the lists that person a stands in
    mine_start = np.empty(people + 1, np.int64)
    both = np.zeros(people, np.int32)
    part = np.zeros(people, np.float64)
    total = np.empty(len(touched), np.float64)
    value = np.empty(len(touched), np.float32)
    name = np.empty(len(touched), np.uint32)
    keys = buffer(neighbours)
    out_count = np.zeros(end - begin, np.int64)
    out_item = np.empty((end - begin) * neighbours, np.int32)
    out_near = np.empty((end - begin) * neighbours, np.float32)
    filled = 0
    for i in range(begin, end):
        n = of_start[i + 1] - of_start[i]
        if n < 2:
            continue
        here = of[of_start[i] : of_start[i + 1]]
        count = 0
        for a in range(n):
            for r in range(start[here[a]], start[here[a] + 1]):
                j = item[r]
                touched[count] = j
                count += times[j] == 0
                times[j] += 1
        times[i] = 1  # it is in every overlap: not counted but added
        lists, used = 0, 0
        for t in range(count):
            j = touched[t]
            if times[j] >= 2:
                name[lists], total[lists] = j, 0.0
                head[lists] = tail[lists] = used
                used += times[j]
                lists += 1
                times[j] = lists
            else:
                times[j] = 0
        used = 0
        for a in range(n):
            mine_start[a] = used
            for r in range(start[here[a]], start[here[a] + 1]):
                s = times[item[r]] - 1
                if s >= 0:
                    listed[tail[s]] = a
                    tail[s] += 1
                    mine[used] = s
                    used += 1
        mine_start[n] = used
        for a in range(n - 1):
            first, past = mine_start[a], mine_start[a + 1]
            met = False
            for m in range(first, past):
                s = mine[m]
                head[s] += 1
                for b in listed[head[s] : tail[s]]:
                    both[b] += 1
                met |= head[s] < tail[s]
            if not met:
                continue
            w = weight[here[a]]
            for b in range(a + 1, n):
                # both[b] = 0 is never read
                part[b] = w * weight[here[b]] * share[max(both[b] - 1, 0)]
                both[b] = 0
            for m in range(first, past):
                s = mine[m]
                more = 0.0
                for b in listed[head[s] : tail[s]]:
                    more += part[b]
                total[s] += more
        scale = everybody[i] * (everybody[i] - 1) / (n * (n - 1))
        if fame and lists:
            scale /= (scale * total[:lists].sum()) ** fame
        found, bar = 0, ALL
        for s in range(lists):
            times[name[s]] = 0
            value[s] = scale * total[s]
        for s in range(lists):
            keys[found] = key_of(value[s], name[s])
            found += keys[found] < bar
            if found == len(keys):
                found, bar = fewer(keys, neighbours)
        kept = finish(keys, found, neighbours, out_item[filled:], out_near[filled:])
        out_count[i - begin] = kept
        filled += kept
    return out_count, out_item[:filled].copy(), out_near[:filled].copy()
