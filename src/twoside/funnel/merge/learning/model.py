"""What the learned merge learns from, and the numbers that it then consists of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.merge import Merged
from twoside.funnel.merge.learning.curves import rank_steps
from twoside.funnel.merge.learning.kinds import NAMES
from twoside.funnel.merge.learning.order import curves_of
from twoside.funnel.merge.learning.union import merged_union

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.merge import Lists
    from twoside.metrics.topn import Truth

KINDS = (*NAMES, "all")
"""The last is that of people whose kind nobody told."""
_CHUNK = 1024
"""People merged at once: their lists lie in memory twice."""


def known_kinds(kinds: np.ndarray | None, people: int) -> np.ndarray:
    """int64 (n,): the last number is that of people whose kind nobody told."""
    if kinds is None:
        return np.full(people, len(NAMES), np.int64)
    return np.where((kinds >= 0) & (kinds < len(NAMES)), kinds, len(NAMES)).astype(np.int64)


@dataclass(frozen=True)
class Evidence:
    """What channels found for n people, and what these then liked."""

    lists: Mapping[str, Lists]
    truth: Truth
    value: np.ndarray
    """float64 (total,): what each right item is worth, 0 or more"""
    kind: np.ndarray
    """int64 (n,): as `known_kinds`"""
    ms: np.ndarray
    """float64 (channels,): of one person"""

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def person(self) -> np.ndarray:
        """int64 (total,): whose each right item is"""
        return np.repeat(np.arange(len(self)), np.diff(self.truth.start))

    @property
    def widths(self) -> np.ndarray:
        """int64 (channels,)"""
        return np.array([found.items.shape[1] for found in self.lists.values()], np.int64)


@dataclass(frozen=True)
class Model:
    """Budgets and curves of every kind of people, the last those of everybody."""

    budgets: np.ndarray
    """int64 (kinds, channels)"""
    weights: np.ndarray
    """float64 (kinds, channels, steps)"""
    edges: np.ndarray
    """float32 (channels, BINS - 1): the scores that part the bins"""
    place: np.ndarray = field(init=False, repr=False, compare=False)
    """float64 (kinds, channels, depth): what a place says"""
    score: np.ndarray = field(init=False, repr=False, compare=False)
    """float64 (kinds, channels, BINS)"""

    def __post_init__(self) -> None:
        by_place = rank_steps(int(self.budgets.max(initial=0)))
        curves = [curves_of(weights, by_place) for weights in self.weights]
        object.__setattr__(self, "place", np.stack([c.place for c in curves]))
        object.__setattr__(self, "score", np.stack([c.score for c in curves]))

    def merged(
        self, lists: Mapping[str, Lists], rows: list[int], limit: int, kind: np.ndarray
    ) -> Merged:
        """The lists of some channels in one.

        Args:
            rows: which of the model's channels each list is
            kind: int64 (n,)
        """
        people = len(kind)
        out = np.full((people, limit), -1, np.int32)
        source = np.full((people, limit), -1, np.int16)
        rank = np.full((people, limit), -1, np.int16)
        budgets, edges = self.budgets[:, rows], self.edges[rows]
        place, score = self.place[:, rows], self.score[:, rows]
        deepest = int(budgets.max(initial=0))
        for begin in range(0, people, _CHUNK):
            some = np.arange(begin, min(begin + _CHUNK, people))
            items, scores = stacked_rows(lists, some, deepest)
            size = int(items.max(initial=-1)) + 1
            out[some], source[some], rank[some] = merged_union(
                items, scores, kind[some], budgets, place, score, edges, limit, size
            )
        return Merged(tuple(lists), out, source, rank)


def stacked_rows(
    lists: Mapping[str, Lists], people: np.ndarray, depth: int
) -> tuple[np.ndarray, np.ndarray]:
    """The first `depth` items of some people: int32 and float32 (channels, people, width)."""
    width = min(depth, max(found.items.shape[1] for found in lists.values()))
    items = np.full((len(lists), len(people), width), -1, np.int32)
    scores = np.zeros((len(lists), len(people), width), np.float32)
    for n, found in enumerate(lists.values()):
        wide = min(width, found.items.shape[1])
        items[n, :, :wide] = found.items[people, :wide]
        scores[n, :, :wide] = found.scores[people, :wide]
    return items, scores
