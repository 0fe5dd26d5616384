"""The person's last behaviours before the request, by one walk through time a set of events.

Of each person that somebody asks about a ring holds the last n behaviours; a request reads what
the ring holds when it comes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.walks.keys import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.features.graph.recent import Recent
    from twoside.features.walks.happenings import Happenings, Rows


@njit(cache=True, nogil=True)
def _walk(
    slot: np.ndarray,
    wanted: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    asked_slot: np.ndarray,
    asked_ts: np.ndarray,
    ring: np.ndarray,
    seen: np.ndarray,
    back: np.ndarray,
) -> None:
    """int32 `back` (asked, n): the happenings of the last n behaviours of each request, the
    newest first, -1 where there are fewer."""
    length = ring.shape[1]
    at = 0
    for q in range(asked_ts.size):
        while at < ts.size and ts[at] < asked_ts[q]:
            s = slot[at]
            if s >= 0 and wanted[kind[at]]:
                ring[s, seen[s] % length] = at
                seen[s] += 1
            at += 1
        s = asked_slot[q]
        if s < 0:
            continue
        for n in range(min(length, seen[s])):
            back[q, n] = ring[s, (seen[s] - 1 - n) % length]


@njit(cache=True, nogil=True)
def _share(back: np.ndarray, codes: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        length, same = 0, 0
        for n in range(last):
            if back[q, n] < 0:
                break
            length += 1
            if asked[q] >= 0 and codes[back[q, n]] == asked[q]:
                same += 1
        found[q] = same / length if length else np.nan
    return found


@njit(cache=True, nogil=True)
def _gap(back: np.ndarray, numbers: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        known, total = 0, 0.0
        for n in range(last):
            if back[q, n] < 0:
                break
            number = numbers[back[q, n]]
            if not np.isnan(number):
                known += 1
                total += number
        found[q] = asked[q] - total / known if known else np.nan
    return found


def recents(
    asked: Rows,
    row: np.ndarray,
    past: Happenings,
    features: Sequence[Recent],
    codes: Mapping[str, int],
    values: np.ndarray,
    places: Sequence[int],
) -> None:
    """Write the features of one set of events into `values` (float32 (rows, columns)): of the
    i-th asked, in order of time, into row `row[i]` at `places`."""
    wanted = np.zeros(max(codes.values()) + 1, np.bool_)
    wanted[[codes[kind] for kind in features[0].events]] = True
    deepest = max(f.back if isinstance(f, RecentValue) else f.last for f in features)
    asked_slot, slot, size = numbered(asked, past.rows, ("person",))
    back = np.full((len(asked), deepest), -1, np.int32)
    ring = np.empty((size, deepest), np.int32)
    seen = np.zeros(size, np.int64)
    _walk(slot, wanted, past.kind, past.rows.ts, asked_slot, asked.ts, ring, seen, back)
    for f, place in zip(features, places, strict=True):
        part = "item" if f.column == "item" else f"item.{f.column}"
        then = past.rows.part(part)
        match f:
            case RecentValue():
                # Of -1, "no such behaviour", the value appended at the end.
                found = np.append(then, np.int32(-1))[back[:, f.back - 1]]
            case RecentShare():
                found = _share(back, then, asked.part(part), f.last)
            case RecentGap():
                found = _gap(back, then, asked.part(part), f.last)
        values[row, place] = found
