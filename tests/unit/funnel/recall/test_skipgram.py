"""Skip-gram over bags: its steps are those of a plain loop, and it brings things together."""

from __future__ import annotations

import numpy as np

from twoside.funnel.recall.bags import Bags
from twoside.funnel.recall.skipgram import _MET, SkipGram, Tables, _pass


def plain_bags(items: int) -> Bags:
    rows = np.arange(items)
    return Bags(np.arange(items + 1), rows, np.ones(items, np.float32))


def test_a_step_is_that_of_a_plain_loop() -> None:
    rng = np.random.default_rng(0)
    start, item = np.array([0, 3, 5]), np.array([0, 1, 2, 3, 1], np.int32)
    weight = np.array([1, 2, 1, 1, 3], np.float32)
    bags = Bags(
        np.array([0, 2, 4, 5, 6]),
        np.array([0, 4, 1, 4, 2, 3]),
        np.array([1, 0.5, 1, 0.5, 1, 1], np.float32),
    )
    tables = [rng.normal(0, 0.5, (5, 3)).astype(np.float32) for _ in range(2)]
    drawn = rng.integers(0, 4, 10).astype(np.int32)
    window, fade, negatives, against, rate = 2, 0.5, 2, 5.0, 0.1
    own, other = (t.astype(float) for t in tables)
    met = np.full((2, 5), _MET)

    def bag(row: int) -> tuple[np.ndarray, np.ndarray]:
        part = slice(bags.start[row], bags.start[row + 1])
        return bags.word[part], bags.weight[part].astype(float)

    def step(table: np.ndarray, seen: np.ndarray, row: int, slope: np.ndarray) -> None:
        for f, w in zip(*bag(row), strict=True):
            seen[f] += w * w * (slope**2).mean()
            table[f] += rate * w / np.sqrt(seen[f]) * slope

    at = 0
    for p in (1, 0):
        for r in range(start[p], start[p + 1]):
            i = item[r]
            x = bag(i)[1] @ own[bag(i)[0]]
            slope_x, total = np.zeros(3), 0.0
            pairs = []
            for q in range(max(start[p], r - window), min(start[p + 1], r + window + 1)):
                if item[q] != i:
                    worth = weight[q] * fade ** (abs(q - r) - 1)
                    total += worth
                    pairs.append((item[q], 1.0, worth))
            for n in drawn[at : at + negatives]:
                if n != i:
                    pairs.append((n, 0.0, against * total / negatives))
            at += negatives
            for j, target, worth in pairs:
                y = bag(j)[1] @ other[bag(j)[0]]
                gain = worth * (target - 1 / (1 + np.exp(-x @ y)))
                slope_x += gain * y
                step(other, met[1], j, gain * x)
            step(own, met[0], i, slope_x)
    _pass(
        start,
        item,
        weight,
        np.array([1, 0]),
        bags.start,
        bags.word,
        bags.weight,
        tables[0],
        tables[1],
        np.full((2, 5), _MET, np.float32),
        drawn,
        window,
        np.float32(fade),
        negatives,
        np.float32(against),
        np.float32(rate),
    )
    np.testing.assert_allclose(tables[0], own, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(tables[1], other, rtol=1e-4, atol=1e-6)


def learned(
    how: SkipGram, start: np.ndarray, item: np.ndarray, weight: np.ndarray, bags: Bags, seed: int
) -> Tables:
    rng = np.random.default_rng(seed)
    size = len(bags.start) - 1
    tables = Tables.begin(size, how.dim, rng)
    return how.learn(start, item, weight, bags, np.bincount(item, minlength=size), tables, rng)


def test_what_stands_together_comes_together() -> None:
    rng = np.random.default_rng(0)
    item = np.concatenate([rng.choice(10, 6, replace=False) + 10 * (p % 3) for p in range(150)])
    start = np.arange(0, 901, 6)
    how = SkipGram(16, 5, 1.0, 10, 5.0, 0.75, 10, 0.1)
    args = start, item.astype(np.int32), np.ones(900, np.float32), plain_bags(30)
    vector = learned(how, *args, seed=1).sum
    vector /= np.linalg.norm(vector, axis=1, keepdims=True)
    block = np.arange(30) // 10
    same = block[:, None] == block
    fit = vector @ vector.T
    assert fit[same].min() > fit[~same].max()
    again = learned(how, *args, seed=1).sum
    assert np.array_equal(again / np.linalg.norm(again, axis=1, keepdims=True), vector)


def test_one_item_alone_teaches_nothing() -> None:
    how = SkipGram(4, 5, 1.0, 10, 5.0, 0.75, 3, 0.1)
    ones = np.zeros(3, np.int32), np.ones(3, np.float32)
    tables = learned(how, np.array([0, 3]), *ones, plain_bags(5), seed=0)
    for table in (tables.own, tables.other):
        assert np.isfinite(table).all()
        assert np.abs(table).max() <= 0.25


def test_moved_tables_keep_their_rows_and_others_begin_anew() -> None:
    rng = np.random.default_rng(3)
    old = Tables.begin(3, 4, rng)
    old.met[:] = rng.random((2, 3))
    new = old.moved(np.array([4, -1, 0]), 5, rng)
    for mine, theirs in ((0, 4), (2, 0)):
        assert np.array_equal(new.own[theirs], old.own[mine])
        assert np.array_equal(new.other[theirs], old.other[mine])
        assert np.array_equal(new.met[:, theirs], old.met[:, mine])
    assert (new.met[:, 1:4] == np.float32(_MET)).all()
    assert not (new.own[:, None] == old.own[1]).all(axis=2).any()
