"""Exact search: every vector is looked at.

Vectors lie in tiles of `WIDTH` rows, turned round, float32 (tiles, dim, WIDTH): one number of the
query goes over a line of a tile, which compilers turn into wide instructions. A score is the sum
over the numbers of a vector in one fixed order, so it depends on nothing but query and vector:
not on the batch, the filter, the place of the row or the machine's BLAS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError
from twoside.index.topk import best_first, offer
from twoside.index.vectors import checked, checked_queries, normal, places_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.index.vectors import Barred, VectorIndex

WIDTH = 128
"""Rows in a tile."""
_STEP = 4
"""Numbers of a vector taken together; shorter vectors are filled with zeros."""
_TOGETHER = 16
"""Queries that go over a tile while it lies in the cache."""
_FEW = 4
"""When fewer than one in so many rows are allowed, these are copied out first."""


@dataclass(frozen=True)
class ExactIndex:
    """All vectors in tiles; `twoside.index.vectors.Index` says what it promises."""

    settings: VectorIndex
    dim: int
    rows: np.ndarray
    """int32 (n,), rising"""
    tiles: np.ndarray
    """float32 (tiles, dim in steps of 4, WIDTH); the last is filled with zeros"""

    @staticmethod
    def of(settings: VectorIndex, rows: np.ndarray, vectors: np.ndarray) -> ExactIndex:
        """From rising rows and vectors that were checked (and normal, for the cosine)."""
        n, dim = vectors.shape
        wide = np.zeros((-(-n // WIDTH) * WIDTH, -(-dim // _STEP) * _STEP), np.float32)
        wide[:n, :dim] = vectors
        tiles = wide.reshape(-1, WIDTH, wide.shape[1]).transpose(0, 2, 1)
        return ExactIndex(settings, dim, rows, np.ascontiguousarray(tiles))

    @property
    def vectors(self) -> np.ndarray:
        """float32 (n, dim), as they are compared."""
        flat = self.tiles.transpose(0, 2, 1).reshape(-1, self.tiles.shape[1])
        return np.ascontiguousarray(flat[: len(self.rows), : self.dim])

    def search(
        self,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        barred: Barred | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best k rows of each query, exactly."""
        queries = checked_queries(queries, self.dim, k, self.settings.metric, barred)
        wide = np.zeros((len(queries), self.tiles.shape[1]), np.float32)
        wide[:, : self.dim] = queries
        found = np.full((len(queries), k), -1, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        rows, tiles, mask = self.rows, self.tiles, _ALL
        if allowed is not None:
            mask = np.asarray(allowed, np.bool_)
            inside = rows[: np.searchsorted(rows, len(mask))]
            at = np.flatnonzero(mask[inside])
            if len(at) * _FEW < len(rows):
                rows, tiles, mask = rows[at], _picked(tiles, at), _ALL
        start, never = barred if barred is not None else (_NOBODY, _NOTHING)
        if k and len(rows):
            is_masked = allowed is not None and mask is not _ALL
            _search(tiles, rows, wide, mask, is_masked, start, never, found, scores)
        return found, scores

    def add(self, rows: np.ndarray, vectors: np.ndarray) -> ExactIndex:
        """With more rows; takes the time of copying all."""
        new, more = checked(rows, vectors)
        if len(self.rows) and more.shape[1] != self.dim:
            raise DataError(f"index: vectors have shape {more.shape}: expected (n, {self.dim}).")
        if self.settings.metric == "cosine":
            more = normal(more)
        old = self.vectors if len(self.rows) else more[:0]
        return ExactIndex.of(
            self.settings, *checked(np.concatenate([self.rows, new]), np.concatenate([old, more]))
        )

    def remove(self, rows: np.ndarray) -> ExactIndex:
        """Without these rows; takes the time of copying all."""
        gone = places_of(self.rows, rows)
        left = np.delete(self.rows, gone)
        return ExactIndex.of(self.settings, left, np.delete(self.vectors, gone, axis=0))

    def pack(self) -> Packed:
        """Settings, rows and vectors."""
        arrays = {"rows": self.rows, "vectors": self.vectors}
        return Packed(self.settings.described("exact"), arrays)


_ALL = np.ones(0, np.bool_)
_NOBODY = np.zeros(0, np.int64)
_NOTHING = np.zeros(0, np.int32)


@njit(cache=True, nogil=True)
def _picked(tiles, at):  # type: ignore[no-untyped-def]
    """Tiles of some places only."""
    dim, width = tiles.shape[1], tiles.shape[2]
    out = np.zeros((-(-len(at) // width), dim, width), np.float32)
    for m in range(len(at)):
        t, j = at[m] // width, at[m] % width
        for c in range(dim):
            out[m // width, c, m % width] = tiles[t, c, j]
    return out


@njit(cache=True, nogil=True)
def _score(tile, query, score):  # type: ignore[no-untyped-def]
    """score[j] = query . tile[:, j], in steps of four numbers."""
    score[:] = 0
    for c in range(0, len(query), 4):
        a, b, d, e = query[c], query[c + 1], query[c + 2], query[c + 3]
        one, two, three, four = tile[c], tile[c + 1], tile[c + 2], tile[c + 3]
        for j in range(len(score)):
            score[j] += (a * one[j] + b * two[j]) + (d * three[j] + e * four[j])


@njit(cache=True, nogil=True)
def _search(  # type: ignore[no-untyped-def]
    tiles, rows, queries, mask, is_masked, bar_start, bar_row, found, scores
):
    n, k, width = len(queries), found.shape[1], tiles.shape[2]
    kept = np.zeros(n, np.int64)
    score = np.empty(width, np.float32)
    never = np.sort(bar_row[:0])
    for first in range(0, n, _TOGETHER):
        for t in range(len(tiles)):
            begin = t * width
            size = min(width, len(rows) - begin)
            for i in range(first, min(first + _TOGETHER, n)):
                _score(tiles[t], queries[i], score)
                for j in range(size):
                    if kept[i] == k and score[j] <= scores[i, 0]:
                        continue  # of equal scores the lower row, which came first, stays
                    row = rows[begin + j]
                    if is_masked and (row >= len(mask) or not mask[row]):
                        continue
                    if len(bar_start):
                        never = bar_row[bar_start[i] : bar_start[i + 1]]
                        if _has(never, row):
                            continue
                    kept[i] = offer(scores[i], found[i], kept[i], score[j], row)
    for i in range(n):
        best_first(scores[i], found[i], kept[i])


@njit(cache=True, nogil=True)
def _has(some, row):  # type: ignore[no-untyped-def]
    found = False
    for other in some:
        found |= other == row
    return found
