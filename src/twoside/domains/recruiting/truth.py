"""The true probability that a shown pair ends in the goal: what oracles know and nobody else.

    P(reach) = P(view) P(chat | view) P(reply | chat) P(reach | reply)

for the first place of a list and full attention, at the load and the openings of the moment, and
with what the pair remembers of each other.
"""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return, return-value, operator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from twoside.domains.recruiting.pair import odds, wishes
from twoside.simulate.memory import (
    SETTLED,
    forget_left,
    forget_right,
    recall_left,
    recall_right,
)


@njit(cache=True, fastmath=True)
def reach_chance(own: float, other: float, ready: float, fresh: float, side: int, r: Any) -> float:
    """The product of the four steps. `own` is the wish of the one who was shown the other."""
    view = r.view_start[side] + r.view_weight[side] * own + fresh
    chat = r.chat_start[side] + r.chat_weight[side] * own
    reply = r.reply_start[side] + r.reply_weight[side] * other + ready
    both = np.float32(0.5) * (own + other)
    reach = r.reach_start[side] + r.reach_weight[side] * both
    one = np.float32(1.0)
    return one / (
        (one + odds(view)) * (one + odds(chat)) * (one + odds(reply)) * (one + odds(reach))
    )


@njit(cache=True, fastmath=True)
def chances(
    turned: bool,
    person: np.ndarray,
    items: np.ndarray,
    seekers: Any,
    jobs: Any,
    memory: Any,
    ready: np.ndarray,
    fresh: np.ndarray,
    is_open: np.ndarray,
    person_open: np.ndarray,
    rates: np.ndarray,
) -> np.ndarray:
    """float32 (n, m). `turned`: the person is a job and the items are seekers.

    ready, fresh, is_open: by item row; person_open: by person row. An item of -1 has no chance.
    """
    r = rates[0]
    out = np.zeros(items.shape, np.float32)
    entry = np.full(len(is_open), -1, np.int32)
    side = 1 if turned else 0
    for n in range(len(person)):
        p = person[n]
        if p < 0 or not person_open[p]:
            continue
        if turned:
            recall_right(memory, p, entry)
        else:
            recall_left(memory, p, entry)
        for m in range(items.shape[1]):
            i = items[n, m]
            if i < 0 or not is_open[i]:
                continue
            s, j = (i, p) if turned else (p, i)
            wish, like = wishes(s, j, seekers, jobs, r)
            own, other = (like, wish) if turned else (wish, like)
            fading = fresh[i]
            if entry[i] >= 0:
                seen = memory.state[entry[i]]
                if seen == SETTLED:
                    continue
                fading -= r.view_satiation * np.float32(seen)
            out[n, m] = reach_chance(own, other, ready[i], fading, side, r)
        if turned:
            forget_right(memory, p, entry)
        else:
            forget_left(memory, p, entry)
    return out
