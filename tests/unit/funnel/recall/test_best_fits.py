"""The best items by the nearest of several vectors, against a sort of everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from unit.funnel.recall.little_market import likes, question

from twoside.funnel.recall import best_fits
from twoside.funnel.recall.channel import Asking


def everything(size: int) -> Asking:
    return question(likes([0, 0, 1], [4, 9, 4], 3, size))


def test_the_list_is_that_of_a_sort() -> None:
    rng = np.random.default_rng(0)
    size = best_fits._BLOCK + 50  # more than one block
    asking = everything(size)
    asking = replace(asking, is_open=rng.random(size) < 0.9)
    start = np.array([0, 2, 3, 6])
    vector = rng.normal(size=(6, 5)).astype(np.float32)
    items = rng.normal(size=(5, size)).astype(np.float32)
    bias = rng.normal(size=size).astype(np.float32)
    for repeat in (False, True):
        found = best_fits.best_fits(asking, 30, start, vector, items, bias, 2.0, repeat)
        for i, liked in enumerate(([4, 9], [4], [])):
            score = 2 * (vector[start[i] : start[i + 1]] @ items).max(axis=0) + bias
            score[~asking.is_open] = -np.inf
            if not repeat:
                score[liked] = -np.inf
            order = np.argsort(-score, kind="stable")[:30]
            assert found.items[i].tolist() == order.tolist()
            np.testing.assert_allclose(found.scores[i], score[order], rtol=1e-4, atol=1e-5)


def test_of_equal_items_the_lower_row_comes_first() -> None:
    asking = everything(20)
    same = np.ones((2, 20), np.float32)
    found = best_fits.best_fits(
        asking, 3, np.arange(4), np.ones((3, 2), np.float32), same, same[0], 1.0, True
    )
    assert found.items.tolist() == [[0, 1, 2]] * 3
