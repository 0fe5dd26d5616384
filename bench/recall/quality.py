"""How good lists are: means over the people asked, with what chance leaves open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.metrics.coverage import coverage, times_shown
from twoside.metrics.gini import gini
from twoside.metrics.topn import hit_ranks

if TYPE_CHECKING:
    from bench.recall.sets import Held
    from twoside.metrics.topn import Truth

RARE = 5
"""Likes up to which an item is rare."""


def judged(held: Held, items: np.ndarray, among: np.ndarray | None = None) -> dict[str, float]:
    """Quality of the lists of all who were asked.

    Args:
        items: int32 (n, width >= 100), best first, none twice in a row, -1 at the end.
        among: float32 (n, 100): scores of the candidates, where the set has them; a candidate
            without a score has -inf.

    Returns:
        HR, NDCG and recall at 10, recall at 100, coverage and Gini of the first 10, the same hit
        rate on rare items; `±` is half a 95 % interval over people.

    Raises:
        DataError: a list has an item twice; of it the last place would count.
    """
    _check_once(items)
    gain = ndcg(items, held.truth)
    found = {"ndcg@10": _mean(gain), "ndcg@10 ±": _half(gain)}
    hits = hit_shares(items, held.truth, 10)
    found |= {"hr@10": _mean(hits > 0), "recall@10": _mean(hits)}
    found["recall@100"] = _mean(hit_shares(items, held.truth, 100))
    everything = np.ones(held.data.items.size, bool)
    first = items[:, :10]
    found["coverage@10"] = coverage(first, everything)
    found["gini@10"] = gini(times_shown(first, everything))
    found |= _rare(held, items)
    if among is not None:
        found |= _among(among)
    return {name: round(float(value), 4) for name, value in found.items()}


def paired_gain(truth: Truth, one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """NDCG@10 of lists over other lists of the same people: the mean, and a 95 % interval from a
    bootstrap over people (both of a person stay together)."""
    gain = ndcg(one, truth) - ndcg(other, truth)
    rng = np.random.default_rng(0)
    draws = [float(rng.choice(gain, len(gain)).mean()) for _ in range(1000)]
    low, high = np.quantile(draws, [0.025, 0.975])
    found = {"ndcg@10": gain.mean(), "low": low, "high": high}
    return {name: round(float(value), 4) for name, value in found.items()}


def ndcg(items: np.ndarray, truth: Truth, k: int = 10) -> np.ndarray:
    """float64 (n,): sum over hits in the first k of 1 / log2(place + 1), over its best value."""
    ranks = hit_ranks(items, truth)
    gain = np.where((ranks >= 0) & (ranks < k), 1 / np.log2(np.maximum(ranks, 0) + 2), 0.0)
    upto = np.concatenate([[0.0], np.cumsum(gain)])
    best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(k) + 2))])
    right = np.diff(truth.start)
    total = upto[truth.start[1:]] - upto[truth.start[:-1]]
    return np.asarray(total / best[np.minimum(np.maximum(right, 1), k)])


def hit_shares(items: np.ndarray, truth: Truth, k: int) -> np.ndarray:
    """float64 (n,): the share of right items in the first k."""
    ranks = hit_ranks(items, truth)
    upto = np.concatenate([[0], np.cumsum((ranks >= 0) & (ranks < k))])
    found = upto[truth.start[1:]] - upto[truth.start[:-1]]
    return np.asarray(found / np.maximum(np.diff(truth.start), 1))


def _rare(held: Held, items: np.ndarray) -> dict[str, float]:
    likes = np.bincount(held.data.behaviours.item, minlength=held.data.items.size)
    rare = likes[held.truth.item] <= RARE
    ranks = hit_ranks(items, held.truth)[rare]
    if not len(ranks):
        return {}
    hit = (ranks >= 0)[:, None] & (ranks[:, None] < [10, 100])
    return {"rare hr@10": hit[:, 0].mean(), "rare hr@100": hit[:, 1].mean()}


def _among(score: np.ndarray) -> dict[str, float]:
    """The right one is the first of 100; of equal scores it counts as the middle of its equals."""
    right, others = score[:, :1], score[:, 1:]
    place = (others > right).sum(axis=1) + 0.5 * (others == right).sum(axis=1)
    hit = place < 10
    gain = np.where(hit, 1 / np.log2(place + 2), 0.0)
    return {
        "hr@10 of 100": hit.mean(),
        "ndcg@10 of 100": gain.mean(),
        "ndcg@10 of 100 ±": _half(gain),
    }


def _check_once(items: np.ndarray) -> None:
    ordered = np.sort(items, axis=1)
    twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
    if twice.any():
        row, place = np.argwhere(twice)[0]
        raise DataError(
            f"list {row} has item {ordered[row, place]} twice: expected every item once; keep its "
            f"first place."
        )


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values))


def _half(values: np.ndarray) -> float:
    return float(1.96 * np.std(values) / np.sqrt(max(len(values), 1)))
