"""From the log to a question: the recent behaviours of those who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.channel import Asking

if TYPE_CHECKING:
    from twoside.schema.behaviours import Behaviours
    from twoside.schema.entities import EntityTable


def ask(
    person: np.ndarray,
    now_ms: np.ndarray,
    by_person: tuple[Behaviours, np.ndarray],
    people: EntityTable,
    items: EntityTable,
    is_open: np.ndarray | None = None,
    latest: int = 200,
) -> Asking:
    """The question of n people at their moments, with what they did strictly before.

    Args:
        person: int32 (n,) rows; -1 for someone never seen.
        now_ms: int64 (n,)
        by_person: `Behaviours.by_person`: the log and where each person's rows are.
        is_open: bool (items,); None: what the table says.
        latest: behaviours at most per person, the newest.
    """
    rows, start = by_person
    begin, end = np.zeros(len(person), np.int64), np.zeros(len(person), np.int64)
    for n, (p, now) in enumerate(zip(person.tolist(), now_ms.tolist(), strict=True)):
        if 0 <= p < len(start) - 1:
            first, past = int(start[p]), int(start[p + 1])
            end[n] = first + np.searchsorted(rows.ts_ms[first:past], now, side="left")
            begin[n] = max(first, int(end[n]) - latest)
    length = end - begin
    offsets = np.zeros(len(person) + 1, np.int64)
    np.cumsum(length, out=offsets[1:])
    pick = np.arange(offsets[-1]) + np.repeat(begin - offsets[:-1], length)
    return Asking(
        person=np.asarray(person, np.int32),
        start=offsets,
        item=rows.item[pick],
        ts_ms=rows.ts_ms[pick],
        strength=rows.strength[pick],
        now_ms=np.asarray(now_ms, np.int64),
        is_open=items.open_rows() if is_open is None else is_open,
        people=people,
        items=items,
    )
