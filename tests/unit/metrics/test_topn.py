"""Recall at k against sets, and its edges."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.metrics.topn import Truth, hit_ranks, recall_at


def test_recall_is_that_of_sets() -> None:
    rng = np.random.default_rng(0)
    lists = np.stack([rng.permutation(40)[:12] for _ in range(25)]).astype(np.int32)
    lists[3, 5:] = -1
    row, item = rng.integers(0, 25, 120), rng.integers(0, 50, 120)  # some repeat, some never listed
    truth = Truth.of(row, item, 25)
    for k in (1, 5, 12, 100):
        shares = []
        for n in range(25):
            right = set(item[row == n].tolist())
            if right:
                shares.append(len(right & set(lists[n, :k].tolist())) / len(right))
        assert recall_at(lists, truth, k) == pytest.approx(np.mean(shares))


def test_a_rank_is_the_place_in_the_list() -> None:
    truth = Truth.of(np.array([0, 1, 1]), np.array([7, 7, 3]), 3)
    lists = np.array([[5, 7], [3, -1], [7, 7]], np.int32)
    assert truth.item.tolist() == [7, 3, 7]
    assert hit_ranks(lists, truth).tolist() == [1, 0, -1]


def test_people_without_right_items_do_not_count() -> None:
    truth = Truth.of(np.array([1]), np.array([4]), 3)
    assert recall_at(np.array([[4], [4], [4]], np.int32), truth, 1) == 1.0
    nobody = Truth.of(np.array([], int), np.array([], int), 3)
    assert np.isnan(recall_at(np.array([[4], [4], [4]], np.int32), nobody, 1))
