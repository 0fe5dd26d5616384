"""Approximate search: vectors lie in cells, and only the nearest cells are looked into.

A cell is what is nearest to its centre (k-means); a vector is kept as one byte a number. Source:
Sivic and Zisserman 2003, "Video Google", ICCV (inverted lists of cells); Douze et al. 2024, "The
Faiss Library", arXiv:2401.08281 (IVF, SQ8).

Ours: cells are taken in the order of query . centre until they hold enough *allowed* rows, so a
filter costs no recall (of a few allowed rows all are compared), every hit that there is to have
is had, and long vectors, which lie in small cells, do not spoil the search by product. Centres are
compared by the exact index, so that an answer does not depend on the batch. Scores are those of
the kept bytes: off by about half a percent of the largest.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import DataError, MissingExtra
from twoside.index.exact import ExactIndex
from twoside.index.vectors import checked, checked_queries, normal, places_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.index.vectors import Barred, VectorIndex


@dataclass(frozen=True)
class CellIndex:
    """Cells of faiss; `twoside.index.vectors.Index` says what it promises."""

    settings: VectorIndex
    rows: np.ndarray
    """int32 (n,), rising"""
    centres: ExactIndex
    """Of the cells."""
    cell: np.ndarray
    """int64 (n,): in which cell each row lies"""
    cells: Any
    """faiss.IndexIVFScalarQuantizer; the ids in it are the rows"""

    @staticmethod
    def of(settings: VectorIndex, rows: np.ndarray, vectors: np.ndarray, seed: int) -> CellIndex:
        """From rising rows and vectors that were checked (and normal, for the cosine)."""
        faiss = _faiss()
        before = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(settings.threads)
        try:
            cells, centres = _learned(settings, vectors, seed)
            cell = _put(cells, rows, vectors)
        finally:
            faiss.omp_set_num_threads(before)
        return CellIndex(settings, rows, _exact(centres), cell, cells)

    @staticmethod
    def unpack(settings: VectorIndex, packed: Packed) -> CellIndex:
        """From `pack`."""
        faiss, arrays = _faiss(), packed.arrays
        cells = faiss.deserialize_index(arrays["cells"])
        held = len(arrays["rows"]), len(arrays["cell"])
        if held != (cells.ntotal, cells.ntotal):
            raise DataError(
                f"index: {cells.ntotal} vectors lie in the cells, but there are {held[0]} rows in "
                f"{held[1]} cells: expected as many. Build the index again."
            )
        centres = cells.quantizer.reconstruct_n(0, cells.nlist)
        return CellIndex(settings, arrays["rows"], _exact(centres), arrays["cell"], cells)

    @cached_property
    def _all(self) -> _Choice:
        held = np.bincount(self.cell, minlength=self.cells.nlist)
        return _Choice(len(self.rows), held, None, np.empty(0, np.uint8))

    def search(
        self,
        queries: np.ndarray,
        k: int,
        allowed: np.ndarray | None = None,
        barred: Barred | None = None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best k rows of each query, nearly."""
        queries = checked_queries(queries, self.cells.d, k, self.settings.metric, barred)
        found = np.full((len(queries), k), -1, np.int32)
        scores = np.zeros((len(queries), k), np.float32)
        choice = self._all if allowed is None else _Choice.of(self, allowed)
        if k == 0 or choice.count == 0:
            return found, scores
        for i in range(len(queries)):
            never = _NOTHING if barred is None else barred[1][barred[0][i] : barred[0][i + 1]]
            wanted = max(k, self.settings.depth) + len(never)
            score, row = self._one(queries[i : i + 1], min(wanted, choice.count), choice)
            if len(never):
                left = ~np.isin(row, never)
                score, row = score[left], row[left]
            order = np.lexsort((row, -score))[:k]
            found[i, : len(order)], scores[i, : len(order)] = row[order], score[order]
        return found, scores

    def _one(
        self, query: np.ndarray, wanted: int, choice: _Choice
    ) -> tuple[np.ndarray, np.ndarray]:
        """Scores and rows of one query (1, dim): `wanted` of them, in any order."""
        faiss = _faiss()
        cell, near = self._nearest(query, wanted, choice)
        score, row = np.empty((1, wanted), np.float32), np.empty((1, wanted), np.int64)
        how = faiss.SearchParametersIVF(nprobe=cell.shape[1], sel=choice.selector)
        self.cells.search_preassigned_c(
            1,
            faiss.swig_ptr(query),
            wanted,
            faiss.swig_ptr(cell),
            faiss.swig_ptr(near),
            faiss.swig_ptr(score),
            faiss.swig_ptr(row),
            False,
            how,
        )
        return score[0], row[0].astype(np.int32)

    def _nearest(
        self, query: np.ndarray, wanted: int, choice: _Choice
    ) -> tuple[np.ndarray, np.ndarray]:
        """The cells to look into, int64 (1, m), and their scores."""
        enough = self.settings.probes * len(self.rows) / self.cells.nlist
        enough = min(max(enough, wanted), choice.count)
        for k in (4 * self.settings.probes, self.cells.nlist):
            cell, near = self.centres.search(query, min(k, self.cells.nlist))
            held = choice.held[cell[0]]
            total = np.cumsum(held)
            if total[-1] >= enough:
                break
        taken = np.flatnonzero(held[: np.searchsorted(total, enough) + 1])
        return cell[:, taken].astype(np.int64), np.ascontiguousarray(near[:, taken])

    def add(self, rows: np.ndarray, vectors: np.ndarray) -> CellIndex:
        """With more rows in the cells as they are; takes the time of copying all. When most rows
        came so, build anew: the cells are those of the first."""
        new, more = checked(rows, vectors)
        if more.shape[1] != self.cells.d:
            raise DataError(
                f"index: vectors have shape {more.shape}: expected (n, {self.cells.d})."
            )
        known = np.concatenate([self.rows, new])
        order = np.argsort(known, kind="stable")
        checked(known, np.empty((len(known), 0)))  # a row that is there already
        cells = _faiss().clone_index(self.cells)
        if self.settings.metric == "cosine":
            more = normal(more)
        cell = np.concatenate([self.cell, _put(cells, new, more)])
        return CellIndex(self.settings, known[order], self.centres, cell[order], cells)

    def remove(self, rows: np.ndarray) -> CellIndex:
        """Without these rows; takes the time of copying all."""
        gone = places_of(self.rows, rows)
        cells = _faiss().clone_index(self.cells)
        cells.remove_ids(self.rows[gone].astype(np.int64))
        left, cell = np.delete(self.rows, gone), np.delete(self.cell, gone)
        return CellIndex(self.settings, left, self.centres, cell, cells)

    def pack(self) -> Packed:
        """Settings, rows, and the cells as faiss writes them."""
        kept = _faiss().serialize_index(self.cells)
        arrays = {"rows": self.rows, "cell": self.cell, "cells": kept}
        return Packed(self.settings.described("cells"), arrays)


