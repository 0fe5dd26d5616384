"""How alike two items are, piece by piece: what `content_simitem` weighs, lists and explains.

Pieces of a pair (a, b), in this order: for each column of words the cosine of their idf vectors;
for each number exp(-|a - b| / scale); for a place exp(-km / scale); log(1 + how many like b). A
piece is 0 where either is unknown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.groups import numbers_of
from twoside.funnel.recall.sphere import EARTH_KM, unit_vectors
from twoside.funnel.recall.terms import Terms
from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Likeness:
    """All items of a table, ready to be compared."""

    start: np.ndarray
    """int64 (items + 1,): item j owns `start[j]:start[j + 1]` of:"""
    term: np.ndarray
    """int32"""
    column: np.ndarray
    """int16: the column of the term"""
    value: np.ndarray
    """float32: idf, of length 1 over the item's terms of that column"""
    of_start: np.ndarray
    """int64 (terms + 1,): term t occurs in `of_start[t]:of_start[t + 1]` of:"""
    of_item: np.ndarray
    """int32, the most liked first"""
    columns: int
    numbers: np.ndarray
    """float64 (items, numbers): divided by their scales, NaN unknown"""
    place: np.ndarray
    """float64 (items, 3) unit vectors, NaN unknown; (items, 0) without places"""
    scale_km: float
    liked: np.ndarray
    """float64 (items,): log(1 + likes)"""

    @staticmethod
    def of(
        items: EntityTable,
        columns: tuple[str, ...],
        numbers: tuple[str, ...],
        scale: np.ndarray,
        place: tuple[str, str] | None,
        scale_km: float,
        liked: np.ndarray,
    ) -> Likeness:
        """`scale` float64 (numbers,), in the numbers' units; `liked` float64 (items,)."""
        terms = Terms.of(items, columns)
        owner = np.repeat(np.arange(items.size), np.diff(terms.start))
        column = np.searchsorted(terms.offsets, terms.term, side="right") - 1
        cell = owner * max(len(columns), 1) + column
        square = np.bincount(cell, terms.value.astype(float) ** 2, items.size * len(columns) + 1)
        length = np.sqrt(square[cell])
        value = np.where(length > 0, terms.value / np.maximum(length, 1e-12), 0.0)
        by_term = np.lexsort((owner, -liked[owner], terms.term))
        points = np.empty((items.size, 0))
        if place is not None:
            points = unit_vectors(items.columns[place[0]], items.columns[place[1]])
        return Likeness(
            terms.start,
            terms.term,
            column.astype(np.int16),
            value.astype(np.float32),
            terms.of_start,
            owner[by_term].astype(np.int32),
            len(columns),
            numbers_of(items, numbers, np.arange(items.size)) / scale,
            points,
            scale_km,
            liked,
        )

    def pieces(self, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        """float64 (m, columns + numbers + place + 1) of pairs int (m,) of items."""
        width = self.columns + self.numbers.shape[1] + (self.place.shape[1] > 0) + 1
        found = np.zeros((len(first), width))
        _words(self.start, self.term, self.column, self.value, first, second, found)
        at = self.columns
        gap = np.abs(self.numbers[first] - self.numbers[second])
        found[:, at : at + gap.shape[1]] = np.where(np.isnan(gap), 0.0, np.exp(-gap))
        if self.place.shape[1]:
            chord = np.sqrt(((self.place[first] - self.place[second]) ** 2).sum(axis=1))
            km = 2 * EARTH_KM * np.arcsin(np.minimum(chord / 2, 1.0))
            found[:, -2] = np.where(np.isnan(km), 0.0, np.exp(-km / self.scale_km))
        found[:, -1] = self.liked[second]
        return found

    def lists(
        self, rows: np.ndarray, weights: np.ndarray, neighbours: int, work: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The nearest of some items: counts int64 (rows,), items int32 (rows, neighbours), near
        float32 likewise. Of equal ones the lower row comes first.

        Compared is who shares a word: words are taken the rarest first, until `work` items were
        met; of a word of more items than are left, the most liked. Who shares no word is not near.
        """
        return _lists(  # type: ignore[no-any-return]
            rows.astype(np.int64),
            self.start,
            self.term,
            self.column,
            self.value,
            self.of_start,
            self.of_item,
            self.numbers,
            self.place,
            self.scale_km,
            self.liked,
            weights,
            self.columns,
            neighbours,
            work,
        )


@njit(cache=True, nogil=True)
def _words(start, term, column, value, first, second, out):  # type: ignore[no-untyped-def]
    for m in range(len(first)):
        a, past_a = start[first[m]], start[first[m] + 1]
        b, past_b = start[second[m]], start[second[m] + 1]
        while a < past_a and b < past_b:  # terms of an item are ascending
            if term[a] == term[b]:
                out[m, column[a]] += value[a] * value[b]
                a += 1
                b += 1
            elif term[a] < term[b]:
                a += 1
            else:
                b += 1


@njit(cache=True, nogil=True)
def _lists(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a step
    rows,
    start,
    term,
    column,
    value,
    of_start,
    of_item,
    numbers,
    place,
    scale_km,
    liked,
    weights,
    columns,
    neighbours,
    work,
):
    size = len(start) - 1
    met_by = np.full(size, -1, np.int64)
    met = np.empty(min(work, size), np.int32)
    mine = np.zeros(len(of_start) - 1, np.float64)  # weight * value of the item's own terms
    out_count = np.zeros(len(rows), np.int64)
    out_item = np.full((len(rows), neighbours), -1, np.int32)
    out_near = np.zeros((len(rows), neighbours), np.float32)
    keys = buffer(neighbours)
    for n in range(len(rows)):
        i = rows[n]
        own = term[start[i] : start[i + 1]]
        often = of_start[own + 1] - of_start[own]
        count = 0
        met_by[i] = n
        for t in own[np.argsort(often, kind="mergesort")]:
            for e in range(of_start[t], of_start[t + 1]):
                if count == len(met):
                    break
                j = of_item[e]
                if met_by[j] != n:
                    met_by[j] = n
                    met[count] = j
                    count += 1
        for e in range(start[i], start[i + 1]):
            mine[term[e]] = weights[column[e]] * value[e]
        kept, bar = 0, ALL
        for m in range(count):
            j = met[m]
            total = weights[-1] * liked[j]
            for e in range(start[j], start[j + 1]):
                total += mine[term[e]] * value[e]
            for c in range(numbers.shape[1]):
                gap = abs(numbers[i, c] - numbers[j, c])
                if not np.isnan(gap):
                    total += weights[columns + c] * np.exp(-gap)
            if place.shape[1]:
                square = 0.0
                for c in range(3):
                    square += (place[i, c] - place[j, c]) ** 2
                if not np.isnan(square):
                    km = 2 * EARTH_KM * np.arcsin(min(np.sqrt(square) / 2, 1.0))
                    total += weights[-2] * np.exp(-km / scale_km)
            keys[kept] = key_of(np.float32(total), j)
            kept += (keys[kept] < bar) & (total > 0)
            if kept == len(keys):
                kept, bar = fewer(keys, neighbours)
        out_count[n] = finish(keys, kept, neighbours, out_item[n], out_near[n])
        for e in range(start[i], start[i + 1]):
            mine[term[e]] = 0.0
    return out_count, out_item, out_near
