"""What each person did, one entry a pair: the latest first, with its evidence and its verdict.

Passed over are behaviours with an item that the table does not have, or with a strength that is no
number, and those that are told twice: same item, moment and strength.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.tally import place_of, places

if TYPE_CHECKING:
    from twoside.schema.behaviours import Behaviours


@dataclass(frozen=True)
class Past:
    """Distinct items of n people; person i owns `start[i]:start[i + 1]`, latest first."""

    start: np.ndarray
    """int64 (n + 1,)"""
    item: np.ndarray
    """int32 (total,)"""
    ts_ms: np.ndarray
    """int64 (total,): the latest behaviour of the pair"""
    weight: np.ndarray
    """float32 (total,): square root of the summed positive strengths: a second view says less
    than the first. 0 where nothing was positive."""
    refused: np.ndarray
    """bool (total,): the latest behaviour was negative; no channel returns such an item to this
    person, and it is no evidence of taste"""

    @staticmethod
    def of_behaviours(behaviours: Behaviours, people: int, items: int) -> Past:
        """Of all people, in order of their rows."""
        rows, start = behaviours.by_person(people)
        return Past.summary(start, rows.item, rows.ts_ms, rows.strength, items)

    @staticmethod
    def summary(
        start: np.ndarray, item: np.ndarray, ts_ms: np.ndarray, strength: np.ndarray, size: int
    ) -> Past:
        """From every behaviour of n people, oldest first; `size`: rows of items."""
        parts = _distinct(
            np.asarray(start, np.int64),
            np.asarray(item, np.int32),
            np.asarray(ts_ms, np.int64),
            np.asarray(strength, np.float32),
            size,
        )
        return Past(*parts)


@njit(cache=True, nogil=True)
def _distinct(start, item, ts_ms, strength, size):  # type: ignore[no-untyped-def]
    n, total = len(start) - 1, len(item)
    out_start = np.zeros(n + 1, np.int64)
    out_item = np.empty(total, np.int32)
    out_ts = np.empty(total, np.int64)
    weight = np.zeros(total, np.float32)
    refused = np.zeros(total, np.bool_)
    most = 0
    for i in range(n):
        most = max(most, start[i + 1] - start[i])
    number, _, used = places(min(most, size))
    slot = np.empty(len(number), np.int64)
    last = np.empty(len(number), np.int64)  # the row of each item that counted last, and before it:
    later = np.empty(total, np.int64)
    at = 0
    for i in range(n):
        begin = at
        for r in range(start[i + 1] - 1, start[i] - 1, -1):
            j = item[r]
            if j < 0 or j >= size or not np.isfinite(strength[r]):
                continue
            place = place_of(number, j)
            is_new = number[place] < 0
            twin = -1 if is_new else last[place]
            while twin >= 0 and ts_ms[twin] == ts_ms[r] and strength[twin] != strength[r]:
                twin = later[twin]
            if twin >= 0 and ts_ms[twin] == ts_ms[r]:
                continue
            later[r] = -1 if is_new else last[place]
            last[place] = r
            if is_new:
                number[place] = j
                used[at - begin] = place
                slot[place] = at
                out_item[at] = j
                out_ts[at] = ts_ms[r]
                refused[at] = strength[r] < 0
                at += 1
            if strength[r] > 0:
                weight[slot[place]] += strength[r]
        for t in range(at - begin):
            number[used[t]] = -1
        out_start[i + 1] = at
    return out_start, out_item[:at], out_ts[:at], np.sqrt(weight[:at]), refused[:at]
