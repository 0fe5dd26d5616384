"""Neighbour lists of vectors, against a sort of everything."""

from __future__ import annotations

import numpy as np

from twoside.funnel.recall.near_items import NearItems


def test_lists_are_those_of_a_sort() -> None:
    rng = np.random.default_rng(0)
    vector = rng.normal(size=(40, 6)).astype(np.float32)
    vector[7] = vector[3]  # of equal ones the lower row
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    vector[5] = 0
    likes = rng.integers(0, 9, 40)
    likes[7] = likes[3]
    start, item, near = NearItems(6, 8.0, 0.4).lists(vector, likes)
    for i in range(40):
        mine = slice(start[i], start[i + 1])
        if i == 5:
            assert start[5] == start[6]
            continue
        value = np.exp(8 * (vector[i].astype(float) @ vector.T - 1)) * (likes + 0.5) ** 0.4
        value[[i, 5]] = 0
        value /= value.sum()
        order = np.lexsort((np.arange(40), -value.astype(np.float32)))[:6]
        assert item[mine].tolist() == order.tolist()
        np.testing.assert_allclose(near[mine], value[order], rtol=1e-4)
    assert 5 not in item


def test_fewer_items_than_neighbours_and_none_at_all() -> None:
    start, item, near = NearItems(9, 8.0, 0.0).lists(np.eye(3, dtype=np.float32), np.zeros(3))
    assert item.tolist() == [1, 2, 0, 2, 0, 1]
    np.testing.assert_allclose(near, 0.5)
    assert len(start) == 4
    assert NearItems(9, 8.0, 0.0).lists(np.zeros((0, 3), np.float32), np.zeros(0))[0].tolist() == [
        0
    ]
