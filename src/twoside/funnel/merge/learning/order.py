"""The order of the union: what it says of an item that these channels have it, at these places and
with these scores.

    z(item)^2 = sum over the channels c that have it of  (place_c(its place) + score_c(its score))^2

A score is taken by the level of its list (less the mean, over the standard deviation), for only
one person's items compete: what is high in one list is low in another's.
The curves are monotone (`curves.py`), so an item never falls because a channel has it higher or
another channel has it too: items found by several rise. Squares, since channels that learn from
the same behaviours say the same thing twice: two that each say 1 say 1.4 together, not 2 (on
Beauty the sum had an NDCG@10 of .0678 on the validation item, this .0685). The curves are learned
by the softmax of a person's union, each right item against all others, by value.
Kinds of people have their own curves, held to those of everybody as if `shrink` more people spoke
for these.
Source: the listwise softmax of Cao et al. 2007, "Learning to Rank: From Pairwise Approach to
Listwise Approach", with several right items as in the plain conditional logit (McFadden 1974);
merging by places is the field of Cormack et al. 2009, "Reciprocal Rank Fusion". Ours: the curves,
and that they are learned from what people then did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.optimize import minimize
from threadpoolctl import threadpool_limits

from twoside.funnel.merge.learning.curves import rank_steps, score_steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from twoside.funnel.merge.learning.rows import Rows

LEAST = 0.01
"""What any place says at least: at 0 a channel could not be heard again in learning."""
_ROUNDS = 40
_RIDGE = 20.0
"""Everybody's weights are held to one weight a channel as if so many more people spoke for it."""
_TRUST = 0.3
"""The weight of all steps of a channel that learning begins with."""


@dataclass(frozen=True)
class Curves:
    """What a place and a score say, by channel."""

    place: np.ndarray
    """float64 (channels, width), falling"""
    score: np.ndarray
    """float64 (channels, BINS), rising"""


def learn_weights(
    rows: Rows, channels: int, width: int, towards: np.ndarray | None, shrink: float
) -> np.ndarray:
    """float64 (channels, steps): the weights of all steps, none below 0.

    Without `towards` every channel is first given one weight for all its steps, and the steps are
    then held to that: few people tell which channel to trust, many how its curve runs. Without
    people those given as `towards`, or 0: then the places alone count.
    """
    by_place, by_score = rank_steps(width), score_steps()
    steps = by_place.shape[1] + by_score.shape[1]
    people = len(rows.start) - 1
    if not people:
        return np.zeros((channels, steps)) if towards is None else towards

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        curves = curves_of(weights, by_place, by_score)
        value, of_place, of_score = _loss(
            rows.start,
            rows.of_start,
            rows.place,
            rows.bin,
            rows.value,
            rows.offset,
            curves.place.ravel(),
            curves.score.ravel(),
        )
        of_place = of_place.reshape(channels, -1) @ by_place
        slope = np.concatenate([of_place, of_score.reshape(channels, -1) @ by_score], axis=1)
        return value / people, slope / people

    def of_trust(trust: np.ndarray) -> tuple[float, np.ndarray]:
        value, slope = loss(np.repeat(trust[:, None], steps, axis=1))
        return value, slope.sum(axis=1)

    hold = (_RIDGE if towards is None else shrink) / people
    with threadpool_limits(1):  # some hundred numbers: threads would only wait for each other
        if towards is None:
            trust = _least(of_trust, np.full(channels, _TRUST))
            towards = np.repeat(trust[:, None], steps, axis=1)
        centre = towards

        def held(flat: np.ndarray) -> tuple[float, np.ndarray]:
            gap = flat.reshape(centre.shape) - centre
            value, slope = loss(flat.reshape(centre.shape))
            return value + hold / 2 * float((gap * gap).sum()), (slope + hold * gap).ravel()

        return _least(held, centre.ravel()).reshape(centre.shape)


def _least(of: Callable[[np.ndarray], tuple[float, np.ndarray]], begin: np.ndarray) -> np.ndarray:
    """Where a function is least, of numbers that are not below 0."""
    options = {"maxiter": _ROUNDS, "ftol": 1e-6}
    bounds = [(0.0, None)] * len(begin)
    answer = minimize(of, begin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    return np.asarray(answer.x, float)


def curves_of(
    weights: np.ndarray, by_place: np.ndarray, by_score: np.ndarray | None = None
) -> Curves:
    """The curves of weights (channels, steps)."""
    by_score = score_steps() if by_score is None else by_score
    cut = by_place.shape[1]
    return Curves(weights[:, :cut] @ by_place.T, weights[:, cut:] @ by_score.T)


@njit(cache=True, nogil=True)
def _loss(start, of_start, place, bin_, value, offset, place_curve, score_curve):  # type: ignore[no-untyped-def]
    """Summed over people: minus the log-likelihood, and its slopes by place and by bin."""
    of_place = np.zeros(len(place_curve))
    of_score = np.zeros(len(score_curve))
    z = np.empty(len(value))
    said = np.empty(len(place))
    chance = np.empty(len(value))
    total = 0.0
    for p in range(len(start) - 1):
        begin, end = start[p], start[p + 1]
        if begin == end:
            continue
        top = -np.inf
        for m in range(begin, end):
            together = 0.0
            for e in range(of_start[m], of_start[m + 1]):
                said[e] = LEAST + place_curve[place[e]] + score_curve[bin_[e]]
                together += said[e] * said[e]
            z[m] = np.sqrt(together)
            top = max(top, z[m] + offset[m])
        whole = 0.0
        for m in range(begin, end):
            total -= value[m] * (z[m] + offset[m] - top)
            chance[m] = np.exp(z[m] + offset[m] - top)
            whole += chance[m]
        total += np.log(whole)
        for m in range(begin, end):
            slope = chance[m] / whole - value[m]
            for e in range(of_start[m], of_start[m + 1]):
                part = slope * said[e] / z[m]
                of_place[place[e]] += part
                of_score[bin_[e]] += part
    return total, of_place, of_score
