"""Lists are full if enough items are open."""

from __future__ import annotations

import numpy as np

from twoside.funnel.rerank.fill import fallback_order, fill


def test_the_order_is_liked_then_new_and_open_only() -> None:
    is_open = np.array([True, True, False, True, True])
    order = fallback_order(is_open, np.array([0.0, 2.0, 9.0]), np.array([5, 1, 1, 7, 5]))
    assert order.tolist() == [1, 3, 0, 4]


def test_a_short_list_is_filled_without_repeats() -> None:
    items = np.array([[4, 2, -1, -1], [-1, -1, -1, -1], [1, 2, 3, 4]], np.int32)
    put = fill(items, np.array([2, 0, 1], np.int32))
    assert items.tolist() == [[4, 2, 0, 1], [2, 0, 1, -1], [1, 2, 3, 4]]
    assert put.tolist() == [2, 3, 0]


def test_what_is_barred_is_not_put_in() -> None:
    items = np.full((2, 2), -1, np.int32)
    barred = np.array([0, 1, 1]), np.array([2], np.int32)
    fill(items, np.array([2, 0, 1], np.int32), barred)
    assert items.tolist() == [[0, 1], [2, 0]]
