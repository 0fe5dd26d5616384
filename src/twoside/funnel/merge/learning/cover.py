"""How deep to look into each channel: budgets that cover most of what people liked.

A right item is covered if any channel has it within its budget, and counts once, so the worth of
a set of budgets is a coverage: what a further place brings falls as others grow. Greedy: of all
channels and all depths take the one that brings most per place, again and again, until `total`
places are spent or nothing is left to cover. Looking many places ahead (not one) is needed since
hits lie apart. Before a place is taken only the channel that seems best is looked at anew, for the
others can only have lost ("lazy").
Source: Khuller, Moss and Naor 1999, "The budgeted maximum coverage problem", Information
Processing Letters 70 (greedy by ratio, beside the best single choice); Minoux 1978, "Accelerated
greedy algorithms for maximizing submodular set functions". Changed: the choices are prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

_NOTHING = 1e-9
"""Below it a gain is the rounding of sums."""


@dataclass(frozen=True)
class Hits:
    """Where each channel has each right item; `total` right items of n people."""

    rank: np.ndarray
    """int64 (channels, total): -1 where the channel does not have it"""
    person: np.ndarray
    """int64 (total,): 0 to n - 1, rising"""
    value: np.ndarray
    """float64 (total,): what finding it is worth; of one person they sum to 1 (or are all 0)"""
    people: int
    start: np.ndarray
    """int64 (channels, width + 1): the right items at place r of channel c are
    `item[c, start[c, r]:start[c, r + 1]]`"""
    item: np.ndarray
    """int64 (channels, total): rows of `person`, by place; those not found stand last"""

    @staticmethod
    def of(rank: np.ndarray, person: np.ndarray, value: np.ndarray, people: int) -> Hits:
        """From ranks; values of any scale, 0 or more. Whose right items are all worth 0 counts
        nothing."""
        width = int(rank.max(initial=-1)) + 1
        placed = np.where(rank < 0, width, rank)
        item = np.argsort(placed, axis=1, kind="stable")
        start = np.zeros((len(rank), width + 1), np.int64)
        for c, row in enumerate(placed):
            np.cumsum(np.bincount(row, minlength=width + 1)[:width], out=start[c, 1:])
        whole = np.bincount(person, value, minlength=people)
        scale = np.where(whole > 0, whole, 1.0)
        return Hits(rank, person, value / scale[person], people, start, item)

    def covered(self, budgets: np.ndarray) -> np.ndarray:
        """float64 (n,): of each person the worth that is covered, 0 to 1.

        Args:
            budgets: int64 (channels,), or (channels, n) if each person has others.
        """
        depth = budgets[:, None] if budgets.ndim == 1 else budgets[:, self.person]
        found = ((self.rank >= 0) & (self.rank < depth)).any(axis=0)
        return np.bincount(self.person, self.value * found, minlength=self.people)


def spread(hits: Hits, weight: np.ndarray, most: np.ndarray, total: int) -> np.ndarray:
    """Budgets: int64 (channels,), their sum at most `total`, none above `most`.

    Nothing to cover, or `total` 0, gives all 0. Of choices that bring the same per place the
    channel that stands first is taken, and the shortest depth.

    Args:
        weight: float64 (n,), what a person counts; 0 for those left out.
        most: int64 (channels,), the deepest that may be asked of each; 0 for one left out.
    """
    value = hits.value * weight[hits.person]
    many = _greedy(hits.rank, hits.start, hits.item, value, most, total)
    one = _single(hits.start, hits.item, value, most, total)
    return np.asarray(many if _worth(hits, value, many) >= _worth(hits, value, one) else one)


def _worth(hits: Hits, value: np.ndarray, budgets: np.ndarray) -> float:
    return float(value @ ((hits.rank >= 0) & (hits.rank < budgets[:, None])).any(axis=0))


def filled_up(budgets: np.ndarray, most: np.ndarray, total: int) -> np.ndarray:
    """What is left of `total`, shared by the channels that have a budget, in proportion to it:
    places beyond the last one that brought something on a sample may bring something yet."""
    found = budgets.copy()
    while (left := total - int(found.sum())) > 0:
        room = np.where(budgets > 0, most - found, 0)
        if not (room > 0).any():
            break
        open_ = room > 0
        share = np.where(open_, left * budgets / budgets[open_].sum(), 0)
        add = np.minimum(np.floor(share).astype(np.int64), room)
        if not add.any():  # less than one place each: the largest first
            order = np.argsort(-np.where(open_, budgets, 0), kind="stable")
            add[order[: min(left, int(open_.sum()))]] = 1
        found += add
    return found


@njit(cache=True, nogil=True)
def _look_ahead(gain, depth, most):  # type: ignore[no-untyped-def]
    """(most per place, the depth that gives it) of one channel beyond `depth`."""
    best, reach, upto = 0.0, depth, 0.0
    for r in range(depth, min(most, len(gain))):
        if gain[r] > _NOTHING:
            upto += gain[r]
            density = upto / (r + 1 - depth)
            if density > best * (1 + 1e-12):
                best, reach = density, r + 1
    return best, reach


@njit(cache=True, nogil=True)
def _greedy(rank, start, item, value, most, total):  # type: ignore[no-untyped-def]
    channels, width = start.shape[0], start.shape[1] - 1
    gain = np.zeros((channels, width))
    for c in range(channels):
        for r in range(min(width, most[c])):
            for e in range(start[c, r], start[c, r + 1]):
                gain[c, r] += value[item[c, e]]
    covered = np.zeros(len(value), np.bool_)
    depth = np.zeros(channels, np.int64)
    density = np.full(channels, np.inf)
    reach = np.zeros(channels, np.int64)
    fresh = np.zeros(channels, np.bool_)
    left = total
    while left > 0:
        c = int(np.argmax(density))
        if density[c] <= 0:
            break
        if not fresh[c]:
            density[c], reach[c] = _look_ahead(gain[c], depth[c], min(most[c], depth[c] + left))
            fresh[c] = True
            continue
        for r in range(depth[c], reach[c]):
            for e in range(start[c, r], start[c, r + 1]):
                t = item[c, e]
                if not covered[t]:
                    covered[t] = True
                    for other in range(channels):
                        if 0 <= rank[other, t] < most[other]:
                            gain[other, rank[other, t]] -= value[t]
        left -= reach[c] - depth[c]
        depth[c] = reach[c]
        fresh[:] = False
    return depth


@njit(cache=True, nogil=True)
def _single(start, item, value, most, total):  # type: ignore[no-untyped-def]
    """The one channel that covers most when it has every place, no deeper than it helps."""
    channels, width = start.shape[0], start.shape[1] - 1
    best, chosen, depth = 0.0, -1, 0
    for c in range(channels):
        upto, last = 0.0, 0
        for r in range(min(width, most[c], total)):
            here = 0.0
            for e in range(start[c, r], start[c, r + 1]):
                here += value[item[c, e]]
            if here > _NOTHING:
                upto += here
                last = r + 1
        if upto > best:
            best, chosen, depth = upto, c, last
    budgets = np.zeros(channels, np.int64)
    if chosen >= 0:
        budgets[chosen] = depth
    return budgets
