"""A question holds what each person did strictly before its moment."""

from __future__ import annotations

import numpy as np
from unit.funnel.recall.little_market import START_MS, likes

from twoside.funnel.recall.ask import ask


def test_only_what_was_before_the_moment_is_told_the_newest_last() -> None:
    data = likes([0, 1, 0, 0], [3, 4, 5, 6], 2, 7)
    by_person = data.behaviours.by_person(2)
    person = np.array([0, -1, 1, 0, 0], np.int32)
    seconds = np.array([3, 9, 1, 0, 9])
    asking = ask(person, START_MS + 1000 * seconds, by_person, data.people, data.items, latest=2)
    told = [asking.item[asking.start[n] : asking.start[n + 1]].tolist() for n in range(5)]
    # what happens at the moment itself is not yet known
    assert told == [[3, 5], [], [], [], [5, 6]]
    assert asking.is_open.all()
