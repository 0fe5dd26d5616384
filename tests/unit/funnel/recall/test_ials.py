"""Learning factors against dense normal equations, the loss, and `implicit`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

from twoside.funnel.recall.ials import Pairs, descend, diagonal, turned_round, weights

PEOPLE, ITEMS, DIM = 40, 30, 6


def sides(seed: int = 0, share: float = 0.2, even: bool = False) -> tuple[Pairs, Pairs]:
    """Random pairs; the last person and the last item have none."""
    rng = np.random.default_rng(seed)
    there = rng.random((PEOPLE, ITEMS)) < share
    there[-1], there[:, -1] = False, False
    liked = csr_matrix(there * rng.uniform(0.5, 9, there.shape))
    start, other = liked.indptr.astype(np.int64), liked.indices.astype(np.int32)
    extra = liked.data.astype(np.float32)
    ridges = [np.full(n, 2.0) if even else rng.uniform(0.5, 5, n) for n in (PEOPLE, ITEMS)]
    by_item = turned_round(start, other, extra, ITEMS)
    return Pairs(start, other, extra, ridges[0]), Pairs(*by_item, ridges[1])


def beginning(seed: int = 0, dim: int = DIM) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.2, (ITEMS, dim)).astype(np.float32)


def dense(pairs: Pairs, others: int) -> np.ndarray:
    """float64 (rows, others): e."""
    e = np.zeros((len(pairs.start) - 1, others))
    for r in range(len(e)):
        mine = slice(pairs.start[r], pairs.start[r + 1])
        e[r, pairs.other[mine]] = pairs.extra[mine]
    return e


def best(pairs: Pairs, fixed: np.ndarray) -> np.ndarray:
    """Each row's solution of the normal equations."""
    e = dense(pairs, len(fixed))
    return np.array(
        [
            np.linalg.solve(
                (fixed.T * (1 + row)) @ fixed + ridge * np.eye(fixed.shape[1]),
                fixed.T @ ((1 + row) * (row > 0)),
            )
            for row, ridge in zip(e, pairs.ridge, strict=True)
        ]
    )


def loss(people: Pairs, items: Pairs, y: np.ndarray) -> float:
    """Of the items' vectors, with the best of people's."""
    x, e = best(people, y), dense(people, ITEMS)
    errors = ((1 + e) * ((e > 0) - x @ y.T) ** 2).sum()
    held = (people.ridge * (x**2).sum(axis=1)).sum() + (items.ridge * (y**2).sum(axis=1)).sum()
    return float(errors + held)


@pytest.mark.parametrize("dim", [1, 6, 50])
def test_with_enough_steps_a_pass_solves_the_normal_equations(dim: int) -> None:
    people, items = sides()
    begin = beginning(dim=dim)
    wide = begin.astype(np.float64)
    wide[-1] = 0  # nobody likes it
    expected = best(items, best(people, wide))
    found = descend(people, items, begin, 1, 60, 1).astype(np.float64)
    assert (found[-1] == 0).all()
    products = found @ found.T  # the same, however it is turned
    np.testing.assert_allclose(products, expected @ expected.T, rtol=1e-3, atol=1e-4)


def test_every_pass_lowers_the_loss_and_two_steps_nearly_do_what_the_solution_does() -> None:
    people, items = sides()
    losses = [
        loss(people, items, descend(people, items, beginning(), n, 2, 1).astype(float))
        for n in (1, 2, 3, 4, 6, 9)
    ]
    assert (np.diff(losses) < 0).all()
    solved = loss(people, items, descend(people, items, beginning(), 9, 60, 1).astype(float))
    assert losses[-1] < 1.01 * solved


def test_it_ends_where_implicit_does_when_all_ridges_are_alike() -> None:
    people, items = sides(even=True)
    taste = csr_matrix((1 + people.extra, people.other, people.start), (PEOPLE, ITEMS))
    with threadpool_limits(1, "blas"):
        model = AlternatingLeastSquares(
            factors=DIM, regularization=2.0, alpha=1.0, iterations=80, num_threads=1, random_state=0
        )
        model.fit(taste, show_progress=False)
    theirs = loss(people, items, model.item_factors.astype(float))
    mine = loss(people, items, descend(people, items, beginning(), 80, 2, 1).astype(float))
    assert mine == pytest.approx(theirs, rel=0.01)


def test_threads_and_repetition_change_nothing_and_the_beginning_is_left_alone() -> None:
    people, items = sides(share=0.5)
    begin = beginning()
    first, again, in_three = (descend(people, items, begin, 3, 2, n) for n in (1, 1, 3))
    assert np.array_equal(first, again)
    assert np.array_equal(first, in_three)
    assert np.array_equal(begin, beginning())
    assert not np.array_equal(first, descend(people, items, beginning(1), 3, 2, 1))


def test_nothing_to_learn_from_gives_zeros_and_one_pair_a_score_below_one() -> None:
    nothing = Pairs(np.zeros(3, np.int64), np.empty(0, np.int32), *np.empty((2, 0), np.float32))
    nothing = replace(nothing, ridge=np.ones(2))
    assert (descend(nothing, nothing, np.ones((2, 4), np.float32), 2, 2, 1) == 0).all()
    one = Pairs(np.array([0, 1]), np.zeros(1, np.int32), np.full(1, 9, np.float32), np.ones(1))
    y = descend(one, one, np.ones((1, 4), np.float32), 50, 2, 1).astype(float)
    length = float((y @ y.T)[0, 0])  # of both: 10 (1 - s) x = x at the best, s = x . y = |y|^2
    assert length == pytest.approx(0.9, rel=1e-3)


def test_pairs_from_the_other_side_are_the_same_pairs() -> None:
    people, items = sides()
    assert np.array_equal(dense(people, ITEMS).T, dense(items, PEOPLE))
    np.testing.assert_allclose(
        weights(people.start, people.extra), dense(people, ITEMS).sum(axis=1), rtol=1e-6
    )


def test_the_turn_makes_the_vectors_square_diagonal() -> None:
    y = beginning()
    spread, turn = diagonal(y)
    np.testing.assert_allclose((turn * spread) @ turn.T, y.T @ y.astype(float), atol=1e-6)
    assert (diagonal(np.zeros((3, 4), np.float32))[0] == 0).all()
