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
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
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
        rows, tiles, is_open = self.rows, self.tiles, _open(self.rows, allowed)
        if allowed is not None and (count := np.count_nonzero(is_open)) * _FEW < len(rows):
            at = np.flatnonzero(is_open)
            rows, tiles, is_open = rows[at], _picked(tiles, at), np.ones(count, np.bool_)
        start, never = barred if barred is not None else (_NOBODY, _NOTHING)
        if k and len(rows):
            _search(tiles, rows, is_open, wide, start, never, found, scores)
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


def _open(rows: np.ndarray, allowed: np.ndarray | None) -> np.ndarray:
    """bool (n,): which of the rising rows are allowed."""
    if allowed is None:
        return np.ones(len(rows), np.bool_)
    is_open = np.zeros(len(rows), np.bool_)
    mask = np.asarray(allowed, np.bool_)
    inside = np.searchsorted(rows, len(mask))
    np.take(mask, rows[:inside], out=is_open[:inside])
    return is_open


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
def _search(tiles, rows, is_open, queries, bar_start, bar_row, found, scores):  # type: ignore[no-untyped-def]
    """Of every query as many more are kept as it has barred rows; these are left out at the end."""
    n, k, width = len(queries), found.shape[1], tiles.shape[2]
    many = np.full(n, k)
    if len(bar_start):
        many = np.minimum(many + bar_start[1:] - bar_start[:-1], k + len(rows))
    together = min(n, _TOGETHER)
    keys = np.empty((together, len(buffer(many.max()))), np.uint64)
    kept, bar = np.empty(together, np.int64), np.empty(together, np.uint64)
    score = np.empty(width, np.float32)
    best, row = np.empty(many.max(), np.float32), np.empty(many.max(), np.int32)
    for first in range(0, n, _TOGETHER):
        some = min(n - first, _TOGETHER)
        kept[:], bar[:] = 0, ALL
        for t in range(len(tiles)):
            begin = t * width
            for i in range(some):
                _score(tiles[t], queries[first + i], score)
                mine, at, last = keys[i], kept[i], bar[i]
                for j in range(min(width, len(rows) - begin)):
                    mine[at] = key_of(score[j], rows[begin + j])
                    at += (mine[at] < last) & is_open[begin + j]
                    if at == len(mine):
                        at, last = fewer(mine, many[first + i])
                kept[i], bar[i] = at, last
        for i in range(first, first + some):
            size = finish(keys[i - first], kept[i - first], many[i], row, best)
            never = bar_row[bar_start[i] : bar_start[i + 1]] if len(bar_start) else bar_row[:0]
            at = 0
            for m in range(size):
                if at < k and not _has(never, row[m]):
                    found[i, at], scores[i, at] = row[m], best[m]
                    at += 1


@njit(cache=True, nogil=True)
def _has(some, row):  # type: ignore[no-untyped-def]
    found = False
    for other in some:
        found |= other == row
    return found
