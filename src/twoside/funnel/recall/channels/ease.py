"""EASE: the linear model of items from items that has a closed form, with order if there is one.

    min_B  sum over people |X_p - X_p B|^2 + order sum over moments |T_m - S_m B|^2 + penalty |B|^2
    with diag(B) = 0,  which gives  B = P (R - diag(c)),  c_j = (P R)_jj / P_jj,
    P = (X'X + order S'S + penalty)^-1,  R = X'X + order S'T

X_p: what p liked. At each moment in a person's order, S_m are the items before it, `fade` per
step back, and T_m those from it on, `fade` per step ahead, both `window` long. `words` adds
items' categories to X as if they were people (F'F of normal word vectors, so that an item few
liked still has neighbours).
Source: Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data", WWW, equation 8; the
in-order term: Choi et al. 2021, "Session-aware Linear Item-Item Models for Session-based
Recommendation", WWW, equation 13; the categories: Jeunen et al. 2020, "Closed-Form Models for
Collaborative Filtering with Side-Information", RecSys, equation 3. Ours: the zero diagonal is
kept with the in-order term too (there it is not).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.linalg import cholesky, lapack
from scipy.sparse import coo_matrix, csr_matrix

from twoside.errors import ConfigError
from twoside.funnel.recall.neighbours import ItemNeighbours, by_block
from twoside.funnel.recall.taste import Taste
from twoside.funnel.recall.terms import Terms, term_columns

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.schema.artefact import Packed


@dataclass(frozen=True)
class Ease:
    """Settings of the EASE channel; `fit` gives the fitted channel."""

    penalty: float = 150.0
    """L2 on the weights: 500 to 2,000 for dense likes, 50 to 300 for sparse ones."""
    order: float = 2.0
    """Weight of the in-order term; 0 leaves plain EASE."""
    fade: float = 0.5
    """Weight of an item against one a step nearer to the moment."""
    window: int = 10
    """Items before and after a moment that count."""
    words: float = 0.0
    """Weight of what items are against what people liked; 0 looks at no category."""
    damping: float = 0.0
    """Power by which people of many items count less; 0 is the paper."""
    neighbours: int = 500
    """Weights kept per item, the largest by size; negative ones too."""
    most_items: int = 20_000
    """Items that the model knows, the most liked ones. Memory is four arrays of its square in
    float32 (6.4 GB at 20,000), and time grows with its third power."""
    latest: int = 5000
    """Items kept per person in learning."""
    last: int = 20
    """Recent items of the person that count in recall."""
    decay: float = 0.7
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    block: int = 512
    """Items whose weights are sorted out at a time."""
    threads: int = 2
    """Blocks sorted out side by side. The answer does not depend on it."""

    def __post_init__(self) -> None:
        for name in ("window", "neighbours", "most_items", "latest", "last", "block", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"ease.{name} = {getattr(self, name)}: expected 1 or more.")
        if not self.penalty > 0:
            raise ConfigError(f"ease.penalty = {self.penalty}: expected more than 0.")
        for name in ("order", "words", "damping"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"ease.{name} = {getattr(self, name)}: expected 0 or more.")
        for name in ("fade", "decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"ease.{name} = {getattr(self, name)}: expected 0 to 1.")

    def fit(self, data: RecallData, seed: int) -> ItemNeighbours:  # noqa: ARG002 - exact
        """Solve for the weights of the items that anybody liked (and, with `words`, of those that
        share a category with others); an empty past gives items without neighbours."""
        taste = Taste.of(data, self.latest)
        rows = self._known(data, taste)
        weights = self._weights(data, taste, rows)

        def kept(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            return _largest(weights[begin:end], rows, self.neighbours)  # type: ignore[no-any-return]

        start, item, near = by_block(len(rows), self.block, self.threads, kept)
        length = np.zeros(data.items.size, np.int64)
        length[rows] = np.diff(start)
        start = np.concatenate([[0], np.cumsum(length)])
        return ItemNeighbours(start, item, near, asdict(self), self.last, self.decay, self.repeat)

    def unpack(self, packed: Packed) -> ItemNeighbours:
        """The fitted channel that `pack` described, with the settings it was fitted with."""
        fitted = Ease(**packed.meta["settings"])
        return ItemNeighbours.unpack(packed, fitted.last, fitted.decay, fitted.repeat)

    def _known(self, data: RecallData, taste: Taste) -> np.ndarray:
        """int32, ascending: the items that the model knows."""
        liked = np.bincount(taste.item, minlength=data.items.size)
        order = np.argsort(-liked, kind="stable")
        known = order if self.words else order[: np.count_nonzero(liked)]
        return np.sort(known[: self.most_items]).astype(np.int32)

    def _weights(self, data: RecallData, taste: Taste, rows: np.ndarray) -> np.ndarray:
        """float32 (known, known): B, from the item of the row to that of the column."""
        n = len(rows)
        if n < 2:
            return np.zeros((n, n), np.float32)
        gram = self._together(data, taste, rows)
        right = gram.copy()
        if self.order:
            before, after = self._moments(taste, rows, data.items.size)
            _add(gram, before.T @ before, self.order)
            _add(right, before.T @ after, self.order)
        gram[np.diag_indices(n)] += self.penalty
        inverse = _inverse(gram)
        weights = inverse @ right
        weights -= inverse * (np.diag(weights) / np.diag(inverse))
        np.fill_diagonal(weights, 0)
        return np.asarray(weights, np.float32)

    def _together(self, data: RecallData, taste: Taste, rows: np.ndarray) -> np.ndarray:
        """float32 (known, known): X'X, and what the words add."""
        place = _place(rows, data.items.size)
        there = place[taste.item] >= 0
        person, item = taste.person[there], place[taste.item[there]]
        many = np.maximum(np.bincount(person, minlength=data.people.size), 1)
        value = np.float32(many[person] ** (-self.damping / 2.0))
        liked = csr_matrix((value, (person, item)), shape=(data.people.size, len(rows)))
        gram = (liked.T @ liked).toarray()
        if self.words:
            vectors = word_vectors(data, rows)
            _add(gram, vectors @ vectors.T, self.words)
        return np.asarray(gram, np.float32)

    def _moments(self, taste: Taste, rows: np.ndarray, size: int) -> tuple[csr_matrix, csr_matrix]:
        """S and T: a row for each moment between two likes of a person."""
        place = _place(rows, size)
        parts = _around(taste.start, place[taste.item], self.window, self.fade)
        shape = (int(parts[0].max(initial=-1)) + 1, len(rows))
        before, after = (
            coo_matrix((parts[3 * k + 2], (parts[3 * k], parts[3 * k + 1])), shape=shape).tocsr()
            for k in (0, 1)
        )
        return before, after


