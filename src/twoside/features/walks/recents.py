"""The person's last behaviours before the request, by one walk through time a set of events.

Of each person that somebody asks about a ring holds the last n behaviours; a request reads what
the ring holds when it comes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.definition import Recent, recent_columns
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.walks.keys import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
            if wanted[kind[at]]:
                ring[s, seen[s] % length] = at
                seen[s] += 1
            at += 1
        s = asked_slot[q]
        for n in range(min(length, seen[s])):
            back[q, n] = ring[s, (seen[s] - 1 - n) % length]


@njit(cache=True, nogil=True)
def _share(back: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    """`then` (asked, n): what the steps of `back` said."""
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        length, same = 0, 0
        for n in range(last):
            if back[q, n] < 0:
                break
            length += 1
            if asked[q] >= 0 and then[q, n] == asked[q]:
                same += 1
        found[q] = same / length if length else np.nan
    return found


@njit(cache=True, nogil=True)
def _gap(back: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        known, total = 0, 0.0
        for n in range(last):
            if back[q, n] < 0:
                break
            if not np.isnan(then[q, n]):
                known += 1
                total += then[q, n]
        found[q] = asked[q] - total / known if known else np.nan
    return found


@njit(cache=True, nogil=True)
def _alike(
    back: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int, largest: bool
) -> np.ndarray:
    """`then` int32 (columns, asked, n) and `asked` int32 (columns, asked) are codes."""
    found = np.empty(asked.shape[1], np.float32)
    for q in range(asked.shape[1]):
        compared, best, total = 0, 0.0, 0.0
        for n in range(last):
            if back[q, n] < 0:
                break
            known, same = 0, 0
            for c in range(asked.shape[0]):
                if asked[c, q] >= 0 and then[c, q, n] >= 0:
                    known += 1
                    same += asked[c, q] == then[c, q, n]
            if known:
                share = same / known
                compared += 1
                total += share
                best = max(best, share)
        if not compared:
            found[q] = np.nan
        else:
            found[q] = best if largest else total / compared
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
    keys = numbered(asked, past.rows, ("person",))
    back = np.full((len(asked), deepest), -1, np.int32)
    ring = np.empty((keys.size + 2, deepest), np.int32)
    seen = np.zeros(keys.size + 2, np.int64)
    _walk(keys.past, wanted, past.kind, past.rows.ts, keys.asked, asked.ts, ring, seen, back)
    for f, place in zip(features, places, strict=True):
        parts = ["item" if c == "item" else f"item.{c}" for c in recent_columns(f)]
        then = [_then(past, back, part) for part in parts]
        now = [asked.part(part) for part in parts]
        match f:
            case RecentSimilarity():
                found = _alike(back, np.stack(then), np.stack(now), f.last, f.how == "max")
            case RecentValue():
                found = np.where(back[:, f.back - 1] < 0, -1, then[0][:, f.back - 1])
            case RecentShare():
                found = _share(back, then[0], now[0], f.last)
            case RecentGap():
                found = _gap(back, then[0], now[0], f.last)
        values[row, place] = found


def _then(past: Happenings, back: np.ndarray, part: str) -> np.ndarray:
    """(asked, n): what the items of the steps said in a column then; anything where there is no
    step."""
    side, _, column = part.partition(".")
    if not len(past.rows):
        return np.full(back.shape, -1, np.int32)
    if not column:
        sides: np.ndarray = past.rows.sides[side][back]
        return sides
    found: np.ndarray = past.rows.versions[side].columns[column][past.rows.held[side][back]]
    return found
