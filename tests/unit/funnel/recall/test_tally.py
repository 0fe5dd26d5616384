"""The table of sums against a dictionary."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from numba import njit

from twoside.funnel.recall.tally import place_of, places


@njit
def summed(numbers: np.ndarray, weights: np.ndarray, most: int):  # type: ignore[no-untyped-def]
    number, total, used = places(most)
    count = 0
    for n in range(len(numbers)):
        at = place_of(number, numbers[n])
        if number[at] < 0:
            number[at] = numbers[n]
            used[count] = at
            count += 1
        total[at] += weights[n]
    return number[used[:count]], total[used[:count]]


@pytest.mark.parametrize("step", [1, 16, 2**20])
def test_sums_are_those_of_a_dictionary(step: int) -> None:
    rng = np.random.default_rng(step)
    numbers = (rng.integers(0, 500, 4000) * step).astype(np.int32)
    weights = rng.random(4000)
    expected: dict[int, float] = defaultdict(float)
    for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True):
        expected[number] += weight
    found, total = summed(numbers, weights, 500)
    assert found.tolist() == list(expected)  # in order of first appearance
    assert total.tolist() == list(expected.values())


def test_nothing_to_sum_wants_no_room() -> None:
    assert len(places(0)[0]) == 16
    assert summed(np.empty(0, np.int32), np.empty(0), 0)[0].tolist() == []
