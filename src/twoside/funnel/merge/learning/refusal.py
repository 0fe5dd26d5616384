"""Which channels are asked for a kind of people, how deep, and which are refused.

Channels leave one after another. In each round the worth of every channel that is left is
measured: what is covered with it less what is covered without it, both with budgets of the same
total that were chosen on other people (folds). The one that brings least per millisecond leaves if
its interval includes 0, if it brings less than `worth` per millisecond, or if all together are too
slow; the last one stays whatever it brings. One at a time, since of two channels that find the
same neither brings anything while the other is there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.funnel.merge.learning.cover import Hits, filled_up, spread
from twoside.funnel.merge.learning.paired import interval


@dataclass(frozen=True)
class Price:
    """What asking may cost."""

    ms: np.ndarray
    """float64 (channels,): of one person"""
    latency_ms: float
    """Sum over the channels that are asked; 0: no limit."""
    worth: float
    """Recall that a channel must bring per millisecond."""
    total: int
    """Sum of budgets."""
    least: int
    """People below whom nothing is refused for bringing too little."""
    draws: int


@dataclass(frozen=True)
class Chosen:
    """Budgets of one kind of people, and why."""

    budgets: np.ndarray
    """int64 (channels,)"""
    worth: np.ndarray
    """float64 (channels, 3): mean, low, high at the decision; NaN where none was made"""
    refused: tuple[str, ...]
    """(channels,): empty of those that stay"""


def choose(
    hits: Hits, of_kind: np.ndarray, most: np.ndarray, price: Price, fold: np.ndarray, seed: int
) -> Chosen:
    """Budgets for the people of a kind.

    Args:
        of_kind: bool (n,)
        most: int64 (channels,): the deepest that may be asked of each.
        fold: int64 (n,): which part of the people each is in.
    """
    channels = len(most)
    left = most.copy()
    figures = np.full((channels, 3), np.nan)
    refused = [""] * channels
    weight = of_kind.astype(float)
    for c in np.flatnonzero(_found(hits, of_kind, most) == 0).tolist():
        left[c], refused[c], figures[c] = 0, "finds nothing right", 0.0
    slower = (left > 0) & bool(price.latency_ms) & (price.ms > price.latency_ms)
    for c in np.flatnonzero(slower).tolist():
        left[c] = 0
        refused[c] = f"takes {price.ms[c]:.2f} ms alone, of {price.latency_ms:g} ms in all"
    enough = int(of_kind.sum()) >= price.least
    while (left > 0).any():
        there = np.flatnonzero(left > 0)
        worth = _worth(hits, weight, left, there, price, fold)
        said = interval(worth[of_kind], price.draws, seed)
        figures[there] = np.stack([said.mean, said.low, said.high], axis=1)
        per_ms = said.mean / price.ms[there]
        unproven = (said.low <= 0) | (per_ms < price.worth)
        slow = bool(price.latency_ms) and price.ms[there].sum() > price.latency_ms
        may_go = unproven if enough and unproven.any() else np.full(len(there), slow)
        if not may_go.any() or len(there) == 1:
            break
        n = int(np.argmin(np.where(may_go, per_ms, np.inf)))
        c = int(there[n])
        left[c] = 0
        refused[c] = _why(bool(enough and unproven[n]), figures[c], price, c)
    budgets = spread(hits, weight, left, price.total)
    asked = np.maximum(budgets, left > 0)
    if not enough and asked.sum() <= price.total:  # also those that the union does not need
        budgets = asked
    budgets = filled_up(budgets, left, price.total)
    for c in np.flatnonzero((budgets == 0) & (left > 0)).tolist():
        refused[c] = "no place left within the total"
    return Chosen(budgets, figures, tuple(refused))


def _found(hits: Hits, of_kind: np.ndarray, most: np.ndarray) -> np.ndarray:
    there = (hits.rank >= 0) & (hits.rank < most[:, None]) & of_kind[hits.person]
    return there.sum(axis=1)  # type: ignore[no-any-return]


def _why(unproven: bool, figure: np.ndarray, price: Price, c: int) -> str:
    mean, low, high = figure.tolist()
    brings = f"brings {mean:.4f} ({low:.4f} to {high:.4f})"
    if not unproven:
        return f"{brings} in {price.ms[c]:.2f} ms: too slow for {price.latency_ms:g} ms in all"
    if low <= 0:
        return f"{brings}: not above 0"
    return f"{brings} in {price.ms[c]:.2f} ms: below {price.worth:g} per ms"


def _worth(
    hits: Hits,
    weight: np.ndarray,
    left: np.ndarray,
    there: np.ndarray,
    price: Price,
    fold: np.ndarray,
) -> np.ndarray:
    """float64 (n, channels there): what each person finds with all less without each."""
    whole = _cross_covered(hits, weight, left, price.total, fold)
    parts = np.empty((hits.people, len(there)))
    for n, c in enumerate(there.tolist()):
        without = left.copy()
        without[c] = 0
        parts[:, n] = whole - _cross_covered(hits, weight, without, price.total, fold)
    return parts


def _cross_covered(
    hits: Hits, weight: np.ndarray, most: np.ndarray, total: int, fold: np.ndarray
) -> np.ndarray:
    """float64 (n,): covered by budgets that were chosen without the person's own fold."""
    budgets = np.zeros((len(most), int(fold.max(initial=0)) + 1), np.int64)
    for f in range(budgets.shape[1]):
        others = np.where(fold == f, 0.0, weight)
        budgets[:, f] = filled_up(spread(hits, others, most, total), most, total)
    return hits.covered(budgets[:, fold])
