"""What people want, as terms of items: what they declare, and what their recent items were.

declared(term) = 1 / sqrt(words declared in that column)        if the person declares it
recent(term) = sum_k decay^k w_k root(item_k, term) / sum_k decay^k w_k,   k-th latest item
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from twoside.funnel.recall.past import Past
    from twoside.funnel.recall.terms import Terms
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Profiles:
    """The terms of n people; person i owns `start[i]:start[i + 1]`, no term twice."""

    start: np.ndarray
    """int64 (n + 1,)"""
    term: np.ndarray
    """int32"""
    column: np.ndarray
    """int16: the column of the term"""
    declared: np.ndarray
    """float32"""
    recent: np.ndarray
    """float32"""

    @staticmethod
    def of(
        person: np.ndarray,
        past: Past,
        people: EntityTable,
        matches: tuple[tuple[str, str], ...],
        terms: Terms,
        last: int,
        decay: float,
    ) -> Profiles:
        """Of those who ask.

        Args:
            person: int32 (n,) rows, -1 unknown.
            past: what they did, aligned to `person`.
            matches: (person column, item column) of words; item columns are in `terms`.
        """
        start, term, root = _declared(person, people, matches, terms)
        parts = _profiles(
            start,
            term,
            root,
            past.start,
            past.item,
            past.weight,
            past.refused,
            terms.start,
            terms.term,
            terms.root,
            terms.offsets,
            last,
            decay,
        )
        return Profiles(*parts)


def _declared(
    person: np.ndarray, people: EntityTable, matches: tuple[tuple[str, str], ...], terms: Terms
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The words of the matched person columns as terms, column by column: start (n + 1,), and of
    each person term and 1 / sqrt(words of that column)."""
    known = np.where((person >= 0) & (person < people.size), person, -1)
    columns = []
    for mine, theirs in matches:
        column = terms.columns.index(theirs)
        first, past = terms.offsets[column : column + 2]
        lists = people.lists.get(mine)
        words = (_ONE_EACH, people.columns[mine]) if lists is None else (lists.start, lists.values)
        columns.append((*words, first, past - first))
    start = np.zeros(len(person) + 1, np.int64)
    for starts, code, _, width in columns:
        _count_words(known, starts, code, width, start)
    np.cumsum(start, out=start)
    free, term = start[:-1].copy(), np.empty(start[-1], np.int32)
    root = np.empty(start[-1], np.float32)
    for starts, code, first, width in columns:
        _put_words(known, starts, code, first, width, free, term, root)
    return start, term, root


_ONE_EACH = np.empty(0, np.int64)
"""In place of the starts of a column that is no list."""


@njit(cache=True, nogil=True)
def _words_at(row, starts):  # type: ignore[no-untyped-def]
    """From where to where the words of a row lie."""
    if row < 0:
        return 0, 0
    return (starts[row], starts[row + 1]) if len(starts) else (row, row + 1)


@njit(cache=True, nogil=True)
def _count_words(row, starts, code, width, start):  # type: ignore[no-untyped-def]
    for i in range(len(row)):
        begin, end = _words_at(row[i], starts)
        for e in range(begin, end):
            start[i + 1] += 0 <= code[e] < width


@njit(cache=True, nogil=True)
def _put_words(row, starts, code, first, width, free, term, root):  # type: ignore[no-untyped-def]
    for i in range(len(row)):
        begin, end = _words_at(row[i], starts)
        for e in range(begin, end):
            if 0 <= code[e] < width:
                term[free[i]] = first + code[e]
                root[free[i]] = 1 / np.sqrt(end - begin)
                free[i] += 1


@njit(cache=True, nogil=True)
def _profiles(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a step
    said_start,
    said_term,
    said_root,
    past_start,
    past_item,
    past_weight,
    refused,
    start,
    term,
    root,
    offsets,
    last,
    decay,
):
    n = len(said_start) - 1
    room = len(said_term)
    for i in range(n):
        used = 0
        for r in range(past_start[i], past_start[i + 1]):
            if used < last and not refused[r] and past_weight[r] > 0:
                room += start[past_item[r] + 1] - start[past_item[r]]
                used += 1
    out_start = np.zeros(n + 1, np.int64)
    out_term = np.empty(room, np.int32)
    out_column = np.empty(room, np.int16)
    declared = np.zeros(room, np.float32)
    recent = np.zeros(room, np.float32)
    slot = np.full(offsets[-1], -1, np.int64)
    at = 0
    for i in range(n):
        begin = at
        for r in range(said_start[i], said_start[i + 1]):
            t = said_term[r]
            if slot[t] < begin:
                slot[t] = at
                out_term[at] = t
                at += 1
            declared[slot[t]] += said_root[r]
        used, factor, total = 0, 1.0, 0.0
        for r in range(past_start[i], past_start[i + 1]):
            if used == last:
                break
            if refused[r] or past_weight[r] <= 0:
                continue
            used += 1
            j = past_item[r]
            total += factor * past_weight[r]
            for e in range(start[j], start[j + 1]):
                t = term[e]
                if slot[t] < begin:
                    slot[t] = at
                    out_term[at] = t
                    at += 1
                recent[slot[t]] += factor * past_weight[r] * root[e]
            factor *= decay
        for s in range(begin, at):
            out_column[s] = np.searchsorted(offsets, out_term[s], side="right") - 1
            if total > 0:
                recent[s] /= total
        out_start[i + 1] = at
    return out_start, out_term[:at], out_column[:at], declared[:at], recent[:at]
