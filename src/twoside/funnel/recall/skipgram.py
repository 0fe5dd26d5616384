"""Skip-gram with negative sampling over bags: what stands near what, learned for items and for
all that describes them at once.

    x_i = sum_f w_if E_f,   y_j = sum_f w_jf O_f        f: the features in the item's bag
    loss = - sum over (i, j) near each other of  v_ij log sigma(x_i . y_j)
           - against * sum_j v_ij / k * sum over k drawn items n of  log sigma(-x_i . y_n)

An item is a bag (itself, its words, pieces of its words), as a word is a bag of n-grams in
fastText, so an item with few likes is carried by features that many items share.
Source: Mikolov et al. 2013, "Distributed Representations of Words and Phrases and their
Compositionality", NIPS, eq. 4; bags after Bojanowski et al. 2017, "Enriching Word Vectors with
Subword Information", TACL 5, section 3.2. What we changed: the second vector is a bag too (there
a row of its own, so what is rare had no good one); the drawn items are shared by all neighbours
of one place in a sequence; the window is fixed and its places weigh by distance, where word2vec
draws its width; steps are row-wise Adagrad (Duchi et al. 2011, JMLR 12, with one sum a row), for
a word of ten thousand items and an item of two likes want other steps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from twoside.funnel.recall.bags import Bags

_MET = 0.01
"""Squared gradient that a row begins with: bounds its first step."""
_CHUNK = 4096
"""Sequences whose negatives are drawn at once."""


@dataclass(frozen=True)
class Tables:
    """What was learned, and how far each row has come."""

    own: np.ndarray
    """float32 (features, dim): E"""
    other: np.ndarray
    """float32 (features, dim): O"""
    met: np.ndarray
    """float32 (2, features): the squared gradients that the rows of E and O have met"""

    @staticmethod
    def begin(features: int, dim: int, rng: np.random.Generator) -> Tables:
        """Small random vectors."""
        own = (rng.random((features, dim), np.float32) - 0.5) * np.float32(2 / dim)
        other = (rng.random((features, dim), np.float32) - 0.5) * np.float32(2 / dim)
        return Tables(own, other, np.full((2, features), _MET, np.float32))

    def moved(self, place: np.ndarray, features: int, rng: np.random.Generator) -> Tables:
        """The same rows at other places, int64 (old features,), -1 for a row to leave out; rows
        where none goes to begin anew."""
        new = Tables.begin(features, self.own.shape[1], rng)
        kept = place >= 0
        new.own[place[kept]], new.other[place[kept]] = self.own[kept], self.other[kept]
        new.met[:, place[kept]] = self.met[:, kept]
        return new

    @property
    def sum(self) -> np.ndarray:
        """float32 (features, dim): E + O."""
        return np.asarray(self.own + self.other, np.float32)


@dataclass(frozen=True)
class SkipGram:
    """How to learn; `learn` gives both tables of feature vectors."""

    dim: int
    window: int
    """Places to each side in a sequence that count as near."""
    fade: float
    """Weight of a place against the one before it, going away."""
    negatives: int
    """Items drawn a place."""
    against: float
    """What they weigh together, against the near ones together."""
    power: float
    """They are drawn in proportion to counts ** power."""
    epochs: int
    learning_rate: float

    def learn(
        self,
        start: np.ndarray,
        item: np.ndarray,
        weight: np.ndarray,
        bags: Bags,
        counts: np.ndarray,
        tables: Tables,
        rng: np.random.Generator,
    ) -> Tables:
        """The tables after all epochs; they are changed in place.

        Args:
            start: int64 (sequences + 1,): sequence p is `start[p]:start[p + 1]` of:
            item: int32 (total,), in order
            weight: float32 (total,), above 0: what a place is worth as a neighbour
            bags: of all items; words are feature rows.
            counts: int64 (items,): how often an item is liked, for the draw of negatives.
            tables: where to begin.
        """
        if len(item) == 0 or np.count_nonzero(counts) < 2:  # nothing to tell apart
            return tables
        share = np.where(counts > 0, counts.astype(float) ** self.power, 0.0)
        table = np.cumsum(share)
        table /= table[-1]
        length = np.diff(start)
        for _ in range(self.epochs):
            order = rng.permutation(np.flatnonzero(length > 1))
            for begin in range(0, len(order), _CHUNK):
                some = order[begin : begin + _CHUNK]
                draws = int(length[some].sum()) * self.negatives
                _pass(
                    start,
                    item,
                    weight,
                    some,
                    bags.start,
                    bags.word,
                    bags.weight,
                    tables.own,
                    tables.other,
                    tables.met,
                    np.searchsorted(table, rng.random(draws), side="right").astype(np.int32),
                    self.window,
                    np.float32(self.fade),
                    self.negatives,
                    np.float32(self.against),
                    np.float32(self.learning_rate),
                )
        return tables


@njit(cache=True, nogil=True, fastmath=True)
def _add(begin, end, feature, weight, table, out):  # type: ignore[no-untyped-def]
    for e in range(begin, end):
        for c in range(len(out)):
            out[c] += weight[e] * table[feature[e], c]


@njit(cache=True, nogil=True, fastmath=True)
def _step(begin, end, feature, weight, table, met, slope, rate):  # type: ignore[no-untyped-def]
    """Move the features of a bag up the slope of its vector."""
    square = np.float32(0)
    for c in range(len(slope)):
        square += slope[c] * slope[c]
    square /= np.float32(len(slope))
    for e in range(begin, end):
        f, w = feature[e], weight[e]
        met[f] += w * w * square
        by = rate * w / np.sqrt(met[f])
        for c in range(len(slope)):
            table[f, c] += by * slope[c]


@njit(cache=True, nogil=True, fastmath=True)
def _pull(x, y, target, worth, slope_x, slope_y):  # type: ignore[no-untyped-def]
    """Slopes of worth * log sigma(+-x . y): added to `slope_x`, put into `slope_y`."""
    fit = np.float32(0)
    for c in range(len(x)):
        fit += x[c] * y[c]
    gain = worth * (target - np.float32(1) / (np.float32(1) + np.exp(-fit)))
    for c in range(len(x)):
        slope_x[c] += gain * y[c]
        slope_y[c] = gain * x[c]


@njit(cache=True, nogil=True, fastmath=True)
def _pass(  # type: ignore[no-untyped-def]
    start,
    item,
    weight,
    order,
    bag,
    feature,
    share,
    own,
    other,
    met,
    drawn,
    window,
    fade,
    negatives,
    against,
    rate,
):
    dim = own.shape[1]
    x, y = np.empty(dim, np.float32), np.empty(dim, np.float32)
    slope_x, slope_y = np.empty(dim, np.float32), np.empty(dim, np.float32)
    at = 0
    for p in order:
        for r in range(start[p], start[p + 1]):
            i = item[r]
            first = at
            at += negatives
            x[:] = 0
            slope_x[:] = 0
            _add(bag[i], bag[i + 1], feature, share, own, x)
            total = np.float32(0)
            for q in range(max(start[p], r - window), min(start[p + 1], r + window + 1)):
                j = item[q]
                if j == i:
                    continue
                worth = weight[q] * fade ** np.float32(abs(q - r) - 1)
                total += worth
                y[:] = 0
                _add(bag[j], bag[j + 1], feature, share, other, y)
                _pull(x, y, np.float32(1), worth, slope_x, slope_y)
                _step(bag[j], bag[j + 1], feature, share, other, met[1], slope_y, rate)
            if total == 0:
                continue
            for k in range(negatives):
                j = drawn[first + k]
                if j == i:
                    continue
                y[:] = 0
                _add(bag[j], bag[j + 1], feature, share, other, y)
                worth = against * total / np.float32(negatives)
                _pull(x, y, np.float32(0), worth, slope_x, slope_y)
                _step(bag[j], bag[j + 1], feature, share, other, met[1], slope_y, rate)
            _step(bag[i], bag[i + 1], feature, share, own, met[0], slope_x, rate)
