"""What items are, as terms: every word of every category column is a term with a weight.

    value(item, term) = idf(term) / sqrt(words of the item in that column)
    idf(term) = log((items + 1) / (items with the term + 1/2))

Source: Salton and Buckley 1988, "Term-weighting approaches in automatic text retrieval", with
columns as separate vocabularies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.schema.entities import EntityTable


def term_columns(items: EntityTable) -> tuple[str, ...]:
    """The item columns that hold words: categories and lists of them."""
    single = [name for name in items.columns if name in items.sizes]
    return tuple(sorted({*single, *items.lists}))


@dataclass(frozen=True)
class Terms:
    """All terms of all items, both ways round."""

    columns: tuple[str, ...]
    offsets: np.ndarray
    """int64 (columns + 1,): column c has terms `offsets[c]` to `offsets[c + 1] - 1`"""
    start: np.ndarray
    """int64 (items + 1,): item j owns `start[j]:start[j + 1]` of:"""
    term: np.ndarray
    """int32"""
    value: np.ndarray
    """float32"""
    root: np.ndarray
    """float32: 1 / sqrt(words of the item in that column)"""
    of_start: np.ndarray
    """int64 (terms + 1,): term t occurs in `of_start[t]:of_start[t + 1]` of:"""
    of_item: np.ndarray
    """int32"""
    of_value: np.ndarray
    """float32"""

    @staticmethod
    def of(items: EntityTable, columns: tuple[str, ...]) -> Terms:
        """The terms of a table in the given columns."""
        rows: list[np.ndarray] = []
        codes: list[np.ndarray] = []
        roots: list[np.ndarray] = []
        widths: list[int] = []
        for column in columns:
            row, code, root = words_of(items, column)
            rows.append(row)
            codes.append(code.astype(np.int64) + sum(widths))
            roots.append(root)
            widths.append(max(items.sizes.get(column, 0), int(code.max(initial=-1)) + 1))
        offsets = np.cumsum([0, *widths]).astype(np.int64)
        row = np.concatenate([np.empty(0, np.int64), *rows])
        term = np.concatenate([np.empty(0, np.int64), *codes])
        root = np.concatenate([np.empty(0, np.float32), *roots])
        size = items.size if items.exists is None else int(items.exists.sum())
        there = np.bincount(term, minlength=offsets[-1])
        idf = np.maximum(np.log((size + 1) / (there + 0.5)), 0).astype(np.float32)
        value = idf[term] * root
        by_item = np.lexsort((term, row))
        by_term = np.lexsort((row, term))
        return Terms(
            columns,
            offsets,
            np.searchsorted(row[by_item], np.arange(items.size + 1)).astype(np.int64),
            term[by_item].astype(np.int32),
            value[by_item],
            root[by_item],
            np.searchsorted(term[by_term], np.arange(offsets[-1] + 1)).astype(np.int64),
            row[by_term].astype(np.int32),
            value[by_term],
        )


def words_of(items: EntityTable, column: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(item, code, 1 / sqrt(words of that item)) of all known words of a column."""
    if column in items.lists:
        lists = items.lists[column]
        length = np.diff(lists.start)
        row = np.repeat(np.arange(items.size), length)
        code = lists.values
        root = np.repeat(1 / np.sqrt(np.maximum(length, 1)), length)
    else:
        row, code, root = np.arange(items.size), items.columns[column], np.ones(items.size)
    known = code >= 0
    if items.exists is not None:
        known = known & items.exists[row]
    return row[known].astype(np.int64), code[known], root[known].astype(np.float32)
