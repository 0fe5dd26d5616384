"""The words of a table's rows, column by column, in one numbering that stays as it was learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.terms import term_columns, words_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Words:
    """The category columns that were there at the fit, each with its number of words."""

    columns: tuple[str, ...]
    sizes: tuple[int, ...]

    @staticmethod
    def of(table: EntityTable) -> Words:
        """All columns that hold words."""
        columns = term_columns(table)
        sizes = []
        for column in columns:
            code = words_of(table, column)[1]
            sizes.append(max(table.sizes.get(column, 0), int(code.max(initial=-1)) + 1))
        return Words(columns, tuple(sizes))

    @property
    def total(self) -> int:
        """Words in all."""
        return sum(self.sizes)

    def texts(self, of_column: Mapping[str, Sequence[str]]) -> list[str]:
        """Every word as text; "" where the column's words are not told, or not this one."""
        found: list[str] = []
        for column, size in zip(self.columns, self.sizes, strict=True):
            told = list(of_column.get(column, ()))[:size]
            found += [*told, *[""] * (size - len(told))]
        return found

    def carried(self, before: Words, values: np.ndarray) -> np.ndarray:
        """float32 (total, dim): rows `values` (words, dim) of the numbering `before` in this one;
        zeros for words that it did not have."""
        found = np.zeros((self.total, values.shape[1]), values.dtype)
        begin = dict(zip(before.columns, np.cumsum([0, *before.sizes]).tolist(), strict=False))
        old, first = dict(zip(before.columns, before.sizes, strict=True)), 0
        for column, size in zip(self.columns, self.sizes, strict=True):
            known = min(size, old.get(column, 0))
            at = begin.get(column, 0)
            found[first : first + known] = values[at : at + known]
            first += size
        return found

    def bags(self, table: EntityTable) -> Bags:
        """The words of every row. Those that came after the fit are passed over."""
        row, word, weight = [np.empty(0, np.int64)], [np.empty(0, np.int64)], [np.empty(0)]
        first = 0
        for column, size in zip(self.columns, self.sizes, strict=True):
            of_row, code, root = words_of(table, column)
            known = code < size
            row.append(of_row[known])
            word.append(code[known].astype(np.int64) + first)
            weight.append(root[known])
            first += size
        rows = np.concatenate(row)
        order = np.argsort(rows, kind="stable")
        start = np.searchsorted(rows[order], np.arange(table.size + 1))
        return Bags(
            start.astype(np.int64),
            np.concatenate(word)[order],
            np.concatenate(weight)[order].astype(np.float32),
        )


@dataclass(frozen=True)
class Bags:
    """Row i has the words `word[start[i]:start[i + 1]]`."""

    start: np.ndarray
    """int64 (rows + 1,)"""
    word: np.ndarray
    """int64 (total,)"""
    weight: np.ndarray
    """float32 (total,): 1 / sqrt(words of the row in that column)"""

    def of(self, rows: np.ndarray) -> Bags:
        """The bags of some rows; an unknown row (-1, or too large) has no words."""
        return Bags(*_of_rows(rows, self.start, self.word, self.weight))


@njit(cache=True, nogil=True)
def _of_rows(rows, start, word, weight):  # type: ignore[no-untyped-def]
    out_start = np.zeros(len(rows) + 1, np.int64)
    for i in range(len(rows)):
        known = 0 <= rows[i] < len(start) - 1
        out_start[i + 1] = out_start[i] + (start[rows[i] + 1] - start[rows[i]] if known else 0)
    out_word, out_weight = np.empty(out_start[-1], word.dtype), np.empty(out_start[-1], np.float32)
    for i in range(len(rows)):
        for n in range(out_start[i + 1] - out_start[i]):
            out_word[out_start[i] + n] = word[start[rows[i]] + n]
            out_weight[out_start[i] + n] = weight[start[rows[i]] + n]
    return out_start, out_word, out_weight
