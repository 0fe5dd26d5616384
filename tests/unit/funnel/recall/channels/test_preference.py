"""Preference against a few lines of plain Python, and in a market where taste is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import NOW_MS, START_MS, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.preference import Preference
from twoside.funnel.recall.popularity import liked, percentile
from twoside.funnel.recall.terms import Terms
from twoside.schema.behaviours import Behaviours
from twoside.schema.calendar import DAY_MS
from twoside.schema.entities import EntityTable


@pytest.mark.parametrize("weights", [{}, {"skills": 3.0, "city": 0.0}])
def test_scores_are_those_of_a_few_lines_of_python(weights: dict[str, float]) -> None:
    data = market()
    settings = Preference(words=1000, weights=weights)
    asking = question(data)
    found = settings.fit(data, 1).recall(asking, data.items.size)
    terms, quality = Terms.of(data.items, ("city", "skills", "title")), percentile(liked(data, 7.0))
    past = asking.past
    for p in range(data.people.size):
        lean = np.zeros(terms.offsets[-1])
        whole, barred = 0.0, set()
        for r in range(past.start[p], past.start[p + 1]):
            j = past.item[r]
            decay = 2 ** (-(NOW_MS - past.ts_ms[r]) / DAY_MS / 14)
            a = decay * (-1 if past.refused[r] else past.weight[r])
            whole += abs(a)
            if a:
                barred.add(int(j))
            rows = slice(terms.start[j], terms.start[j + 1])
            lean[terms.term[rows]] += a * terms.root[rows]
        for c, name in enumerate(terms.columns):
            lean[terms.offsets[c] : terms.offsets[c + 1]] *= weights.get(name, 1.0)
        expected = {}
        for j in np.flatnonzero(asking.is_open).tolist():
            rows = slice(terms.start[j], terms.start[j + 1])
            taste = float(lean[terms.term[rows]] @ terms.value[rows]) / whole * quality[j]
            if taste > 1e-9 and j not in barred:
                expected[j] = taste
        there = found.items[p] >= 0
        got = dict(zip(found.items[p, there].tolist(), found.scores[p, there], strict=True))
        assert {j for j, s in got.items() if s > 1e-6} == {
            j for j, s in expected.items() if s > 1e-6
        }
        assert all(got[j] == pytest.approx(expected[j], abs=1e-5) for j in got if j in expected)


def of_categories(behaviours: list[tuple[int, float]]) -> RecallData:
    """One person; items 0 to 29 in categories 0, 1, 2 by turns; others like 3, 6, 9 ... by row."""
    others = [(1 + n, n, 1.0) for n in range(30) for _ in range(n)]
    rows = [(0, item, strength) for item, strength in behaviours] + others
    person, item, strength = (np.array(column) for column in zip(*rows, strict=True))
    ts_ms = START_MS + 1000 * np.arange(len(rows), dtype=np.int64)
    log = Behaviours(
        person.astype(np.int32), item.astype(np.int32), ts_ms, strength.astype(np.float32)
    )
    kind = (np.arange(30) % 3).astype(np.int32)
    items = EntityTable("i", 30, {"kind": kind}, {}, None, {"kind": 3})
    return RecallData(log, EntityTable("p", 31, {}), items, START_MS + DAY_MS)


def test_it_gives_the_most_liked_of_the_category_that_was_liked() -> None:
    data = of_categories([(0, 1.0), (3, 1.0)])
    found = Preference().fit(data, 1).recall(question(data, np.array([0])), 30)
    assert found.items[0, :8].tolist() == [27, 24, 21, 18, 15, 12, 9, 6]
    assert found.items[0, 8] == -1


def test_what_was_refused_as_much_leans_to_nothing() -> None:
    data = of_categories([(0, 1.0), (3, -1.0), (4, 1.0)])
    one = question(data, np.array([0]))
    assert set(Preference().fit(data, 1).recall(one, 5).items[0] % 3) == {1}
    kinds = set(Preference(against=0.0).fit(data, 1).recall(one, 15).items[0] % 3)
    assert kinds == {0, 1}


def test_only_the_strongest_words_count() -> None:
    data = of_categories([(0, 1.0), (3, 1.0), (1, 1.0)])
    found = Preference(words=1).fit(data, 1).recall(question(data, np.array([0])), 30)
    assert set(found.items[0][found.items[0] >= 0] % 3) == {0}


def test_without_a_past_there_is_nothing() -> None:
    data = of_categories([(0, -1.0)])
    found = Preference().fit(data, 1).recall(question(data, np.array([-1, 0])), 5)
    assert (found.items == -1).all()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"half_life_days": 0.0}, "preference.half_life_days = 0.0: expected more than 0."),
        ({"against": -1.0}, "preference.against = -1.0: expected 0 or more."),
        ({"words": 0}, "preference.words = 0: expected 1 or more."),
        ({"weights": {"a": -1.0}}, "preference.weights.a = -1.0: expected 0 or more."),
    ],
)
def test_a_wrong_setting_says_what_was_expected(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Preference(**setting)
    assert str(caught.value) == message


def test_a_weight_of_no_column_says_which_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no category column 'titel'. Did you mean 'title'"):
        Preference(weights={"titel": 1.0}).fit(market(), 1)
