"""The two ways of solving for a person against numpy."""

from __future__ import annotations

import numpy as np

from twoside.funnel.recall.fold_in import solve

DIM = 6


def test_both_ways_solve_the_system_and_a_batch_is_each_alone() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=(40, DIM))
    spread, turn = np.linalg.eigh(y.T @ y)
    turned = (y @ turn).astype(np.float32)
    turn = np.ascontiguousarray(turn.T)
    ridge = rng.uniform(0.5, 2, 6)
    sizes = [1, DIM - 1, 0, DIM, DIM + 1, 40]
    start = np.concatenate([[0], np.cumsum(sizes)])
    item = np.concatenate([rng.choice(40, n, replace=False) for n in sizes]).astype(np.int32)
    extra = rng.uniform(0.01, 9, len(item))
    fade = rng.uniform(0.1, 1, len(item)).astype(np.float32)
    out = np.zeros((6, DIM), np.float32)
    solve(start, item, extra, fade, turned, spread, turn, ridge, out)
    for i in range(6):
        rows = slice(start[i], start[i + 1])
        mine = y[item[rows]]
        left = y.T @ y + ridge[i] * np.eye(DIM) + (mine.T * extra[rows]) @ mine
        right = mine.T @ (fade[rows] + extra[rows])
        np.testing.assert_allclose(out[i], np.linalg.solve(left, right), rtol=1e-5, atol=1e-6)
        alone = np.zeros((1, DIM), np.float32)
        solve(start[i : i + 2], item, extra, fade, turned, spread, turn, ridge[i : i + 1], alone)
        assert np.array_equal(alone[0], out[i])