def word_vectors(data: RecallData, rows: np.ndarray) -> csr_matrix:
    """float32 (rows, terms): the words of some items by idf, each row of length 1."""
    terms = Terms.of(data.items, term_columns(data.items))
    shape = (data.items.size, int(terms.offsets[-1]))
    found = csr_matrix((terms.value, terms.term, terms.start), shape=shape)[rows]
    length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1)).ravel())
    scale = csr_matrix(
        (1 / np.maximum(length, 1e-12), (np.arange(len(rows)), np.arange(len(rows))))
    )
    return (scale @ found).astype(np.float32)


def _add(dense: np.ndarray, sparse: csr_matrix, factor: float) -> None:
    found = sparse.tocoo()
    dense[found.row, found.col] += np.float32(factor) * found.data


def _place(rows: np.ndarray, size: int) -> np.ndarray:
    place = np.full(size, -1, np.int32)
    place[rows] = np.arange(len(rows))
    return place


def _inverse(matrix: np.ndarray) -> np.ndarray:
    """Of a positive definite float32 matrix, which is used up."""
    upper = cholesky(matrix, lower=False, overwrite_a=True, check_finite=False)
    inverse, _ = lapack.spotri(upper, lower=0, overwrite_c=1)
    _mirror(inverse)
    return np.asarray(inverse)


@njit(cache=True, nogil=True)
def _mirror(upper):  # type: ignore[no-untyped-def]
    for i in range(1, len(upper)):
        for j in range(i):
            upper[i, j] = upper[j, i]


@njit(cache=True, nogil=True)
def _around(start, item, window, fade):  # type: ignore[no-untyped-def]
    """Triples (moment, item, weight) of what was before and of what came from there on."""
    room, moments = 0, 0
    for p in range(len(start) - 1):
        room += max(start[p + 1] - start[p] - 1, 0) * window
    rows, cols = np.empty((2, room), np.int32), np.empty((2, room), np.int32)
    worth = np.empty((2, room), np.float32)
    used = np.zeros(2, np.int64)
    for p in range(len(start) - 1):
        for t in range(start[p] + 1, start[p + 1]):
            for side in range(2):
                factor = 1.0
                for step in range(window):
                    r = t + step if side else t - 1 - step
                    if r < start[p] or r >= start[p + 1]:
                        break
                    if item[r] >= 0:
                        at = used[side]
                        rows[side, at], cols[side, at] = moments, item[r]
                        worth[side, at] = factor
                        used[side] += 1
                    factor *= fade
            moments += 1
    a, b = used
    return rows[0, :a], cols[0, :a], worth[0, :a], rows[1, :b], cols[1, :b], worth[1, :b]


@njit(cache=True, nogil=True)
def _largest(weights, rows, most):  # type: ignore[no-untyped-def]
    """The `most` largest by size of each row that are not 0, best first."""
    n, width = len(weights), min(most, weights.shape[1])
    count = np.zeros(n, np.int64)
    items, near = np.empty(n * width, np.int32), np.empty(n * width, np.float32)
    filled = 0
    for i in range(n):
        size = np.abs(weights[i])
        bar = np.partition(size, len(size) - width)[len(size) - width]
        some = np.flatnonzero((size >= bar) & (size > 0))
        order = some[np.argsort(-size[some], kind="mergesort")[:width]]
        order = np.sort(order)
        order = order[np.argsort(-weights[i][order], kind="mergesort")]
        count[i] = len(order)
        items[filled : filled + len(order)] = rows[order]
        near[filled : filled + len(order)] = weights[i][order]
        filled += len(order)
    return count, items[:filled].copy(), near[:filled].copy()
