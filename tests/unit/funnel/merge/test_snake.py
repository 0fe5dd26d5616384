"""Snake against a few lines of plain Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from twoside.funnel.merge.snake import Snake


@dataclass(frozen=True)
class Found:
    items: np.ndarray


def by_hand(
    queues: list[list[int]], budgets: list[int], turns: list[int], limit: int
) -> list[tuple[int, int]]:
    """(item, channel) in the order of picking."""
    picked: list[tuple[int, int]] = []
    taken: set[int] = set()
    gave = [0] * len(queues)
    for cap in (budgets, [limit] * len(queues)):
        order = list(range(len(queues)))
        while True:
            before = len(picked)
            for c in order:
                for _ in range(turns[c]):
                    left = [i for i in queues[c] if i not in taken]
                    if left and gave[c] < cap[c] and len(picked) < limit:
                        picked.append((left[0], c))
                        taken.add(left[0])
                        gave[c] += 1
            order.reverse()
            if len(picked) == before:
                break
    return picked


@pytest.mark.parametrize("seed", range(8))
def test_the_order_is_that_of_a_playground(seed: int) -> None:
    rng = np.random.default_rng(seed)
    queues = [rng.choice(30, rng.integers(0, 20), replace=False).tolist() for _ in range(4)]
    budgets, turns = rng.integers(0, 8, 4).tolist(), rng.integers(1, 4, 4).tolist()
    lists = {}
    for name, queue in zip("abcd", queues, strict=True):
        items = np.full((1, 20), -1, np.int32)
        items[0, : len(queue)] = queue
        lists[name] = Found(items)
    way = Snake(25, dict(zip("abcd", budgets, strict=True)), dict(zip("abcd", turns, strict=True)))
    merged = way.merge(lists)
    expected = by_hand(queues, budgets, turns, 25)
    n = len(expected)
    assert (
        list(zip(merged.items[0, :n].tolist(), merged.source[0, :n].tolist(), strict=True))
        == expected
    )
    assert (merged.items[0, n:] == -1).all()


def test_who_picked_last_picks_first() -> None:
    lists = {"a": Found(np.array([[1, 2, 3]])), "b": Found(np.array([[11, 12, 13]]))}
    assert Snake().merge(lists, 6).items[0].tolist() == [1, 11, 12, 2, 3, 13]
