"""Behaviours as arrays: the evidence of taste that recall and sequences are made from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Behaviours:
    """Pairs that met, in order of time within a person. All arrays are (n,) and aligned.

    One row is one event; the same pair may occur often (a view, then a chat).
    """

    person: np.ndarray
    """int32 rows"""
    item: np.ndarray
    """int32 rows"""
    ts_ms: np.ndarray
    """int64"""
    strength: np.ndarray
    """float32: `EventKind.strength`; negative for behaviours against the pair"""

    def __len__(self) -> int:
        return len(self.person)

    def before(self, ts_ms: int) -> Behaviours:
        """Those strictly before a moment."""
        return self.where(self.ts_ms < ts_ms)

    def where(self, keep: np.ndarray) -> Behaviours:
        """Those where `keep` (bool or indices) says so."""
        return Behaviours(self.person[keep], self.item[keep], self.ts_ms[keep], self.strength[keep])

    def by_person(self, people: int) -> tuple[Behaviours, np.ndarray]:
        """Sorted by person, then time, and `start` int64 (people + 1,): person p owns rows
        `start[p]:start[p + 1]`."""
        order = np.lexsort((self.ts_ms, self.person))
        rows = self.where(order)
        start = np.zeros(people + 1, np.int64)
        np.cumsum(np.bincount(rows.person, minlength=people), out=start[1:])
        return rows, start
