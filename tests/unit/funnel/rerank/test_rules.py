"""Rules: who goes, who is counted, and in which order they are relaxed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from twoside.errors import ConfigError
from twoside.funnel.rerank.rules import Cap, Facts, Rejected, Rules, Seen
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import EntityTable

NOW = 100 * DAY_MS


def facts(**known: Any) -> Facts:
    none = {"item": np.empty(0, np.int32), "ms": np.empty(0, np.int64)}
    company = np.array([0, 0, 0, 0, 1, 1, 2, -1, -1, -1], np.int32)
    base = Facts(
        now_ms=NOW,
        is_open=np.ones(10, bool),
        items=EntityTable("job", 10, {"company": company}),
        shown_item=none["item"],
        shown_ms=none["ms"],
        behaved_item=none["item"],
        behaved_ms=none["ms"],
        behaved_strength=np.empty(0, np.float32),
    )
    return replace(base, **known)


def behaved(*rows: tuple[int, float, float]) -> dict[str, np.ndarray]:
    """(item, days ago, strength)"""
    item, days, strength = zip(*rows, strict=True)
    return {
        "behaved_item": np.array(item, np.int32),
        "behaved_ms": NOW - (np.array(days) * DAY_MS).astype(np.int64),
        "behaved_strength": np.array(strength, np.float32),
    }


def shown(*rows: tuple[int, float]) -> dict[str, np.ndarray]:
    item, days = zip(*rows, strict=True)
    return {
        "shown_item": np.array(item, np.int32),
        "shown_ms": NOW - (np.array(days) * DAY_MS).astype(np.int64),
    }


ALL = np.arange(10, dtype=np.int32)


def gone(rule: Any, known: Facts) -> list[int]:
    return ALL[~rule.keep(ALL, known)].tolist()


def test_the_latest_word_decides_on_rejection() -> None:
    known = facts(**behaved((1, 5, 1), (2, 4, -1), (3, 3, -1), (1, 2, -1), (3, 1, 1), (5, 200, -1)))
    assert gone(Rejected(within_days=90), known) == [1, 2]


def test_what_was_shown_without_an_answer_is_seen() -> None:
    known = facts(**shown((1, 0.5), (2, 0.5), (3, 3), (4, 0.2), (4, 0.3)), **behaved((2, 0.4, 1)))
    assert gone(Seen(shown_days=1), known) == [1, 4]
    assert gone(Seen(shown_days=1, times=2), known) == [4]
    assert gone(Seen(shown_days=5), known) == [1, 3, 4]
    assert gone(Seen(shown_days=0), known) == []


def test_what_was_dealt_with_is_seen_if_wanted() -> None:
    known = facts(**behaved((2, 0.4, 1), (3, 0.4, 5), (4, 9, 5)))
    assert gone(Seen(shown_days=0, behaved_days=7), known) == [2, 3]
    assert gone(Seen(shown_days=0, behaved_days=7, behaved_strength=1), known) == [3]


def test_the_first_of_a_group_stay_and_unknown_is_no_group() -> None:
    order = np.array([3, 4, 0, 7, 1, 8, 5, 9], np.int32)
    keep = Cap("company", 2).keep(order, facts())
    assert order[keep].tolist() == [3, 4, 0, 7, 8, 5, 9]


def test_each_candidate_is_counted_once() -> None:
    is_open = np.ones(10, bool)
    is_open[[0, 1]] = False
    known = facts(is_open=is_open, **behaved((1, 1, -1), (2, 1, -1)), **shown((2, 0.1), (4, 0.1)))
    kept = Rules(cap=(Cap("company", 1),)).apply(ALL, known)
    assert kept.dropped == {"closed": 2, "rejected": 1, "seen": 1, "cap company": 0}
    assert ALL[kept.keep].tolist() == [3, 5, 6, 7, 8, 9]


def test_a_misspelt_cap_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"job has no column 'compny'. Did you mean 'company'"):
        Rules(cap=(Cap("compny"),)).apply(ALL, facts())


def test_a_list_takes_fallback_then_seen_then_over_the_cap() -> None:
    # 0..3 are one company; 4 was seen; 7 is not among the candidates
    known = facts(**shown((4, 0.1)))
    rules = Rules(cap=(Cap("company", 2),))
    candidates = np.array([0, 1, 2, 3, 4], np.int32)
    fallback = np.array([0, 7], np.int32)
    for length, expected, filled in (
        (2, [0, 1], 0),
        (3, [0, 1, 7], 1),
        (4, [0, 1, 7, 4], 1),
        (6, [0, 1, 7, 4, 2, 3], 1),
        (9, [0, 1, 7, 4, 2, 3], 1),
    ):
        chosen, extra = rules.full(candidates, fallback, known, length)
        assert chosen.tolist() == expected
        assert extra == filled


def test_closed_and_rejected_ones_never_fill_a_list() -> None:
    is_open = np.ones(10, bool)
    is_open[5] = False
    known = facts(is_open=is_open, **behaved((6, 1, -1)))
    chosen, _ = Rules().full(ALL[:3], ALL, known, 10)
    assert sorted(chosen.tolist()) == [0, 1, 2, 3, 4, 7, 8, 9]
