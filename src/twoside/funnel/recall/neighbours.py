"""Near items: what ItemCF and Swing learn, and how a person's recent items are turned into a list.

score(j) = sum over the person's last items i, k-th latest, of  decay^k * weight_i * near(i, j)
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
    from collections.abc import Callable, Mapping
    from typing import Any

    from twoside.funnel.recall.channel import Asking
    from twoside.schema.request import Candidates


Rows = tuple[np.ndarray, np.ndarray, np.ndarray]
"""The neighbours of some items: int64 counts, int32 items, float32 near."""


@dataclass(frozen=True)
class ItemNeighbours:
    """A fitted channel: the nearest items of each item, nearest first.

    It knows nothing for people without positive behaviours, and nothing of items that came after
    the fit: those are passed over.
    """

    start: np.ndarray
    """int64 (items + 1,)"""
    item: np.ndarray
    """int32 (total,)"""
    near: np.ndarray
    """float32 (total,), falling within an item"""
    settings: Mapping[str, Any]
    last: int
    """Recent items of the person that count."""
    decay: float
    """Weight of an item against the one after it."""
    repeat: bool
    """May give back items that the person already liked (`history` does that, too)."""

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The items nearest to what the person did last."""
        past = asking.past
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        if not limit:
            return Recalled(items, scores)
        _gather(
            past.start,
            past.item,
            past.weight,
            past.refused,
            self.start,
            self.item,
            self.near,
            asking.open_up_to(len(self.start) - 1),
            self.last,
            float(self.decay),
            self.repeat,
            items,
            scores,
        )
        return Recalled(items, scores)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item of the one person who asks adds to the score of an item:
        decay^k * weight_i * near(i, j). They sum to it, whether or not the person may get it."""
        past = asking.past
        liked = np.flatnonzero((past.weight > 0) & ~past.refused)[: self.last]
        worth = past.weight[liked] * float(self.decay) ** np.arange(len(liked))
        seeds = past.item[liked]
        return Reasons.sorted(seeds, worth * near_in(self.start, self.item, self.near, seeds, item))

    def nearest(self, item: int, most: int) -> Candidates:
        """The neighbours of an item, nearest first, open or not."""
        return listed(self.start, self.item, self.near, item, most)

    def pack(self) -> Packed:
        """Settings and lists."""
        arrays = {"start": self.start, "item": self.item, "near": self.near}
        return Packed({"settings": dict(self.settings)}, arrays)

    @staticmethod
    def unpack(packed: Packed, last: int, decay: float, repeat: bool) -> ItemNeighbours:
        """From `pack`, asked with the given settings."""
        a = packed.arrays
        settings = packed.meta["settings"]
        return ItemNeighbours(a["start"], a["item"], a["near"], settings, last, decay, repeat)


def by_block(
    items: int, block: int, threads: int, rows: Callable[[int, int], Rows]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Neighbour lists, `block` items at a time, so that memory holds the answer and a block a
    thread. The answer is the same for any number of threads: a block knows nothing of others.

    Args:
        rows: (from, to) -> how many neighbours each of these items has, int64 (to - from,); all
            of them one after the other, int32; how near each is, float32. Lets go of the
            interpreter's lock while it works.

    Returns:
        start, item, near as in `ItemNeighbours`.
    """
    begins = range(0, items, block)

    def part(begin: int) -> Rows:
        return rows(begin, min(begin + block, items))

    if threads > 1 and len(begins) > 1:
        with ThreadPoolExecutor(threads, thread_name_prefix="neighbours") as pool:
            parts = list(pool.map(part, begins))
    else:
        parts = [part(begin) for begin in begins]
    start = np.zeros(items + 1, np.int64)
    if parts:
        np.cumsum(np.concatenate([count for count, _, _ in parts]), out=start[1:])
    item, near = np.empty(start[-1], np.int32), np.empty(start[-1], np.float32)
    at = 0
    for n, (_, found, value) in enumerate(parts):
        item[at : at + len(found)], near[at : at + len(found)] = found, value
        at += len(found)
        parts[n] = (_NONE, _NONE, _NONE)  # its memory is free from here on
    return start, item, near


_NONE = np.empty(0, np.int32)


@njit(cache=True, nogil=True)
def turned_round(
    start: np.ndarray, item: np.ndarray, near: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The same pairs listed by the other item, nearest first; `near` is nowhere below 0."""
    begin = np.zeros(len(start), np.int64)
    for e in range(len(item)):
        begin[item[e] + 1] += 1
    begin = np.cumsum(begin)
    free = begin.copy()
    keys = np.empty(len(item), np.uint64)
    for owner in range(len(start) - 1):
        for e in range(start[owner], start[owner + 1]):
            keys[free[item[e]]] = key_of(near[e], owner)
            free[item[e]] += 1
    owners, values = np.empty(len(item), np.int32), np.empty(len(item), np.float32)
    for j in range(len(start) - 1):
        first, past = begin[j], begin[j + 1]
        finish(keys[first:past], past - first, past - first, owners[first:past], values[first:past])
    return begin, owners, values


@njit(cache=True, nogil=True)
def _gather(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a step
    past_start,
    past_item,
    past_weight,
    refused,
    start,
    item,
    near,
    is_open,
    last,
    decay,
    repeat,
    out_items,
    out_scores,
):
    known, limit, most = len(start) - 1, out_items.shape[1], 0
    for i in range(len(past_start) - 1):
        used, entries = 0, 0
        for r in range(past_start[i], past_start[i + 1]):
            if past_weight[r] > 0 and not refused[r]:
                if used == last:
                    break
                used += 1
                if past_item[r] < known:
                    entries += start[past_item[r] + 1] - start[past_item[r]]
        most = max(most, entries)
    number, score, used_at = places(min(most, known))
    value = np.empty(len(used_at), np.float32)
    keys = buffer(limit)
    for i in range(len(past_start) - 1):
        count, used, factor = 0, 0, 1.0
        for r in range(past_start[i], past_start[i + 1]):
            if refused[r] or past_weight[r] <= 0:
                continue
            if used == last:
                break
            used += 1
            seed = past_item[r]
            if seed < known:
                part = factor * past_weight[r]
                for e in range(start[seed], start[seed + 1]):
                    at = place_of(number, item[e])
                    used_at[count] = at
                    count += number[at] < 0  # no branch: nobody can guess which come twice
                    number[at] = item[e]
                    score[at] += part * near[e]
            factor *= decay
        for r in range(past_start[i], past_start[i + 1]):
            if refused[r] or (not repeat and past_weight[r] > 0):
                score[place_of(number, past_item[r])] = 0.0  # a free place keeps its 0
        for t in range(count):
            value[t] = score[used_at[t]]
        found, bar = 0, ALL
        for t in range(count):
            j = number[used_at[t]]
            keys[found] = key_of(value[t], j)
            found += (keys[found] < bar) & is_open[j] & (value[t] > 0)
            if found == len(keys):
                found, bar = fewer(keys, limit)
        for t in range(count):
            number[used_at[t]], score[used_at[t]] = -1, 0.0
        finish(keys, found, limit, out_items[i], out_scores[i])
