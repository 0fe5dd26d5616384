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
        words = [_declared(person, people, mine, terms, theirs) for mine, theirs in matches]
        start = np.sum([part[0] for part in words], axis=0) if words else None
        if start is None:
            start = np.zeros(len(person) + 1, np.int64)
        owner = np.concatenate([np.empty(0, np.int64), *(part[1] for part in words)])
        order = np.argsort(owner, kind="stable")
        term = np.concatenate([np.empty(0, np.int32), *(part[2] for part in words)])[order]
        root = np.concatenate([np.empty(0, np.float32), *(part[3] for part in words)])[order]
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
    person: np.ndarray, people: EntityTable, mine: str, terms: Terms, theirs: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The words of one person column as terms: starts (n + 1,), owner, term, 1 / sqrt(words)."""
    column = terms.columns.index(theirs)
    first, width = terms.offsets[column], terms.offsets[column + 1] - terms.offsets[column]
    known = np.flatnonzero((person >= 0) & (person < people.size))
    if mine in people.lists:
        lists = people.lists[mine]
        begin = lists.start[person[known]]
        length = lists.start[person[known] + 1] - begin
        offsets = np.cumsum(length) - length
        code = lists.values[np.arange(length.sum()) + np.repeat(begin - offsets, length)]
        owner = np.repeat(known, length)
        root = np.repeat(1 / np.sqrt(np.maximum(length, 1)), length)
    else:
        owner, code, root = known, people.columns[mine][person[known]], np.ones(len(known))
    good = (code >= 0) & (code < width)
    owner = owner[good].astype(np.int64)
    start = np.searchsorted(owner, np.arange(len(person) + 1)).astype(np.int64)
    return start, owner, (code[good] + first).astype(np.int32), root[good].astype(np.float32)


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