@dataclass(frozen=True)
class _Choice:
    """Which rows a search may find."""

    count: int
    """How many of those in the index."""
    held: np.ndarray
    """int64 (cells,): how many in each cell"""
    selector: Any
    """faiss.IDSelector; None for all"""
    bits: np.ndarray
    """uint8: the selector looks into this memory."""

    @staticmethod
    def of(index: CellIndex, allowed: np.ndarray) -> _Choice:
        lists = index.cells.nlist
        mask = np.asarray(allowed, np.bool_)
        bits = np.packbits(mask, bitorder="little")
        inside = int(np.searchsorted(index.rows, len(mask)))
        held = np.bincount(index.cell[:inside][mask[index.rows[:inside]]], minlength=lists)
        return _Choice(int(held.sum()), held, _faiss().IDSelectorBitmap(bits), bits)


def _learned(settings: VectorIndex, vectors: np.ndarray, seed: int) -> tuple[Any, np.ndarray]:
    """Empty cells and their centres, float32 (cells, dim)."""
    faiss = _faiss()
    n, dim = vectors.shape
    lists = min(settings.lists or int(4 * np.sqrt(n)), n)
    some = np.random.default_rng(seed).permutation(n)[: lists * settings.per_list]
    sample = np.ascontiguousarray(vectors[np.sort(some)])
    means = faiss.Kmeans(
        dim,
        lists,
        niter=settings.iterations,
        seed=seed,
        min_points_per_centroid=1,
        max_points_per_centroid=settings.per_list,
    )
    means.train(sample)
    centres = means.centroids.reshape(lists, dim)
    around = faiss.IndexFlatL2(dim)
    around.add(centres)
    kind, product = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    cells = faiss.IndexIVFScalarQuantizer(around, dim, lists, kind, product, False)
    cells.own_fields = True
    around.this.disown()
    cells.train(sample)
    return cells, centres


def _put(cells: Any, rows: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Add to the cells, in place; int64 (n,): where each went."""
    faiss = _faiss()
    vectors, ids = np.ascontiguousarray(vectors), rows.astype(np.int64)
    cell = np.ascontiguousarray(cells.quantizer.search(vectors, 1)[1][:, 0])
    cells.add_core(len(ids), faiss.swig_ptr(vectors), faiss.swig_ptr(ids), faiss.swig_ptr(cell))
    return cell


def _exact(centres: np.ndarray) -> ExactIndex:
    from twoside.index.vectors import VectorIndex

    rows = np.arange(len(centres), dtype=np.int32)
    return ExactIndex.of(VectorIndex("inner"), rows, np.asarray(centres, np.float32))


_NOTHING = np.zeros(0, np.int32)


def _faiss() -> Any:
    try:
        import faiss
    except ModuleNotFoundError as error:
        if error.name != "faiss":
            raise
        raise MissingExtra(
            "index: as many vectors as `exact_below` or more need 'faiss'. Install it with: "
            "pip install 'twoside[recall]', or raise `exact_below`."
        ) from None
    return faiss
