"""Words beside likes: neighbour lists that also know which items are described alike.

    near'(i, j) = near(i, j) + weight * sum over words w of both of  v_iw v_jw

v_i: idf of the item's words, brought to length 1; words of more than `common` items tell nothing
and are left out. So an item that few liked, or nobody, has neighbours too.
Source: the cosine of Salton and Buckley 1988 as in `terms`; to add it to co-occurrence is a plain
weighted hybrid, Burke 2002, "Hybrid Recommender Systems: Survey and Experiments", section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.neighbours import Rows, by_block
from twoside.funnel.recall.terms import Terms, term_columns
from twoside.index.keys import ALL, buffer, fewer, finish, key_of

if TYPE_CHECKING:
    from twoside.schema.entities import EntityTable

Lists = tuple[np.ndarray, np.ndarray, np.ndarray]
"""start, item, near as in `ItemNeighbours`."""


def with_words(
    lists: Lists,
    items: EntityTable,
    weight: float,
    common: int,
    neighbours: int,
    block: int,
    threads: int,
) -> Lists:
    """The lists with what words add, the `neighbours` nearest of each item, nearest first.

    A table without words gives the lists as they were, but for `neighbours`.
    """
    terms = Terms.of(items, term_columns(items))
    value = _normal(terms, items.size, common)

    def rows(begin: int, end: int) -> Rows:
        return _added(  # type: ignore[no-any-return]
            begin,
            end,
            *lists,
            terms.start,
            terms.term,
            value,
            terms.of_start,
            terms.of_item,
            weight,
            neighbours,
        )

    return by_block(items.size, block, threads, rows)


def _normal(terms: Terms, items: int, common: int) -> np.ndarray:
    """float32 (total,), beside `terms.term`: v, 0 for words of more than `common` items."""
    often = np.diff(terms.of_start)
    value = np.where(often[terms.term] <= common, terms.value.astype(float), 0.0)
    owner = np.repeat(np.arange(items), np.diff(terms.start))
    length = np.sqrt(np.bincount(owner, value * value, minlength=items))[owner]
    return np.divide(value, length, out=np.zeros_like(value), where=length > 0).astype(np.float32)


@njit(cache=True, nogil=True)
def _added(  # type: ignore[no-untyped-def]
    begin,
    end,
    start,
    item,
    near,
    of_row,
    term,
    value,
    of_start,
    of_item,
    weight,
    neighbours,
):
    size = len(of_row) - 1
    total = np.zeros(size, np.float64)
    met = np.zeros(size, np.bool_)
    touched = np.empty(size, np.int32)
    keys = buffer(neighbours)
    count = np.empty(end - begin, np.int64)
    out_item = np.empty((end - begin) * neighbours, np.int32)
    out_near = np.empty((end - begin) * neighbours, np.float32)
    filled = 0
    for i in range(begin, end):
        there = 0
        for e in range(start[i], start[i + 1]):
            j = item[e]
            met[j] = True
            touched[there] = j
            there += 1
            total[j] = near[e]
        for e in range(of_row[i], of_row[i + 1]):
            if value[e] == 0:
                continue
            part = weight * np.float64(value[e])
            first, past = of_start[term[e]], of_start[term[e] + 1]
            for r in range(first, past):
                j = of_item[r]
                if not met[j]:
                    met[j] = True
                    touched[there] = j
                    there += 1
                total[j] += part * value_of(j, term[e], of_row, term, value)
        found, bar = 0, ALL
        for t in range(there):
            j = touched[t]
            score = np.float32(total[j])
            keys[found] = key_of(score, j)
            found += (keys[found] < bar) & (j != i) & (score > 0)
            if found == len(keys):
                found, bar = fewer(keys, neighbours)
            total[j] = 0.0
            met[j] = False
        kept = finish(keys, found, neighbours, out_item[filled:], out_near[filled:])
        count[i - begin] = kept
        filled += kept
    return count, out_item[:filled].copy(), out_near[:filled].copy()


@njit(cache=True, nogil=True, inline="always")
def value_of(j, wanted, of_row, term, value):  # type: ignore[no-untyped-def]
    """The value of a word that item j has."""
    e = of_row[j]
    while term[e] != wanted:
        e += 1
    return value[e]
