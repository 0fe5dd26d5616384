"""The person's last behaviours before the request, by one walk through time a set of events.

Of each person that somebody asks about a ring holds the last n behaviours; a request reads what
the ring holds when it comes by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.features.definition import recent_columns
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity
from twoside.features.walks.keys import NEVER, Asked
from twoside.features.walks.program import ALWAYS
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.graph.recent import RecentSet
    from twoside.features.walks.log import Log
    from twoside.features.walks.questions import Questions


@njit(cache=True, nogil=True)
def _play(
    slot: np.ndarray,
    wanted: np.ndarray,
    kind: np.ndarray,
    ts: np.ndarray,
    item: np.ndarray,
    held: np.ndarray,
    asked_slot: np.ndarray,
    asked_ts: np.ndarray,
    oldest: int,
    ring: np.ndarray,
    ring_ts: np.ndarray,
    seen: np.ndarray,
    length: np.ndarray,
    back: np.ndarray,
) -> None:
    """A day's behaviours and requests in order of time. `ring` int32 (slots, n, 2) holds the item
    and its version of the last n behaviours, `back` (asked, n, 2) gets those of each request from
    `oldest` on, the newest first, and `length` (asked,) how many there are."""
    n = ring.shape[1]
    at = 0
    for q in range(asked_ts.size + 1):
        while at < ts.size and (q == asked_ts.size or ts[at] < asked_ts[q]):
            if wanted[kind[at]]:
                s = slot[at]
                to = seen[s] % n
                ring[s, to, 0] = item[at]
                ring[s, to, 1] = held[at]
                ring_ts[s, to] = ts[at]
                seen[s] += 1
            at += 1
        if q == asked_ts.size:
            return
        s = asked_slot[q]
        for step in range(min(n, seen[s])):
            found = (seen[s] - 1 - step) % n
            if ring_ts[s, found] < oldest:
                break
            back[q, step] = ring[s, found]
            length[q] += 1


@njit(cache=True, nogil=True)
def _share(length: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    """`then` (asked, n): what the steps said, of which each request has `length`."""
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        steps, same = min(last, length[q]), 0
        for n in range(steps):
            if asked[q] >= 0 and then[q, n] == asked[q]:
                same += 1
        found[q] = same / steps if steps else np.nan
    return found


@njit(cache=True, nogil=True)
def _gap(length: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int) -> np.ndarray:
    found = np.empty(asked.size, np.float32)
    for q in range(asked.size):
        known, total = 0, 0.0
        for n in range(min(last, length[q])):
            if not np.isnan(then[q, n]):
                known += 1
                total += then[q, n]
        found[q] = asked[q] - total / known if known else np.nan
    return found


@njit(cache=True, nogil=True)
def _alike(
    length: np.ndarray, then: np.ndarray, asked: np.ndarray, last: int, largest: bool
) -> np.ndarray:
    """`then` int32 (columns, asked, n) and `asked` int32 (columns, asked) are codes."""
    found = np.empty(asked.shape[1], np.float32)
    for q in range(asked.shape[1]):
        compared, best, total = 0, 0.0, 0.0
        for n in range(min(last, length[q])):
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


class RecentWalk:
    """The features of one set of events and one window."""

    def __init__(
        self,
        asked: Questions,
        one: RecentSet,
        log: Log,
        values: np.ndarray,
        places: Sequence[int],
    ) -> None:
        """Features go to `places` of `values` (float32 (rows, columns))."""
        self._asked, self._log, self._features = asked, log, one.features
        self._values, self._places = values, places
        self._days = one.days
        self._keys = Asked.of(asked.rows, ("person",))
        self._deepest = max(f.back if isinstance(f, RecentValue) else f.last for f in one.features)
        self._wanted = np.zeros(max(log.codes.values()) + 1, np.bool_)
        self._wanted[[log.codes[kind] for kind in one.events]] = True

    @property
    def reach(self) -> int:
        """Whole days before a request that are looked at."""
        return ALWAYS if self._days is None else self._days

    @property
    def bounds(self) -> list[int]:
        """What was read is not read again."""
        return []

    @property
    def memory_bytes(self) -> int:
        """Of the rings, and of what the requests saw in them."""
        return self._deepest * (16 * (self._keys.size + 2) + 8 * len(self._asked.rows))

    def start(self) -> None:
        """Nothing has happened."""
        shape = (self._keys.size + 2, self._deepest)
        self._ring = np.empty((*shape, 2), np.int32)
        self._ring_ts = np.empty(shape, np.int64)
        self._seen = np.zeros(shape[0], np.int64)
        self._length = np.zeros(len(self._asked.rows), np.int32)
        self._back = np.full((len(self._asked.rows), self._deepest, 2), -1, np.int32)

    def whole(self, day: int, days: int) -> None:
        """A day that lies some days before the first that is asked."""
        if days <= self.reach:
            self._play(day, slice(0, 0))

    def play(self, day: int) -> None:
        """A day that is asked."""
        self._play(day, self._asked.on(day))

    def midnight(self, day: int) -> None:
        """Nothing moves: what is too old is not looked at."""

    def end(self) -> None:
        """Make the features of what each request saw."""
        asked, length = self._asked.rows, self._length
        for f, place in zip(self._features, self._places, strict=True):
            parts = ["item" if c == "item" else f"item.{c}" for c in recent_columns(f)]
            then = [self._then(part) for part in parts]
            now = [asked.part(part) for part in parts]
            match f:
                case RecentSimilarity():
                    found = _alike(length, np.stack(then), np.stack(now), f.last, f.how == "max")
                case RecentValue():
                    found = np.where(length < f.back, -1, then[0][:, f.back - 1])
                case RecentShare():
                    found = _share(length, then[0], now[0], f.last)
                case RecentGap():
                    found = _gap(length, then[0], now[0], f.last)
            self._values[self._asked.row, place] = found
        del self._ring, self._ring_ts, self._seen, self._length, self._back

    def _play(self, day: int, at: slice) -> None:
        past = self._log.day(day).among("person", self._asked.known("person"))
        midnight = self._log.lake.calendar.start_of(day)
        _play(
            self._keys.find(past.rows),
            self._wanted,
            past.kind,
            past.rows.ts,
            past.rows.sides["item"],
            past.rows.held("item"),
            self._keys.numbers[at],
            self._asked.rows.ts[at],
            NEVER if self._days is None else midnight - self._days * DAY_MS,
            self._ring,
            self._ring_ts,
            self._seen,
            self._length[at],
            self._back[at],
        )

    def _then(self, part: str) -> np.ndarray:
        """(asked, n): what the items of the steps said in a column then; anything where there is
        no step."""
        _, _, column = part.partition(".")
        if not column:
            rows: np.ndarray = self._back[:, :, 0]
            return rows
        found: np.ndarray = self._log.versions["item"].columns[column][self._back[:, :, 1]]
        return found
