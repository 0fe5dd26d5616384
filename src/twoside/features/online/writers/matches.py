"""How the declared sides of a pair fit: equal, difference, overlap, distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.kinds.cross import Difference, Equal, Overlap
    from twoside.features.kinds.distance import Distance
    from twoside.features.online.batch import Batch
    from twoside.features.online.parties import Party

EARTH_RADIUS_KM = 6371.0088
_NO_SUCH_WORD = -2


@njit(cache=True, nogil=True)
def _equal(
    mine: np.ndarray,
    its: np.ndarray,
    item: np.ndarray,
    request: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for i in range(item.size):
        a, b = mine[request[i]], its[item[i]]
        same = 1.0 if a == b else 0.0
        out[i, column] = np.nan if a == -1 or b == -1 else same


@njit(cache=True, nogil=True)
def _difference(
    mine: np.ndarray,
    its: np.ndarray,
    item: np.ndarray,
    request: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for i in range(item.size):
        out[i, column] = its[item[i]] - mine[request[i]]


@njit(cache=True, nogil=True)
def _overlap(
    person: np.ndarray,
    my_values: np.ndarray,
    my_start: np.ndarray,
    item: np.ndarray,
    its_values: np.ndarray,
    its_start: np.ndarray,
    start: np.ndarray,
    words: int,
    out: np.ndarray,
    column: int,
) -> None:
    has = np.full(words, -1, np.int32)
    for r in range(person.size):
        p = person[r] if person[r] >= 0 else my_start.size - 2
        for j in range(my_start[p], my_start[p + 1]):
            if 0 <= my_values[j] < words:
                has[my_values[j]] = r
        for i in range(start[r], start[r + 1]):
            q = item[i] if item[i] >= 0 else its_start.size - 2
            wanted = its_start[q + 1] - its_start[q]
            common = 0
            for j in range(its_start[q], its_start[q + 1]):
                common += has[its_values[j]] == r
            out[i, column] = common / wanted if wanted else np.nan


@njit(cache=True, nogil=True)
def _distance(
    mine: np.ndarray,
    its: np.ndarray,
    item: np.ndarray,
    request: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    """Of points on the unit sphere: half a chord c / 2 is the sine of half the angle."""
    for i in range(item.size):
        r, q = request[i], item[i]
        x, y, z = mine[r, 0] - its[q, 0], mine[r, 1] - its[q, 1], mine[r, 2] - its[q, 2]
        half = min(np.sqrt(x * x + y * y + z * z) / 2, 1.0)
        known = not np.isnan(half) and not np.isnan(x)
        out[i, column] = 2 * EARTH_RADIUS_KM * np.arcsin(half) if known else np.nan


class Equals:
    """Same word or not."""

    def __init__(
        self, placed: list[tuple[Equal, int]], translate: Mapping[tuple[str, str], np.ndarray]
    ) -> None:
        self._placed = placed
        self._translate = translate

    def write(self, batch: Batch, out: np.ndarray) -> None:
        for f, column in self._placed:
            mine = batch.people.column(f.person_column)[batch.person]
            table = self._translate.get((f.person_column, f.item_column))
            if table is not None:
                mine = translated(mine, table)
            its = batch.items.column(f.item_column)
            _equal(mine, its, batch.item, batch.request, out, column)


class Differences:
    """Item's number minus person's."""

    def __init__(self, placed: list[tuple[Difference, int]]) -> None:
        self._placed = placed

    def write(self, batch: Batch, out: np.ndarray) -> None:
        for f, column in self._placed:
            mine = batch.people.column(f.person_column)[batch.person]
            its = batch.items.column(f.item_column)
            _difference(mine, its, batch.item, batch.request, out, column)


class Overlaps:
    """Share of the item's words that the person has."""

    def __init__(
        self, placed: list[tuple[Overlap, int]], translate: Mapping[tuple[str, str], np.ndarray]
    ) -> None:
        self._placed = placed
        self._translate = translate
        self._lists: dict[str, tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]] = {}
        self._version = (-1, -1)

    def write(self, batch: Batch, out: np.ndarray) -> None:
        version = batch.people.version, batch.items.version
        if self._version != version:
            self._lists = {
                f.name: self._lists_of(f, batch.people, batch.items) for f, _ in self._placed
            }
            self._version = version
        for f, column in self._placed:
            my_values, my_start, its_values, its_start, words = self._lists[f.name]
            _overlap(
                batch.person,
                my_values,
                my_start,
                batch.item,
                its_values,
                its_start,
                batch.start,
                words,
                out,
                column,
            )

    def _lists_of(
        self, f: Overlap, people: Party, items: Party
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
        mine, my_start = people.lists(f.person_column)
        its, its_start = items.lists(f.item_column)
        table = self._translate.get((f.person_column, f.item_column))
        if table is not None:
            mine = translated(mine, table)
        return mine, my_start, its, its_start, int(its.max(initial=-1)) + 1


class Distances:
    """Great-circle kilometres."""

    def __init__(self, placed: list[tuple[Distance, int]]) -> None:
        self._placed = placed
        self._points: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        self._version = (-1, -1)

    def write(self, batch: Batch, out: np.ndarray) -> None:
        version = batch.people.version, batch.items.version
        if self._version != version:
            self._points = {
                f.name: (
                    _unit(batch.people, f.person_latitude, f.person_longitude),
                    _unit(batch.items, f.item_latitude, f.item_longitude),
                )
                for f, _ in self._placed
            }
            self._version = version
        for f, column in self._placed:
            mine, its = self._points[f.name]
            _distance(mine[batch.person], its, batch.item, batch.request, out, column)


def translated(codes: np.ndarray, table: np.ndarray) -> np.ndarray:
    """int32 codes of the person's words in the item's vocabulary; -2: it lacks the word."""
    known = (codes >= 0) & (codes < len(table))
    words = np.where(known, table[np.where(known, codes, 0)] if len(table) else -1, -1)
    return np.where(codes == -1, -1, np.where(words < 0, _NO_SUCH_WORD, words)).astype(np.int32)


def _unit(party: Party, latitude: str, longitude: str) -> np.ndarray:
    """float64 (size + 1, 3) points on the unit sphere."""
    phi, theta = np.radians(party.column(latitude)), np.radians(party.column(longitude))
    return np.column_stack([np.cos(phi) * np.cos(theta), np.cos(phi) * np.sin(theta), np.sin(phi)])
