"""Counts, rates, active days and times since the last event: all of one key in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numba import njit

from twoside.features.kinds.activity import Since
from twoside.features.kinds.behaviour import ActiveDays
from twoside.features.kinds.statistic import Count, Rate
from twoside.features.online.counters import EVER, NEVER
from twoside.features.online.plan import canonical_events, window_of
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from twoside.features.online.batch import Batch
    from twoside.features.online.keyed import Keyed

_Statistic: TypeAlias = Count | Rate | Since | ActiveDays
_COUNT, _RATE, _SINCE, _ACTIVE = 0, 1, 2, 3


@njit(cache=True, nogil=True)
def _bits(number: int) -> int:
    """How many bits are set (Kernighan & Ritchie 1988, "The C Programming Language", ex. 2-9)."""
    count = 0
    while number:
        number &= number - 1
        count += 1
    return count


@njit(cache=True, nogil=True, error_model="numpy")
def _write(
    slots: np.ndarray,
    request: np.ndarray,
    ts_ms: np.ndarray,
    sums: np.ndarray,
    last: np.ndarray,
    active: np.ndarray,
    kind: np.ndarray,
    some: np.ndarray,
    all_: np.ndarray,
    prior: np.ndarray,
    weight: np.ndarray,
    days: np.ndarray,
    offset_ms: int,
    window: np.ndarray,
    columns: np.ndarray,
    out: np.ndarray,
) -> None:
    for i in range(slots.size):
        s = slots[i]
        known = 0 <= s < sums.shape[0]
        for f in range(kind.size):
            if kind[f] == _COUNT:
                value = float(sums[s, some[f]]) if known else 0.0
            elif kind[f] == _RATE:
                value = prior[f] * weight[f]
                over = weight[f]
                if known:
                    value += sums[s, some[f]]
                    over += sums[s, all_[f]]
                value /= over
            elif kind[f] == _ACTIVE:
                value = float(_bits(active[s, some[f]] & window[f])) if known else 0.0
            else:
                value = np.nan
                ts = ts_ms[request[i]]
                midnight = ts - (ts + offset_ms) % DAY_MS
                first = NEVER + 1 if days[f] == EVER else midnight - days[f] * DAY_MS
                if known and last[s, some[f]] >= first:
                    value = (ts - last[s, some[f]]) / HOUR_MS
            out[i, columns[f]] = value


class Statistics:
    """The statistics of one key."""

    def __init__(self, placed: list[tuple[_Statistic, int]], keyed: Keyed) -> None:
        self._keyed = keyed
        self._columns = np.array([column for _, column in placed], np.int64)
        features = [f for f, _ in placed]
        self._kind = np.array([_kind(f) for f in features], np.int8)
        self._some = np.array([self._place(f, f.events) for f in features], np.int32)
        self._all = np.array(
            [self._place(f, f.over) if isinstance(f, Rate) else 0 for f in features], np.int32
        )
        rates = [f if isinstance(f, Rate) else None for f in features]
        self._prior = np.array([f.prior if f else 0.0 for f in rates])
        self._weight = np.array([f.weight if f else 0.0 for f in rates])
        self._days = np.array([window_of(f.days) for f in features], np.int64)
        days = [f.days if isinstance(f, ActiveDays) else 0 for f in features]
        self._window = (1 << (np.array(days, np.int64) + 1)) - 1

    def _place(self, f: _Statistic, events: tuple[str, ...]) -> int:
        need = self._keyed.need
        if isinstance(f, Since):
            return need.lasts.index(canonical_events(events))
        if isinstance(f, ActiveDays):
            return [e for e, _ in need.active].index(canonical_events(events))
        return need.sums.index((canonical_events(events), window_of(f.days)))

    def write(self, batch: Batch, out: np.ndarray) -> None:
        _write(
            self._keyed.slots(batch),
            batch.request,
            batch.ts_ms,
            self._keyed.counters.sums,
            self._keyed.counters.last,
            self._keyed.counters.active,
            self._kind,
            self._some,
            self._all,
            self._prior,
            self._weight,
            self._days,
            batch.calendar.offset_ms,
            self._window,
            self._columns,
            out,
        )


def _kind(f: _Statistic) -> int:
    match f:
        case Count():
            return _COUNT
        case Rate():
            return _RATE
        case ActiveDays():
            return _ACTIVE
        case Since():
            return _SINCE
