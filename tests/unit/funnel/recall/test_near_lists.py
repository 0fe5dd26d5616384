"""Lists of near items against dense arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.near_lists import NearLists, famed, merged
from twoside.funnel.recall.seeds import Seeds
from twoside.index.vectors import VectorIndex

NOBODY = (np.zeros(3, np.int64), np.empty(0, np.int32))


def vectors() -> np.ndarray:
    found = np.random.default_rng(0).normal(size=(30, 6)).astype(np.float32)
    found[4] = 0
    return found


def dense(fame: float, neighbours: int) -> np.ndarray:
    y = vectors().astype(float)
    length = np.sqrt((y * y).sum(axis=1))
    with np.errstate(invalid="ignore"):
        near = np.nan_to_num((y / length[:, None]) @ (y / length[:, None]).T * length**fame)
    np.fill_diagonal(near, 0)
    near = near.clip(min=0)
    for row in near:
        row[np.argsort(-row)[neighbours:]] = 0
    return near


@pytest.mark.parametrize("fame", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("neighbours", [3, 100])
def test_lists_are_the_nearest_by_the_formula(fame: float, neighbours: int) -> None:
    lists = NearLists.of_vectors(vectors(), fame, neighbours, VectorIndex(), 0)
    found = np.zeros((30, 30))
    for i in range(30):
        rows = slice(lists.start[i], lists.start[i + 1])
        found[i, lists.item[rows]] = lists.near[rows]
        assert (np.diff(lists.near[rows]) <= 0).all()
    np.testing.assert_allclose(found, dense(fame, neighbours), atol=1e-5)
    assert lists.start[4] == lists.start[5]


def test_a_sum_of_lists_is_the_sum() -> None:
    lists = NearLists.of_vectors(vectors(), 0.5, 8, VectorIndex(), 0)
    worth = np.array([1.0, 0.5, 2.0], np.float32)
    seeds = Seeds(np.array([0, 2, 3]), np.array([7, 9, 99], np.int32), worth, worth)
    allowed = np.arange(40) != 3
    never = (np.array([0, 2, 2]), np.array([7, 9], np.int32))
    found = lists.gather(seeds, allowed, never, 40)
    expected = dense(0.5, 8)[7] + 0.5 * dense(0.5, 8)[9]
    expected[[3, 7, 9]] = 0
    there = found.items[0] >= 0
    assert set(found.items[0][there]) == set(np.flatnonzero(expected))
    np.testing.assert_allclose(found.scores[0][there], expected[found.items[0][there]], rtol=1e-5)
    assert (found.items[1] == -1).all()  # a seed beyond the lists


def test_a_table_that_became_shorter_is_no_trouble() -> None:
    lists = NearLists.of_vectors(vectors(), 0.5, 100, VectorIndex(), 0)
    seeds = Seeds(np.array([0, 1, 2]), np.array([7, 4], np.int32), *np.ones((2, 2), np.float32))
    found = lists.gather(seeds, np.ones(10, bool), NOBODY, 40).items
    assert found.max() < 10
    assert (found[1] == -1).all()  # item 4 has no vector
    assert lists.gather(seeds, np.ones(10, bool), NOBODY, 0).items.shape == (2, 0)


def test_a_packed_list_is_the_same() -> None:
    lists = NearLists.of_vectors(vectors(), 0.5, 5, VectorIndex(), 0)
    again = NearLists.unpack(lists.pack())
    assert np.array_equal(lists.item, again.item)
    assert lists.size == again.size == 30


def test_fame_changes_lengths_alone() -> None:
    y = vectors()[:4]
    length = np.linalg.norm(y, axis=1)
    for fame in (0.0, 0.3, 1.0):
        out = famed(y, fame)
        np.testing.assert_allclose(np.linalg.norm(out, axis=1), length**fame, rtol=1e-5)
        np.testing.assert_allclose((out * y).sum(axis=1), length ** (fame + 1), rtol=1e-5)


def test_merging_keeps_the_best_of_both_with_ties_by_the_lower_row() -> None:
    one = Recalled(
        np.array([[5, 9, -1], [-1, -1, -1]], np.int32), np.array([[3, 2, 0], [0, 0, 0]], np.float32)
    )
    two = Recalled(
        np.array([[7, 1, 2], [8, 3, -1]], np.int32), np.array([[4, 2, 1], [1, -1, 0]], np.float32)
    )
    both = merged(one, two)
    assert both.items.tolist() == [[7, 5, 1], [8, -1, -1]]
    assert both.scores.tolist() == [[4, 3, 2], [1, 0, 0]]
    assert both.items.dtype == np.int32
    assert both.scores.dtype == np.float32
