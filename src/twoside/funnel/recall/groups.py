"""The groups that people and items declare: which single-category columns mean the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.schema.entities import EntityTable


def category_pairs(
    matches: tuple[tuple[str, str], ...], people: EntityTable, items: EntityTable
) -> tuple[tuple[str, str], ...]:
    """Those of the declared pairs where both columns hold one category."""
    return tuple(
        (mine, theirs)
        for mine, theirs in matches
        if mine in people.sizes
        and mine in people.columns
        and theirs in items.sizes
        and theirs in items.columns
    )


def codes_of(table: EntityTable, columns: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """int32 (len(rows), len(columns)); -1 for an unknown row or value."""
    return _values(table, columns, rows, np.full((len(rows), len(columns)), -1, np.int32))


def numbers_of(table: EntityTable, columns: tuple[str, ...], rows: np.ndarray) -> np.ndarray:
    """float64 (len(rows), len(columns)); NaN for an unknown row or value."""
    return _values(table, columns, rows, np.full((len(rows), len(columns)), np.nan))


def _values(
    table: EntityTable, columns: tuple[str, ...], rows: np.ndarray, found: np.ndarray
) -> np.ndarray:
    """`found`, with the values of the known rows."""
    known = np.flatnonzero((rows >= 0) & (rows < table.size))
    there = rows[known]
    for n, column in enumerate(columns):
        found[known, n] = table.columns[column][there]
    return found
