"""Priority against a few lines of plain Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from twoside.errors import ConfigError
from twoside.funnel.merge import check_budgets
from twoside.funnel.merge.priority import Priority


@dataclass(frozen=True)
class Found:
    items: np.ndarray


@pytest.mark.parametrize("seed", range(8))
def test_channels_come_in_order_each_up_to_its_budget(seed: int) -> None:
    rng = np.random.default_rng(seed)
    queues = [rng.choice(30, rng.integers(0, 20), replace=False).tolist() for _ in range(4)]
    budgets = rng.integers(0, 8, 4).tolist()
    expected: list[int] = []
    for cap in (budgets, [30] * 4):
        for queue, most in zip(queues, cap, strict=True):
            expected += [i for i in queue if i not in expected][:most]
    lists = {}
    for name, queue in zip("abcd", queues, strict=True):
        items = np.full((1, 20), -1, np.int32)
        items[0, : len(queue)] = queue
        lists[name] = Found(items)
    merged = Priority(25, dict(zip("abcd", budgets, strict=True))).merge(lists)
    expected = expected[:25]
    assert merged.items[0].tolist() == expected + [-1] * (25 - len(expected))


def test_a_budget_for_no_channel_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no channel 'swign'. Did you mean 'swing'"):
        check_budgets({"swign": 3}, ("swing", "hot"))
    with pytest.raises(ConfigError, match=r"merge.budgets.hot = -1: expected 0 or more"):
        check_budgets({"hot": -1}, ("swing", "hot"))
