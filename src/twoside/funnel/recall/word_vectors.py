"""Vectors of words, so that an item that nobody has liked yet is known by what it says.

    minimise  sum over known items j of |u_j - sum_w v_jw W_w|^2 + penalty |W|^2

u_j is the learned vector of item j brought to length 1, v_jw = idf(w) / sqrt(words of j in that
column), brought to length 1 an item. The prediction for an item is its mean direction among items
of such words: shorter than 1, the less the words tell.
Source: Gantner et al. 2010, "Learning Attribute-to-Feature Mappings for Cold-Start
Recommendations", ICDM, section III (linear mapping); solved here by conjugate gradients, all
numbers of a vector at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.bags import Words
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from typing import Any

    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class WordVectors:
    """Learned vectors of the words that were there at the fit; later words are passed over."""

    words: Words
    idf: np.ndarray
    """float32 (words,)"""
    vector: np.ndarray
    """float32 (words, dim)"""

    @staticmethod
    def learn(
        items: EntityTable, vector: np.ndarray, penalty: float, iterations: int
    ) -> WordVectors:
        """From the items that have a vector, float32 (items, dim), others zeros. Without words or
        without such items everything is predicted to be zero."""
        words = Words.of(items)
        bags = words.bags(items)
        there = np.bincount(bags.word, minlength=words.total)
        idf = np.log((items.size + 1) / (there + 0.5)).clip(min=0).astype(np.float32)
        known = np.flatnonzero((vector != 0).any(axis=1))
        wide = vector[known].astype(np.float64)
        wide /= np.sqrt((wide * wide).sum(axis=1, keepdims=True))
        plain = WordVectors(words, idf, np.zeros((words.total, vector.shape[1]), np.float32))
        if not words.total or not len(known):
            return plain
        of = plain.matrix(items)[known]
        learned = _ridge(of, wide, penalty, iterations).astype(np.float32)
        return WordVectors(words, idf, learned)

    def matrix(self, items: EntityTable) -> Any:
        """scipy CSR (items, words) float64: v, each row of length 1 or empty."""
        from scipy.sparse import csr_matrix

        bags = self.words.bags(items)
        value = bags.weight.astype(np.float64) * self.idf[bags.word]
        row = np.repeat(np.arange(items.size), np.diff(bags.start))
        length = np.sqrt(np.bincount(row, value * value, minlength=items.size))[row]
        value = np.divide(value, length, out=np.zeros_like(value), where=length > 0)
        return csr_matrix((value, bags.word, bags.start), (items.size, self.words.total))

    def of(self, items: EntityTable) -> np.ndarray:
        """float32 (items, dim): the mean direction that each item's words tell; zeros if none."""
        return np.asarray(self.matrix(items) @ self.vector.astype(np.float64), np.float32)

    def pack(self) -> Packed:
        """For the store, as a part of a channel."""
        meta = {"columns": list(self.words.columns), "sizes": list(self.words.sizes)}
        return Packed(meta, {"idf": self.idf, "vector": self.vector})

    @staticmethod
    def unpack(packed: Packed) -> WordVectors:
        """From `pack`."""
        words = Words(tuple(packed.meta["columns"]), tuple(packed.meta["sizes"]))
        return WordVectors(words, packed.arrays["idf"], packed.arrays["vector"])


def _ridge(of: Any, target: np.ndarray, penalty: float, iterations: int) -> np.ndarray:
    """float64 (words, dim): conjugate gradients, every column of the target by itself."""
    back = of.T.tocsr()
    solved = np.zeros((of.shape[1], target.shape[1]))
    left = back @ target
    way = left.copy()
    size = (left * left).sum(axis=0)
    for _ in range(iterations):
        pushed = back @ (of @ way) + penalty * way
        below = (way * pushed).sum(axis=0)
        step = np.divide(size, below, out=np.zeros_like(size), where=below > 0)
        solved += step * way
        left -= step * pushed
        before, size = size, (left * left).sum(axis=0)
        way = left + np.divide(size, before, out=np.zeros_like(size), where=before > 0) * way
    return solved
