"""The candidate against the person's last behaviours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.online.writers.attributes import spread

if TYPE_CHECKING:
    from twoside.features.online.batch import Batch
    from twoside.features.online.sequences import Sequences


@njit(cache=True)
def _share(
    recent: np.ndarray,
    recent_start: np.ndarray,
    mine: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for r in range(start.size - 1):
        past = recent[recent_start[r] : recent_start[r + 1]]
        for i in range(start[r], start[r + 1]):
            if past.size == 0:
                out[i, column] = np.nan
                continue
            code, same = mine[i], 0
            for j in range(past.size):
                same += past[j] == code
            out[i, column] = same / past.size if code != -1 else 0.0


@njit(cache=True)
def _gap(
    recent: np.ndarray,
    recent_start: np.ndarray,
    numbers: np.ndarray,
    item: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for r in range(start.size - 1):
        total, known = 0.0, 0
        for j in range(recent_start[r], recent_start[r + 1]):
            if not np.isnan(recent[j]):
                total += recent[j]
                known += 1
        mean = total / known if known else np.nan
        for i in range(start[r], start[r + 1]):
            out[i, column] = numbers[item[i]] - mean


class Recents:
    """All features of one set of event kinds."""

    def __init__(
        self, placed: list[tuple[RecentShare | RecentValue | RecentGap, int]], past: Sequences
    ) -> None:
        self._placed = placed
        self._past = past

    def write(self, batch: Batch, out: np.ndarray) -> None:
        for f, column in self._placed:
            most = f.back if isinstance(f, RecentValue) else f.last
            begin = self._past.newest(batch.person, most)
            recent = self._past.values(f.column, batch.person, begin)
            match f:
                case RecentShare():
                    mine = batch.items.codes("" if f.column == "item" else f.column, batch.item)
                    _share(recent, begin, mine, batch.start, out, column)
                case RecentGap():
                    numbers = batch.items.column(f.column)
                    _gap(recent, begin, numbers, batch.item, batch.start, out, column)
                case RecentValue():
                    values = _oldest(recent, begin, f.back)
                    spread(values, np.array([column]), batch.request, out)


def _oldest(recent: np.ndarray, start: np.ndarray, back: int) -> np.ndarray:
    """float32 (n, 1): the behaviour `back` steps ago; -1 where there are fewer."""
    full = np.diff(start) == back
    values = np.full((len(full), 1), -1, np.float32)
    values[full, 0] = recent[start[:-1][full]]
    return values
