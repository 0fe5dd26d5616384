"""Coming and going: how many arrive in a day, and how long they stay."""

from __future__ import annotations

import numpy as np


def newcomers(present: int, stay_days: float, factor: float, rng: np.random.Generator) -> int:
    """How many arrive in a day if the market is to keep its size, times the day's `factor`."""
    return int(rng.poisson(present / stay_days * factor))


def stays(rows: int, mean_days: float, rng: np.random.Generator) -> np.ndarray:
    """float64 (rows,): days that each stays, exponential, at least one."""
    return 1.0 + rng.exponential(mean_days - 1.0, rows)


def ages(rows: int, mean_days: float, rng: np.random.Generator) -> np.ndarray:
    """float64 (rows,): days that those present in a steady market have been here. With
    exponential stays the age so far has the same law as the stay to come."""
    return rng.exponential(mean_days, rows)
