"""The past of a person: distinct items, the latest first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, market, question

from twoside.funnel.recall.past import Past


def test_a_pair_is_one_entry_with_its_evidence_and_its_latest_verdict() -> None:
    data = likes([0, 0, 0, 0, 1], [7, 8, 7, 9, 7], 2, 10)
    strength = np.array([1, 3, 3, -2, -1], np.float32)
    past = Past.of_behaviours(replace(data.behaviours, strength=strength), 2, 10)
    assert past.start.tolist() == [0, 3, 4]
    assert past.item.tolist() == [9, 7, 8, 7]
    assert past.weight.tolist() == pytest.approx([0, 2, 3**0.5, 0])
    assert past.refused.tolist() == [True, False, False, True]


def test_a_later_liking_forgives() -> None:
    data = likes([0, 0], [1, 1], 1, 2)
    strength = np.array([-1, 1], np.float32)
    past = Past.of_behaviours(replace(data.behaviours, strength=strength), 1, 2)
    assert past.refused.tolist() == [False]


def test_what_is_told_twice_counts_once_and_what_is_no_number_not_at_all() -> None:
    log = likes([0] * 7, [1, 1, 1, 1, 2, 2, 3], 1, 4).behaviours
    ts_ms = log.ts_ms[[0, 0, 0, 1, 2, 3, 4]]
    strength = np.array([1, 3, 1, 1, 1, np.nan, np.inf], np.float32)
    past = Past.of_behaviours(replace(log, ts_ms=ts_ms, strength=strength), 1, 4)
    assert past.item.tolist() == [2, 1]
    assert past.weight.tolist() == pytest.approx([1, 5**0.5])  # 1 and 3 at once, 1 later
    assert past.ts_ms.tolist() == ts_ms[[4, 3]].tolist()


def plain(item: list[int], ts_ms: list[int], strength: list[float]) -> list[tuple[int, ...]]:
    """One person by dictionaries: (item, moment, whether refused, sum of what was positive)."""
    told = list(dict.fromkeys(reversed(list(zip(item, ts_ms, strength, strict=True)))))
    found: dict[int, tuple[int, ...]] = {}
    for j, moment, worth in told:
        latest = found.get(j, (j, moment, worth < 0, 0.0))
        found[j] = (*latest[:3], latest[3] + max(worth, 0.0))
    return list(found.values())


def test_many_pasts_are_what_dictionaries_make_of_them() -> None:
    asking = question(market(rows=2000), np.array([5, 3, -1, 3, 59]))
    past = asking.past
    assert past.start[-1] > 50
    for n in range(5):
        rows = slice(asking.start[n], asking.start[n + 1])
        told = (asking.item[rows], asking.ts_ms[rows], asking.strength[rows])
        wanted = plain(*(part.tolist() for part in told))
        mine = slice(past.start[n], past.start[n + 1])
        parts = past.item[mine], past.ts_ms[mine], past.refused[mine]
        assert [w[:3] for w in wanted] == list(zip(*(p.tolist() for p in parts), strict=True))
        assert past.weight[mine].tolist() == pytest.approx([w[3] ** 0.5 for w in wanted])
