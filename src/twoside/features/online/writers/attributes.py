"""Columns, identities and ages of the two parties, and what the request itself says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.kinds.activity import Age
from twoside.features.kinds.attribute import Attribute, Context, Identity
from twoside.features.kinds.time import Hour, Weekday
from twoside.features.online.plan import context_type
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from twoside.features.online.batch import Batch
    from twoside.features.online.parties import Party
    from twoside.schema.domain import Scene

_WEEKDAY_OF_DAY_0 = 3  # 1970-01-01 was a Thursday


@njit(cache=True, nogil=True)
def spread(values: np.ndarray, columns: np.ndarray, request: np.ndarray, out: np.ndarray) -> None:
    """Row `request[i]` of float32 (n, m) `values` into `columns` of row i of `out`."""
    for i in range(request.size):
        for c in range(columns.size):
            out[i, columns[c]] = values[request[i], c]


@njit(cache=True, nogil=True)
def _item_ages(
    born: np.ndarray,
    item: np.ndarray,
    request: np.ndarray,
    ts_ms: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    for i in range(item.size):
        since = born[item[i]]
        out[i, column] = (ts_ms[request[i]] - since) / HOUR_MS if since != -1 else np.nan


class PartyColumns:
    """Attributes and identities of one party, gathered in one pass from one matrix."""

    def __init__(self, placed: list[tuple[Attribute | Identity, int]], side: str) -> None:
        self._features = [f for f, _ in placed]
        self._columns = np.array([column for _, column in placed], np.int64)
        self._side = side
        self._matrix = np.empty((0, 0), np.float32)
        self._version = -1

    def write(self, batch: Batch, out: np.ndarray) -> None:
        party = batch.people if self._side == "person" else batch.items
        if self._version != party.version:
            self._matrix, self._version = self._matrix_of(party), party.version
        rows = batch.person[batch.request] if self._side == "person" else batch.item
        spread(self._matrix, self._columns, rows, out)

    def _matrix_of(self, party: Party) -> np.ndarray:
        """float32 (size + 1, features); the last row is unknown."""
        rows = np.append(np.arange(party.size), -1)
        columns = [
            rows if isinstance(f, Identity) else party.column(f.column) for f in self._features
        ]
        return np.column_stack([column.astype(np.float32) for column in columns])


class ItemAges:
    """Hours from a time column of the item to the request."""

    def __init__(self, placed: list[tuple[Age, int]]) -> None:
        self._placed = placed

    def write(self, batch: Batch, out: np.ndarray) -> None:
        for f, column in self._placed:
            born = batch.items.column(f.column)
            _item_ages(born, batch.item, batch.request, batch.ts_ms, out, column)


class RequestColumns:
    """What is the same for all candidates: contexts, clock, ages of the person."""

    def __init__(
        self, placed: list[tuple[Context | Hour | Weekday | Age, int]], scene: Scene
    ) -> None:
        self._features = [f for f, _ in placed]
        self._columns = np.array([column for _, column in placed], np.int64)
        contexts = [f for f in self._features if isinstance(f, Context)]
        self._unknown = {
            f.column: np.nan if context_type(scene, f.column) == "number" else -1.0
            for f in contexts
        }

    def write(self, batch: Batch, out: np.ndarray) -> None:
        values = np.empty((len(batch.person), len(self._features)), np.float32)
        for n, f in enumerate(self._features):
            values[:, n] = self._values(f, batch)
        spread(values, self._columns, batch.request, out)

    def _values(self, f: Context | Hour | Weekday | Age, batch: Batch) -> np.ndarray:
        if isinstance(f, Context):
            values = batch.context[f.column]
            return np.where(np.isnan(values), self._unknown[f.column], values)
        if isinstance(f, Age):
            born = batch.people.column(f.column)[batch.person]
            return np.where(born == -1, np.nan, (batch.ts_ms - born) / HOUR_MS)
        local = batch.ts_ms + batch.calendar.offset_ms
        if isinstance(f, Hour):
            return local // HOUR_MS % 24
        return (local // DAY_MS + _WEEKDAY_OF_DAY_0) % 7
