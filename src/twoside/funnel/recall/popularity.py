"""How much an item is liked of late: positive strengths, halved every so many days."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData


def evidence(data: RecallData, half_life_days: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows of positive behaviours and what each is worth now.

    Returns:
        rows: int64 (m,), indices into the behaviours.
        worth: float64 (m,), strength * 2 ^ (-age / half-life).
    """
    past = data.behaviours
    rows = np.flatnonzero(past.strength > 0)
    age_days = (data.now_ms - past.ts_ms[rows]) / DAY_MS
    return rows, past.strength[rows] * np.exp2(-age_days / half_life_days)


def liked(data: RecallData, half_life_days: float) -> np.ndarray:
    """float64 (items,): the decayed sum of positive strengths."""
    rows, worth = evidence(data, half_life_days)
    return np.bincount(data.behaviours.item[rows], worth, minlength=data.items.size)


def percentile(score: np.ndarray) -> np.ndarray:
    """float64 (n,): the share of scores that are not above each, in (0, 1]; equal scores alike."""
    values, place = np.unique(score, return_inverse=True)
    upto = np.cumsum(np.bincount(place, minlength=len(values)))
    return np.asarray((upto / max(len(score), 1))[place], float)
