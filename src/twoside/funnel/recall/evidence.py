"""How well an item fits a person, piece by piece: what the content channel weighs and explains.

Pieces of a pair, in this order: for each item column what was declared, sum over common terms of
declared(term) * value(item, term); for each item column the same with recent; for each pair of
numbers exp(-|a - b| / scale), 0 when one is unknown; log(1 + how much the item is liked).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit
from scipy.optimize import minimize

if TYPE_CHECKING:
    from twoside.funnel.recall.profiles import Profiles
    from twoside.funnel.recall.terms import Terms


def names_of(terms: Terms, numbers: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    """The pieces by name."""
    return (
        *(f"declared {column}" for column in terms.columns),
        *(f"recent {column}" for column in terms.columns),
        *(f"near {theirs}" for _, theirs in numbers),
        "liked",
    )


def pieces(
    profiles: Profiles,
    terms: Terms,
    wanted: np.ndarray,
    offered: np.ndarray,
    scale: np.ndarray,
    liked: np.ndarray,
    row: np.ndarray,
    item: np.ndarray,
) -> np.ndarray:
    """The pieces of m pairs.

    Args:
        wanted: float64 (n, numbers): the people's numbers, NaN unknown.
        offered: float64 (items, numbers)
        scale: float64 (numbers,)
        liked: float64 (items,): log(1 + decayed strengths)
        row: int (m,): which of the n profiles
        item: int32 (m,)

    Returns:
        float64 (m, 2 * columns + numbers + 1)
    """
    columns = len(terms.columns)
    found = np.zeros((len(row), 2 * columns + len(scale) + 1))
    _common(
        profiles.start,
        profiles.term,
        profiles.column,
        profiles.declared,
        profiles.recent,
        terms.start,
        terms.term,
        terms.value,
        terms.offsets[-1],
        row,
        item,
        columns,
        found,
    )
    if len(scale):
        gap = np.abs(wanted[row] - offered[item]) / scale
        found[:, 2 * columns : -1] = np.where(np.isnan(gap), 0, np.exp(-gap))
    found[:, -1] = liked[item]
    return found


def weigh(good: np.ndarray, other: np.ndarray, penalty: float) -> np.ndarray:
    """Non-negative weights of the pieces: logistic regression of pairs that were liked against
    pairs drawn at random, so that the weighted sum ranks. A piece that does not vary gets 0.

    Args:
        good: float64 (g, pieces)
        other: float64 (o, pieces)
        penalty: L2 on standardised pieces, per row.

    Returns:
        float64 (pieces,)
    """
    x = np.concatenate([good, other])
    y = np.repeat([1.0, 0.0], [len(good), len(other)])
    spread = x.std(axis=0)
    varies = spread > 1e-9
    x = x[:, varies] / spread[varies]
    base = np.log(len(good) / len(other))

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        z = x @ w[1:] + w[0]
        error = 1 / (1 + np.exp(-z)) - y
        value = np.mean(np.logaddexp(0, z) - y * z) + penalty / 2 * (w[1:] @ w[1:])
        slope = np.concatenate([[error.mean()], x.T @ error / len(y) + penalty * w[1:]])
        return float(value), slope

    begin = np.concatenate([[base], np.zeros(x.shape[1])])
    bounds = [(None, None), *[(0.0, None)] * x.shape[1]]
    answer = minimize(loss, begin, jac=True, method="L-BFGS-B", bounds=bounds)
    weights = np.zeros(good.shape[1])
    weights[varies] = answer.x[1:] / spread[varies]
    return weights


@njit(cache=True, nogil=True)
def _common(  # type: ignore[no-untyped-def]
    start,
    term,
    column,
    declared,
    recent,
    item_start,
    item_term,
    item_value,
    terms,
    row,
    item,
    columns,
    out,
):
    slot = np.full(terms, -1, np.int64)
    now = -1
    for m in range(len(row)):
        i = row[m]
        if i != now:  # pairs of one person stand together: note its terms once
            if now >= 0:
                for s in range(start[now], start[now + 1]):
                    slot[term[s]] = -1
            for s in range(start[i], start[i + 1]):
                slot[term[s]] = s
            now = i
        for e in range(item_start[item[m]], item_start[item[m] + 1]):
            s = slot[item_term[e]]
            if s >= 0:
                out[m, column[s]] += declared[s] * item_value[e]
                out[m, columns + column[s]] += recent[s] * item_value[e]
