"""One side of the scene (all people, or all items) as it is now, ready to be gathered from.

Every array has one row more than there are entities, which holds "unknown": row -1 is that one,
so whoever is not known needs no case of his own. Rows that do not exist yet are unknown too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import DataError

if TYPE_CHECKING:
    from twoside.schema.domain import Domain
    from twoside.schema.entities import ColumnType, EntityTable


@njit(cache=True, nogil=True)
def _known(rows: np.ndarray, size: int) -> np.ndarray:
    known = np.empty(rows.size, np.int32)
    for i in range(rows.size):
        known[i] = rows[i] if 0 <= rows[i] < size else -1
    return known


@njit(cache=True, nogil=True)
def _without_repeats(values: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kept, kept_start, n = np.empty_like(values), np.zeros_like(start), 0
    for row in range(start.size - 1):
        first = n
        for j in range(start[row], start[row + 1]):
            seen = values[j] < 0
            for k in range(first, n):
                seen |= kept[k] == values[j]
            if not seen:
                kept[n] = values[j]
                n += 1
        kept_start[row + 1] = n
    return kept[:n].copy(), kept_start


class Party:
    """All entities of one side. `version` grows with every new table."""

    def __init__(self, table: EntityTable, domain: Domain) -> None:
        self._entity = domain.entity(table.kind)
        self.version = 0
        self._take(table)

    def renew(self, table: EntityTable) -> None:
        """The entities as they are from now on."""
        if table.kind != self.kind:
            raise DataError(f"tables: expected entities of kind '{self.kind}', got '{table.kind}'.")
        self.version += 1
        self._take(table)

    def _take(self, table: EntityTable) -> None:
        self.table = table
        self.kind = table.kind
        self.size = table.size
        self._columns: dict[str, np.ndarray] = {}
        self._matrices: dict[tuple[tuple[str, ...], type], np.ndarray] = {}
        self._lists: dict[str, tuple[np.ndarray, np.ndarray]] = {}

    def type_of(self, column: str) -> ColumnType:
        """The declared type of a column."""
        return self._entity.column(column).type

    def known(self, rows: np.ndarray) -> np.ndarray:
        """int32 rows, -1 for those that this side does not have (yet)."""
        return _known(rows, self.size)  # type: ignore[no-any-return]

    def column(self, name: str) -> np.ndarray:
        """(size + 1,) category int32, number float64 or time int64; the last row is unknown."""
        if name not in self._columns:
            self._columns[name] = self._padded(name)
        return self._columns[name]

    def _padded(self, name: str) -> np.ndarray:
        kind = self.type_of(name)
        dtype, unknown = (
            (np.float64, np.nan)
            if kind == "number"
            else (np.int64 if kind == "time" else np.int32, -1)
        )
        padded = np.full(self.size + 1, unknown, dtype)
        padded[:-1] = self.table.codes(name)
        if self.table.exists is not None:
            padded[:-1][~self.table.exists] = unknown
        return padded

    def matrix(self, names: tuple[str, ...], dtype: type) -> np.ndarray:
        """(size + 1, names): several columns side by side, the last row unknown."""
        if (names, dtype) not in self._matrices:
            columns = [self.column(name) for name in names]
            joined = np.column_stack(columns) if columns else np.empty((self.size + 1, 0))
            self._matrices[names, dtype] = np.ascontiguousarray(joined, dtype)
        return self._matrices[names, dtype]

    def lists(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """A categories column without repeats: int32 values, int64 start (size + 2,)."""
        if name not in self._lists:
            codes = self.table.lists[name]
            start = np.append(codes.start, codes.start[-1]).astype(np.int64)
            values = np.ascontiguousarray(codes.values, np.int32)
            if self.table.exists is not None:
                values = np.where(np.repeat(self.table.exists, np.diff(codes.start)), values, -1)
            self._lists[name] = _without_repeats(values, start)
        return self._lists[name]

    def at(self, rows: np.ndarray, ts_ms: np.ndarray) -> np.ndarray:  # noqa: ARG002
        """The rows themselves: this side is always as it is now (see `history.Timeline`)."""
        return rows

    def codes(self, column: str, rows: np.ndarray) -> np.ndarray:
        """int32 codes of a category column ("" is the row itself), for rows by `known`."""
        return self.column(column)[rows] if column else rows

    def cardinality(self, column: str) -> int:
        """Vocabulary size of a category column ("item": number of rows)."""
        if column in self.table.sizes:
            return int(self.table.sizes[column])
        codes = self.table.codes(column)
        return int(codes.max(initial=-1)) + 1

    def memory_bytes(self) -> int:
        """Bytes held beside the table itself."""
        lists = sum(values.nbytes + start.nbytes for values, start in self._lists.values())
        columns = (*self._columns.values(), *self._matrices.values())
        return int(sum(column.nbytes for column in columns) + lists)
