"""The curves of the learned order: how much it says that a channel has an item at this place, with
this score. Piecewise linear and monotone, for each step has a weight that is never negative.

    curve of a place r      sum of steps k of  w_k * clip((b_k - log2(1 + r)) / (b_k - a_k), 0, 1)
    curve of a score        the same over -log2(share of scores above it), rising
"""

from __future__ import annotations

import numpy as np

_RANKS = np.array([0.0, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 10.0, 13.0])
"""log2(1 + place) where a step begins and ends."""
_FINE = 4
"""Bins of scores while the share above them halves."""
_HALVES = 10
"""Times that the share above halves: the last bin has the best thousandth."""
BINS = _FINE * _HALVES + 1


def rank_steps(width: int) -> np.ndarray:
    """float64 (width, steps): the first is 1 (being there at all), each other 1 at its beginning
    and falling to 0."""
    x = np.log2(1.0 + np.arange(width))[:, None]
    begin, end = _RANKS[:-1], _RANKS[1:]
    falling = np.clip((end - x) / (end - begin), 0, 1)
    return np.concatenate([np.ones((width, 1)), falling], axis=1)


def score_steps() -> np.ndarray:
    """float64 (BINS, steps): each rises from 0 to 1 over the bins of one halving."""
    x = np.arange(BINS)[:, None] / _FINE
    begin = np.arange(_HALVES)
    return np.asarray(np.clip(x - begin, 0, 1))


def score_edges(scores: np.ndarray) -> np.ndarray:
    """float32 (BINS - 1,): the scores that part the bins. Without scores all the same, 0."""
    if not len(scores):
        return np.zeros(BINS - 1, np.float32)
    shares = 1 - 2.0 ** (-np.arange(1, BINS) / _FINE)
    return np.asarray(np.quantile(scores, shares), np.float32)
