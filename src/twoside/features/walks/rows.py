"""Moments of pairs, and what the two parties said of themselves then.

The columns of the parties are not copied to every moment: it has the number of the version that
held.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.graph.party import Party


@njit(cache=True, nogil=True)
def _held(start: np.ndarray, since: np.ndarray, rows: np.ndarray, ts: np.ndarray) -> np.ndarray:
    """int32 (n,): the last version of each row that began at or before `ts`, else -1."""
    found = np.full(rows.size, -1, np.int32)
    for i in range(rows.size):
        row = rows[i]
        if row < 0 or row >= start.size - 1:
            continue
        at = start[row + 1] - 1
        while at >= start[row] and since[at] > ts[i]:
            at -= 1
        if at >= start[row]:
            found[i] = at
    return found


@dataclass(frozen=True)
class Versions:
    """The versions of one side, by (row, time), and what each of them says."""

    start: np.ndarray
    """int64 (rows + 1,): the versions of row r are `start[r]:start[r + 1]`"""
    since: np.ndarray
    """int64 (versions,) ms"""
    columns: Mapping[str, np.ndarray]
    """(versions + 1,) each; the last stands for "not known yet" """

    @staticmethod
    def of(party: Party) -> Versions:
        """Out of the versions of a party: numbers and categories."""
        row = party.versions["row"].to_numpy()
        since = party.versions["valid_from_ms"].to_numpy()
        order = np.lexsort((since, row))
        start = np.zeros(int(row.max(initial=-1)) + 2, np.int64)
        np.cumsum(np.bincount(row, minlength=len(start) - 1), out=start[1:])
        columns = {}
        for name, kind in party.types.items():
            if kind not in ("number", "category"):
                continue
            unknown = np.nan if kind == "number" else -1
            values = np.append(party.versions[name].to_numpy()[order], unknown)
            columns[name] = values if kind == "number" else _small(values)
        return Versions(start, since[order], columns)

    def held(self, rows: np.ndarray, ts: np.ndarray) -> np.ndarray:
        """int32 (n,): the version of each row at each moment, -1 before its first."""
        found: np.ndarray = _held(self.start, self.since, rows, ts)
        return found


def _small(codes: np.ndarray) -> np.ndarray:
    """The codes in the smallest integers that hold them: every moment gets a copy."""
    most = int(codes.max(initial=0))
    kind = next(t for t in (np.int8, np.int16, np.int32) if most <= np.iinfo(t).max)
    return codes.astype(kind)


@dataclass(frozen=True)
class Rows:
    """Moments of pairs, in order of time: what happened on a day, or what is asked."""

    ts: np.ndarray
    """int64 (n,) ms"""
    sides: Mapping[str, np.ndarray]
    """"person" and "item": int32 (n,) rows, -1 unknown"""
    context: Mapping[str, np.ndarray]
    """Context column -> int32 (n,), -1 unknown"""
    versions: Mapping[str, Versions]
    _held: dict[str, np.ndarray] = field(default_factory=dict, init=False)
    _parts: dict[str, np.ndarray] = field(default_factory=dict, init=False)

    def __len__(self) -> int:
        return len(self.ts)

    def held(self, side: str) -> np.ndarray:
        """int32 (n,): the version of that side that held, -1 before its first."""
        if side not in self._held:
            self._held[side] = self.versions[side].held(self.sides[side], self.ts)
        return self._held[side]

    def part(self, part: str) -> np.ndarray:
        """(n,) codes of a part of a key, or the numbers of a column, such as "item.title": what
        its side said then; -1 or NaN where it is not known. Kept, many keys share a part."""
        side, _, column = part.partition(".")
        if side == "context":
            return self.context[column]
        if not column:
            return self.sides[side]
        if part not in self._parts:
            self._parts[part] = self.versions[side].columns[column][self.held(side)]
        return self._parts[part]

    def take(self, kept: np.ndarray) -> Rows:
        """Some of the rows, by their numbers in rising order."""
        sides = {side: rows[kept] for side, rows in self.sides.items()}
        context = {name: codes[kept] for name, codes in self.context.items()}
        return Rows(self.ts[kept], sides, context, self.versions)
