"""Kinds of people against counting."""

from __future__ import annotations

import numpy as np

from twoside.funnel.merge.learning.kinds import kinds_of
from twoside.funnel.recall.past import Past


def test_a_kind_is_the_number_of_liked_items() -> None:
    count = [0, 1, 9, 10, 30, 3]
    start = np.concatenate([[0], np.cumsum(count)])
    total = int(start[-1])
    weight = np.ones(total, np.float32)
    refused = np.zeros(total, bool)
    refused[start[5] :] = True  # all that the last one met was refused
    weight[0] = 0  # and the second only looked
    past = Past(start, np.arange(total, dtype=np.int32), np.zeros(total, np.int64), weight, refused)
    assert kinds_of(past, 10).tolist() == [0, 0, 1, 2, 2, 0]
