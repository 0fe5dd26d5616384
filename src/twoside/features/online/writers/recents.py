"""The candidate against the person's last behaviours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.definition import Recent, recent_columns
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.features.online.batch import Batch
    from twoside.features.online.sequences import Sequences


@njit(cache=True, nogil=True)
def _share(
    recent: np.ndarray,
    recent_start: np.ndarray,
    last: int,
    mine: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for r in range(start.size - 1):
        end = recent_start[r + 1]
        past = recent[max(recent_start[r], end - last) : end]
        for i in range(start[r], start[r + 1]):
            if past.size == 0:
                out[i, column] = np.nan
                continue
            code, same = mine[i], 0
            for j in range(past.size):
                same += past[j] == code
            out[i, column] = same / past.size if code != -1 else 0.0


@njit(cache=True, nogil=True)
def _gap(
    recent: np.ndarray,
    recent_start: np.ndarray,
    last: int,
    numbers: np.ndarray,
    item: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for r in range(start.size - 1):
        total, known = 0.0, 0
        end = recent_start[r + 1]
        for j in range(max(recent_start[r], end - last), end):
            if not np.isnan(recent[j]):
                total += recent[j]
                known += 1
        mean = total / known if known else np.nan
        for i in range(start[r], start[r + 1]):
            out[i, column] = numbers[item[i]] - mean


@njit(cache=True, nogil=True)
def _value(
    recent: np.ndarray,
    recent_start: np.ndarray,
    back: int,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for r in range(start.size - 1):
        at = recent_start[r + 1] - back
        value = recent[at] if at >= recent_start[r] else -1
        for i in range(start[r], start[r + 1]):
            out[i, column] = value


@njit(cache=True, nogil=True)
def _similarity(
    recent: np.ndarray,
    recent_start: np.ndarray,
    last: int,
    mine: np.ndarray,
    start: np.ndarray,
    largest: bool,
    out: np.ndarray,
    column: int,
) -> None:
    """`recent` int32 (behaviours, columns), `mine` int32 (candidates, columns)."""
    for r in range(start.size - 1):
        end = recent_start[r + 1]
        begin = max(recent_start[r], end - last)
        for i in range(start[r], start[r + 1]):
            total, top, compared = 0.0, 0.0, 0
            for j in range(begin, end):
                same, known = 0, 0
                for c in range(mine.shape[1]):
                    if mine[i, c] != -1 and recent[j, c] != -1:
                        known += 1
                        same += mine[i, c] == recent[j, c]
                if known:
                    total += same / known
                    top = max(top, same / known)
                    compared += 1
            if compared == 0:
                out[i, column] = np.nan
            else:
                out[i, column] = top if largest else total / compared


class Recents:
    """All features of one set of event kinds and one window."""

    def __init__(self, placed: list[tuple[Recent, int]], past: Sequences, days: int | None) -> None:
        self._placed = placed
        self._past = past
        self._days = days
        self._columns = {column for f, _ in placed for column in recent_columns(f)}
        self._most = max(f.back if isinstance(f, RecentValue) else f.last for f, _ in placed)

    def write(self, batch: Batch, out: np.ndarray) -> None:
        since = None
        if self._days is not None:
            midnight = batch.ts_ms - (batch.ts_ms + batch.calendar.offset_ms) % DAY_MS
            since = midnight - self._days * DAY_MS
        begin = self._past.newest(batch.person, self._most, since)
        recent = {c: self._past.values(c, batch.person, begin) for c in self._columns}
        for f, column in self._placed:
            found, start = recent[recent_columns(f)[0]], batch.start
            match f:
                case RecentSimilarity():
                    found = np.column_stack([recent[c] for c in f.columns])
                    mine = np.column_stack([batch.items.codes(c, batch.item) for c in f.columns])
                    largest = f.how == "max"
                    _similarity(found, begin, f.last, mine, start, largest, out, column)
                case RecentShare():
                    mine = batch.items.codes("" if f.column == "item" else f.column, batch.item)
                    _share(found, begin, f.last, mine, start, out, column)
                case RecentGap():
                    numbers = batch.items.column(f.column)
                    _gap(found, begin, f.last, numbers, batch.item, start, out, column)
                case RecentValue():
                    _value(found, begin, f.back, start, out, column)
