"""What the bench says of lists, and that it refuses those it would judge wrongly."""

from __future__ import annotations

import re

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes

from bench.recall.peers.lists import Shared
from bench.recall.quality import judged
from bench.recall.sets import Held
from twoside.errors import DataError
from twoside.metrics.topn import Truth


def held() -> Held:
    """Two people, who like items 0 and 1; item 5 is right for the first, 6 and 7 for the other."""
    data = likes([0, 1], [0, 1], 2, 300)
    truth = Truth.of(np.array([0, 1, 1]), np.array([5, 6, 7]), 2)
    return Held(data, np.array([0, 1], np.int32), truth)


def lists(first: list[int], second: list[int]) -> np.ndarray:
    items = np.full((2, 100), -1, np.int32)
    items[0, : len(first)], items[1, : len(second)] = first, second
    return items


def test_quality_is_what_one_counts_by_hand() -> None:
    found = judged(held(), lists([9, 5], [6, 8, 7]))
    both = (1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3))
    assert found["ndcg@10"] == pytest.approx((1 / np.log2(3) + both) / 2, abs=1e-4)
    assert found["hr@10"] == found["recall@10"] == found["rare hr@10"] == 1
    assert judged(held(), lists([9], [8]))["ndcg@10"] == 0


def test_of_candidates_equals_share_their_places() -> None:
    score = np.zeros((2, 100), np.float32)
    score[0, 0] = 1.0
    found = judged(held(), lists([9], [8]), score)
    assert found["hr@10 of 100"] == 0.5  # the other right one is in the middle of 100 equals


def test_a_list_with_an_item_twice_is_refused() -> None:
    with pytest.raises(DataError, match=re.escape("list 1 has item 6 twice")):
        judged(held(), lists([9, 5], [6, 8, 6]))


def test_of_a_list_what_is_new_stands_once_and_first() -> None:
    known = np.array([4, 2], np.int32)
    start = np.array([0, 2])
    shared = Shared(np.zeros(2, np.int32), known, 1, 10, np.zeros(1, np.int32), start)
    assert shared.new_once(0, np.array([7, 2, 9, 7, 4, 1, 9])).tolist() == [7, 9, 1]
