"""From a peer's scores to lists, for all peers alike: what a person knows is left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Callable

_BLOCK = 1024


@dataclass(frozen=True)
class Shared:
    """The likes of one stage, by person and in order of time."""

    person: np.ndarray
    item: np.ndarray
    people: int
    items: int
    asked: np.ndarray
    start: np.ndarray

    @staticmethod
    def of(folder: str, stage: str) -> Shared:
        """Of the folder that the bench shares."""
        with np.load(Path(folder) / f"shared-{stage}.npz") as a:
            people = int(a["people"])
            start = np.searchsorted(a["person"], np.arange(people + 1))
            return Shared(a["person"], a["item"], people, int(a["items"]), a["asked"], start)

    def matrix(self) -> csr_matrix:
        """float32 people by items, 1 where liked."""
        ones = np.ones(len(self.person), np.float32)
        found = csr_matrix((ones, (self.person, self.item)), shape=(self.people, self.items))
        found.sum_duplicates()
        found.data[:] = 1
        return found

    def past(self, person: int, latest: int) -> np.ndarray:
        """The newest items, oldest first."""
        return self.item[self.start[person] : self.start[person + 1]][-latest:]

    def new_once(self, person: int, items: np.ndarray) -> np.ndarray:
        """Of a list those that the person does not know, each where it stands first."""
        first = np.sort(np.unique(items, return_index=True)[1])
        once = items[first]
        return np.asarray(once[~np.isin(once, self.past(person, 10**6))])


@dataclass(frozen=True)
class Scored:
    """A fitted peer that gives every item a score."""

    shared: Shared
    score: Callable[[np.ndarray], np.ndarray]
    """people int (b,) -> float32 (b, items)"""

    def top(self, width: int) -> tuple[np.ndarray, np.ndarray]:
        """Lists of all who are asked."""
        found = [self._block(people, width) for people in self._blocks()]
        return np.concatenate([f[0] for f in found]), np.concatenate([f[1] for f in found])

    def among(self, candidates: np.ndarray) -> np.ndarray:
        """float32 (n, m): the scores of candidates int (n, m)."""
        found, at = [], 0
        for people in self._blocks():
            score = self.score(people)
            found.append(np.take_along_axis(score, candidates[at : at + len(people)], axis=1))
            at += len(people)
        return np.concatenate(found).astype(np.float32)

    def _blocks(self) -> list[np.ndarray]:
        asked = self.shared.asked
        return [asked[at : at + _BLOCK] for at in range(0, len(asked), _BLOCK)]

    def _block(self, people: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray]:
        score = np.array(self.score(people), np.float32)
        for row, person in enumerate(people):
            score[row, self.shared.past(int(person), 10**6)] = -np.inf
        width = min(width, score.shape[1])
        best = np.argpartition(-score, width - 1, axis=1)[:, :width]
        value = np.take_along_axis(score, best, axis=1)
        order = np.argsort(-value, axis=1, kind="stable")
        items = np.take_along_axis(best, order, axis=1).astype(np.int32)
        value = np.take_along_axis(value, order, axis=1)
        return np.where(np.isfinite(value), items, -1), np.where(np.isfinite(value), value, 0)
