"""What a person's recent past says, ready for sums: the liked items and what each is worth, and
the items that must not come back.

    worth(i) = weight_i * decay^k * 2^(-age / half-life),  i the k-th latest liked item, from 0
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking
    from twoside.funnel.recall.past import Past
    from twoside.index.vectors import Barred


@dataclass(frozen=True)
class Seeds:
    """Liked items of n people, the latest first; the i-th owns `start[i]:start[i + 1]`.
    What was refused last is no evidence and is not among them."""

    start: np.ndarray
    """int64 (n + 1,)"""
    item: np.ndarray
    """int32 (total,)"""
    worth: np.ndarray
    """float32 (total,), above 0"""
    fade: np.ndarray
    """float32 (total,): the decay^k that is in the worth"""

    @staticmethod
    def of(asking: Asking, last: int, decay: float, half_life_days: float) -> Seeds:
        """The `last` latest of those who ask, at the moment when they ask."""
        return Seeds.of_past(asking.past, asking.now_ms, last, decay, half_life_days)

    @staticmethod
    def of_past(
        past: Past, now_ms: np.ndarray, last: int, decay: float, half_life_days: float
    ) -> Seeds:
        """The `last` latest of n people at n moments, int64 (n,)."""
        return Seeds(
            *_worth(
                past.start,
                past.item,
                past.ts_ms,
                past.weight,
                past.refused,
                np.asarray(now_ms, np.int64),
                last,
                decay,
                half_life_days * DAY_MS,
            )
        )

    def known(self, there: np.ndarray) -> Seeds:
        """Only items that `there`, bool (items,), says; those beyond its end are left out."""
        return Seeds(*_known(self.start, self.item, self.worth, self.fade, there))


def never(asking: Asking, repeat: bool) -> Barred:
    """What each may not get: the refused, and unless `repeat` what they already liked."""
    past = asking.past
    start, item = _never(past.start, past.item, past.weight, past.refused, repeat)
    return start, item


@njit(cache=True, nogil=True)
def _worth(  # type: ignore[no-untyped-def]
    past_start, past_item, past_ts, weight, refused, now_ms, last, decay, half_life_ms
):
    n, total = len(past_start) - 1, len(past_item)
    start = np.zeros(n + 1, np.int64)
    item = np.empty(total, np.int32)
    worth = np.empty(total, np.float32)
    fade = np.empty(total, np.float32)
    at = 0
    for i in range(n):
        used, factor = 0, 1.0
        for r in range(past_start[i], past_start[i + 1]):
            if used == last:
                break
            if refused[r] or weight[r] <= 0:
                continue
            age = max(now_ms[i] - past_ts[r], 0)
            value = np.float32(weight[r] * factor * 2.0 ** (-age / half_life_ms))
            if value > 0:
                item[at] = past_item[r]
                worth[at] = value
                fade[at] = factor
                at += 1
            used += 1
            factor *= decay
        start[i + 1] = at
    return start, item[:at], worth[:at], fade[:at]


@njit(cache=True, nogil=True)
def _known(start, item, worth, fade, there):  # type: ignore[no-untyped-def]
    out_start = np.zeros_like(start)
    out_item, out_worth, out_fade = np.empty_like(item), np.empty_like(worth), np.empty_like(fade)
    at = 0
    for i in range(len(start) - 1):
        for r in range(start[i], start[i + 1]):
            if item[r] < len(there) and there[item[r]]:
                out_item[at], out_worth[at], out_fade[at] = item[r], worth[r], fade[r]
                at += 1
        out_start[i + 1] = at
    return out_start, out_item[:at], out_worth[:at], out_fade[:at]


@njit(cache=True, nogil=True)
def _never(start, item, weight, refused, repeat):  # type: ignore[no-untyped-def]
    out_start, out_item = np.zeros_like(start), np.empty_like(item)
    at = 0
    for i in range(len(start) - 1):
        for r in range(start[i], start[i + 1]):
            if refused[r] or (not repeat and weight[r] > 0):
                out_item[at] = item[r]
                at += 1
        out_start[i + 1] = at
    return out_start, out_item[:at]
