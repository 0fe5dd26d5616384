"""How long people take to answer: log-normal, with a bound.

Source: Stouffer, Malmgren, Amaral 2006, "Log-normal statistics in e-mail communication patterns".
"""

from __future__ import annotations

import numpy as np
from numba import njit

MINUTE_MS = 60_000


@njit(cache=True, inline="always")
def wait_ms(one: float, two: float, median_minutes: float, spread: float, most_hours: float) -> int:
    """Milliseconds to wait, from two uniform numbers (Box and Muller 1958).

    `spread` is the standard deviation of the logarithm; a longer wait than `most_hours` is folded
    back below it, so that the bound does not become the commonest value.
    """
    normal = np.sqrt(-2.0 * np.log(one)) * np.cos(2.0 * np.pi * two)
    minutes = median_minutes * np.exp(spread * normal)
    most = most_hours * 60.0
    if minutes > most:
        minutes = most * two
    return int(minutes * MINUTE_MS) + 1000
