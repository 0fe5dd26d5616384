"""Near items: what ItemCF and Swing learn, and how a person's recent items are turned into a list.

score(j) = sum over the person's last items i, k-th latest, of  decay^k * weight_i * near(i, j)
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.near_lists import NearLists
from twoside.funnel.recall.seeds import Seeds, never
from twoside.index.keys import finish, key_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from twoside.funnel.recall.channel import Asking, Recalled
    from twoside.schema.reasons import Reasons
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
        is_open = asking.open_up_to(len(self.start) - 1)
        return self._lists.gather(self._seeds(asking), is_open, never(asking, self.repeat), limit)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item of the one person who asks adds to the score of an item:
        decay^k * weight_i * near(i, j). They sum to it, whether or not the person may get it."""
        return self._lists.reasons(self._seeds(asking), item)

    @property
    def _lists(self) -> NearLists:
        return NearLists(self.start, self.item, self.near, len(self.start) - 1)

    def _seeds(self, asking: Asking) -> Seeds:
        return Seeds.of(asking, self.last, self.decay, np.inf)

    def nearest(self, item: int, most: int) -> Candidates:
        """The neighbours of an item, nearest first, open or not."""
        return self._lists.nearest(item, most)

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
