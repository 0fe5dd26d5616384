"""The order of the union: what it says of an item that these channels have it, at these places and
with these scores.

    z(item)^2 = sum over the channels c that have it of  (place_c(its place) + score_c(its score))^2

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
    from twoside.funnel.merge.learning.rows import Rows

_ROUNDS = 40
_RIDGE = 2.0
"""Of everybody's weights towards 0, as so many people."""


@dataclass(frozen=True)
class Curves:
    """What a place and a score say, by channel."""

    place: np.ndarray
    """float64 (channels, width), falling"""
    score: np.ndarray
    """float64 (channels, BINS), rising"""


def learn_weights(
    rows: Rows,
    channels: int,
    width: int,
    towards: np.ndarray | None,
    shrink: float,
) -> np.ndarray:
    """float64 (channels, steps): the weights of all steps, none below 0. Without people those
    given as `towards`, or 0: then every item says the same and the places alone count."""
    by_place, by_score = rank_steps(width), score_steps()
    steps = by_place.shape[1] + by_score.shape[1]
    people = len(rows.start) - 1
    centre = np.zeros((channels, steps)) if towards is None else towards
    if not people:
        return centre
    hold = (_RIDGE if towards is None else shrink) / people

    def loss(flat: np.ndarray) -> tuple[float, np.ndarray]:
        weights = flat.reshape(channels, steps)
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
        gap = weights - centre
        slope = np.concatenate(
            [of_place.reshape(channels, -1) @ by_place, of_score.reshape(channels, -1) @ by_score],
            axis=1,
        )
        slope = slope / people + hold * gap
        return value / people + hold / 2 * float((gap * gap).sum()), slope.ravel()

    begin = np.full((channels, steps), 0.3) if towards is None else towards
    bounds = [(0.0, None)] * begin.size
    with threadpool_limits(1):  # some hundred numbers: threads would only wait for each other
        answer = minimize(
            loss,
            begin.ravel(),
            jac=True,
            method="L-BFGS-B",
            bounds=bounds,
            options={"maxiter": _ROUNDS, "ftol": 1e-6},
        )
    return np.asarray(answer.x.reshape(channels, steps))


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
                said[e] = place_curve[place[e]] + score_curve[bin_[e]]
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
            if z[m] <= 0:
                continue
            for e in range(of_start[m], of_start[m + 1]):
                part = slope * said[e] / z[m]
                of_place[place[e]] += part
                of_score[bin_[e]] += part
    return total, of_place, of_score
