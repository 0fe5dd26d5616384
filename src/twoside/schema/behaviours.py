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

    def sound(self, people: int, items: int) -> Behaviours:
        """Those that say something: of a person and an item of tables of these sizes, with a
        strength that is a number, each once (one of the same person, item, moment and strength
        as another is the same event, told twice). Itself if all do."""
        known = (self.person >= 0) & (self.person < people)
        known &= (self.item >= 0) & (self.item < items) & np.isfinite(self.strength)
        known[self._told_before()] = False
        return self if known.all() else self.where(known)

    def _told_before(self) -> np.ndarray:
        """int64: rows that are equal to an earlier one."""
        order = np.argsort(self.ts_ms, kind="stable")
        at_once = np.diff(self.ts_ms[order]) == 0
        tied = np.zeros(len(self), bool)
        tied[1:] |= at_once
        tied[:-1] |= at_once
        some = order[tied]  # few, where time is exact
        keys = (self.strength[some], self.item[some], self.person[some], self.ts_ms[some])
        rank = np.lexsort(keys)
        equal = np.all([key[rank][1:] == key[rank][:-1] for key in keys], axis=0)
        return np.asarray(some[rank[1:][equal]], np.int64)

    def by_person(self, people: int) -> tuple[Behaviours, np.ndarray]:
        """Sorted by person, then time, and `start` int64 (people + 1,): person p owns rows
        `start[p]:start[p + 1]`."""
        order = np.lexsort((self.ts_ms, self.person))
        rows = self.where(order)
        start = np.zeros(people + 1, np.int64)
        np.cumsum(np.bincount(rows.person, minlength=people), out=start[1:])
        return rows, start
