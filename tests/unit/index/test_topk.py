"""The bounded heap against a sort."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.index.topk import best_first, offer


@pytest.mark.parametrize("k", [0, 1, 7, 50])
def test_the_heap_keeps_what_a_sort_would(k: int) -> None:
    rng = np.random.default_rng(k)
    score = rng.integers(0, 12, 40).astype(np.float32)  # many ties
    item = rng.permutation(40).astype(np.int32)
    scores, items, size = np.zeros(k, np.float32), np.full(k, -1, np.int32), 0
    for s, i in zip(score, item, strict=True):
        size = offer(scores, items, size, s, i)
    best_first(scores, items, size)
    expected = sorted(zip(-score, item, strict=True))[:k]
    assert size == min(k, 40)
    assert items[:size].tolist() == [i for _, i in expected]
    assert scores[:size].tolist() == [-s for s, _ in expected]
