"""Keys against a sort of (score, item)."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.index.keys import ALL, buffer, fewer, finish, key_of, score_of, smallest_first


def best(score: np.ndarray, item: np.ndarray, limit: int) -> tuple[list[int], list[float]]:
    """As a kernel does it."""
    keys, size, bar = buffer(limit), 0, ALL
    for value, i in zip(score, item, strict=True):
        keys[size] = key_of(value, i)
        size += int(keys[size] < bar)
        if size == len(keys):
            size, bar = fewer(keys, limit)
    items, scores = np.empty(limit, np.int32), np.empty(limit, np.float32)
    kept = finish(keys, size, limit, items, scores)
    return items[:kept].tolist(), scores[:kept].tolist()


@pytest.mark.parametrize("limit", [1, 7, 200])
@pytest.mark.parametrize("count", [0, 1, 40, 3000])
def test_the_best_come_first_and_of_equal_scores_the_lower_item(limit: int, count: int) -> None:
    rng = np.random.default_rng(count)
    score = (rng.integers(-20, 50, count) / 7).astype(np.float32)  # many ties
    item = rng.permutation(count).astype(np.int32)
    order = np.lexsort((item, -score))[:limit]
    assert best(score, item, limit) == (item[order].tolist(), score[order].tolist())


def test_all_equal_scores_give_the_lowest_items() -> None:
    score, item = np.full(900, 0.5, np.float32), np.arange(900, dtype=np.int32)[::-1].copy()
    assert best(score, item, 3) == ([0, 1, 2], [0.5] * 3)


def test_scores_of_any_sign_are_in_order_and_come_back() -> None:
    score = np.array([0.0, -0.0, 1e-45, -1e-45, 3.5, -3.5, 3e38, -3e38, np.inf, -np.inf], "f4")
    order = np.lexsort((np.arange(len(score)), -score))
    assert best(score, np.arange(len(score)), len(score)) == (order.tolist(), score[order].tolist())
    keys = [np.uint64(key_of(value, 2**31 - 1)) for value in score]
    assert [score_of(key) for key in keys] == score.tolist()


def test_a_limit_of_nothing_keeps_nothing() -> None:
    assert best(np.ones(100, np.float32), np.arange(100), 0) == ([], [])


@pytest.mark.parametrize("shape", ["falling", "rising", "organ", "equal"])
def test_orders_that_are_hard_for_quicksort_are_sorted_too(shape: str) -> None:
    keys = np.arange(5000, dtype=np.uint64)
    if shape == "falling":
        keys = keys[::-1].copy()
    if shape == "organ":
        keys = np.concatenate([keys[::2], keys[::-2]])
    if shape == "equal":
        keys[:] = 3
    sorted_keys = np.sort(keys)
    smallest_first(keys, len(keys), 300)
    assert np.array_equal(keys[:300], sorted_keys[:300])
    keys = sorted_keys[np.random.default_rng(0).permutation(len(keys))]
    smallest_first(keys, len(keys), 300, 299)
    assert keys[299] == sorted_keys[299]
    assert np.array_equal(np.sort(keys[:300]), sorted_keys[:300])
