"""When people come: by the hour of the day, the day of the week, and very unequally often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.schema.calendar import DAY_MS, HOUR_MS


@dataclass(frozen=True)
class Rhythm:
    """Weights of hours and weekdays; only their proportions matter."""

    hours: tuple[float, ...]
    """24, from midnight, local time."""
    weekdays: tuple[float, ...]
    """7, from Monday."""

    def of_day(self, day: int) -> float:
        """This weekday's share against the mean day. Day 0 (1970-01-01) was a Thursday."""
        return self.weekdays[(day + 3) % 7] * 7 / sum(self.weekdays)


def unequal(rows: int, spread: float, rng: np.random.Generator) -> np.ndarray:
    """float32 (rows,): log-normal activity with mean 1; `spread` is the deviation of its log."""
    return np.exp(spread * rng.standard_normal(rows) - spread * spread / 2).astype(np.float32)


def coming(
    rate: np.ndarray, rhythm: Rhythm, day: int, start_ms: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Who comes when in a day: rows int32 (n,) and ts_ms int64 (n,), in order of time.

    rate: float (rows,) expected visits on a mean day. Visits of one person in a day are one
    session or several: half of the later ones follow the first within the hour.
    """
    times = rng.poisson(np.maximum(rate, 0) * rhythm.of_day(day))
    who = np.repeat(np.arange(len(rate), dtype=np.int32), times)
    hours = np.array(rhythm.hours) / sum(rhythm.hours)
    at = rng.choice(24, len(who), p=hours) * HOUR_MS + rng.integers(0, HOUR_MS, len(who))
    first = np.ones(len(who), bool)
    first[1:] = who[1:] != who[:-1]
    anchor = at[np.maximum.accumulate(np.where(first, np.arange(len(who)), 0))]
    soon = ~first & (rng.random(len(who)) < 0.5)
    gap = (rng.exponential(10.0, len(who)) * 60_000).astype(np.int64) + 30_000
    at = np.where(soon, anchor + gap, at).astype(np.int64) % DAY_MS
    order = np.lexsort((who, at))
    return who[order], start_ms + at[order]
