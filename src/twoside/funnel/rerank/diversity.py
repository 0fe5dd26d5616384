"""Diversity: a list of good items that are not all alike (maximal marginal relevance).

    next = argmax over i not yet chosen of
           relevance * score(i) - (1 - relevance) * max over chosen j of like(i, j)

score is brought to 0..1 within the list; like(i, j) is the weighted mean over item columns: equal
words for a category, shared over all words (Jaccard) for a list; unknown is like nothing.
Source: Carbonell and Goldstein 1998, "The Use of MMR, Diversity-Based Reranking for Reordering
Documents and Producing Summaries", equation 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.entities import Codes
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Diversity:
    """Settings of maximal marginal relevance."""

    relevance: float = 0.8
    """Weight of the score against likeness: 1 leaves the order as it is."""
    columns: dict[str, float] = field(default_factory=dict)
    """Item column -> weight in likeness; empty: the order stays."""
    among: int = 100
    """How many of the best candidates may come into the list."""

    def order(self, candidates: Candidates, items: EntityTable, length: int) -> Candidates:
        """The same candidates: first `length` diverse ones, then the rest in their old order.

        Args:
            candidates: best first; their scores go along, so they need not fall afterwards.
        """
        if not self.columns or self.relevance >= 1 or len(candidates) < 2:
            return candidates
        top = min(self.among, len(candidates))
        codes, lists, weights = self._words(items, candidates.items[:top])
        score = candidates.scores[:top].astype(np.float64)
        spread = score.max() - score.min()
        score = (score - score.min()) / (spread if spread > 0 else 1.0)
        first = _diverse(score, codes, lists[0], lists[1], weights, self.relevance, length)
        rest = np.ones(len(candidates), bool)
        rest[first] = False
        return candidates.where(np.concatenate([first, np.flatnonzero(rest)]))

    def _words(
        self, items: EntityTable, rows: np.ndarray
    ) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray], np.ndarray]:
        """The codes of the rows' single columns (n, singles); the words of their list columns,
        starts (lists, n + 1) and values; weights that sum to 1, singles before lists."""
        for name in self.columns:
            if name not in items.columns and name not in items.lists:
                known = did_you_mean(name, [*items.columns, *items.lists])
                raise ConfigError(
                    f"diversity.columns: {items.kind} has no column '{name}'. {known}"
                )
        singles = [name for name in self.columns if name not in items.lists]
        several = [name for name in self.columns if name in items.lists]
        codes = np.full((len(rows), len(singles)), -1, np.int64)
        for n, name in enumerate(singles):
            codes[:, n] = items.columns[name][rows]
        lists = _picked([items.lists[name] for name in several], rows)
        weights = np.array([self.columns[name] for name in singles + several], float)
        return codes, lists, weights / weights.sum()


def _picked(columns: list[Codes], rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The words of some rows: starts int64 (columns, n + 1) into one int32 array."""
    start = np.zeros((len(columns), len(rows) + 1), np.int64)
    values = [np.empty(0, np.int32)]
    total = 0
    for n, codes in enumerate(columns):
        begin = codes.start[rows]
        length = codes.start[rows + 1] - begin
        start[n, 0] = total
        start[n, 1:] = total + np.cumsum(length)
        offsets = start[n, :-1] - total
        values.append(codes.values[np.arange(length.sum()) + np.repeat(begin - offsets, length)])
        total = int(start[n, -1])
    return start, np.concatenate(values)


@njit(cache=True, nogil=True)
def _like(a, b, codes, start, values, weights):  # type: ignore[no-untyped-def]
    singles, total = codes.shape[1], 0.0
    for c in range(singles):
        if codes[a, c] >= 0 and codes[a, c] == codes[b, c]:
            total += weights[c]
    for c in range(start.shape[0]):
        both = 0
        mine = start[c, a + 1] - start[c, a]
        theirs = start[c, b + 1] - start[c, b]
        for x in range(start[c, a], start[c, a + 1]):
            for y in range(start[c, b], start[c, b + 1]):
                if values[x] == values[y]:
                    both += 1
                    break
        if mine + theirs - both > 0:
            total += weights[singles + c] * both / (mine + theirs - both)
    return total


@njit(cache=True, nogil=True)
def _diverse(score, codes, start, values, weights, relevance, length):  # type: ignore[no-untyped-def]
    n = len(score)
    chosen = np.empty(min(length, n), np.int64)
    free = np.ones(n, np.bool_)
    nearest = np.zeros(n)
    for place in range(len(chosen)):
        best, best_value = -1, -np.inf
        for i in range(n):
            if free[i]:
                value = relevance * score[i] - (1 - relevance) * nearest[i]
                if value > best_value:  # of equals the one that was first
                    best, best_value = i, value
        chosen[place] = best
        free[best] = False
        for i in range(n):
            if free[i]:
                nearest[i] = max(nearest[i], _like(i, best, codes, start, values, weights))
    return chosen
