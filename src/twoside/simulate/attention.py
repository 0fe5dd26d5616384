"""How far down a list somebody looks.

Two things keep an item from being judged: the list was not scrolled so far (then it was not even
shown, so it is no exposure), or it was shown and overlooked. Both grow with the position and with
the lists that the same person has seen shortly before.
Source: the cascade-like examination of Craswell et al. 2008, "An Experimental Comparison of Click
Position-Bias Models": attention falls geometrically; we add tiredness.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, inline="always")
def rows_shown(chance: float, length: int, goes_on: float, least: int, tired: float) -> int:
    """How many of `length` rows are shown: at least `least`, then each further one with
    probability `goes_on` (lowered by tiredness). `chance` is uniform in (0, 1)."""
    on = goes_on ** (1.0 + tired)
    more = int(np.log(chance) / np.log(on))
    return min(length, least + more)


@njit(cache=True, inline="always")
def examined(position: int, fall: float, tired: float) -> float:
    """Probability that a shown item at `position` (from 0) is looked at: 1 at the top."""
    return (fall**position) / (1.0 + tired)


@njit(cache=True, inline="always")
def tiredness(lists: float, each: float) -> float:
    """How tired `lists` recent lists (decayed count) make, at `each` a list."""
    return each * lists
