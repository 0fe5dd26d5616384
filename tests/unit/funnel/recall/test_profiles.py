"""Profiles: what people declare and what their recent items were, against loops over words."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from unit.funnel.recall.little_market import MATCHES, market, question

from twoside.funnel.recall.profiles import Profiles
from twoside.funnel.recall.terms import Terms
from twoside.schema.entities import EntityTable

WORDS = MATCHES[:3]
COLUMNS = ("city", "skills", "title")


def words(table: EntityTable, column: str, row: int) -> list[int]:
    if column in table.lists:
        codes = table.lists[column]
        return codes.values[codes.start[row] : codes.start[row + 1]].tolist()  # type: ignore[no-any-return]
    return [code for code in [int(table.columns[column][row])] if code >= 0]


def test_each_declared_and_each_recent_word_counts_by_how_many_stand_beside_it() -> None:
    data, last, decay = market(), 3, 0.5
    terms = Terms.of(data.items, COLUMNS)
    asking = question(data, np.array([7, -1, 0, 60, 7]))
    past = asking.past
    found = Profiles.of(asking.person, past, data.people, WORDS, terms, last, decay)
    for n, person in enumerate(asking.person.tolist()):
        declared: dict[int, float] = defaultdict(float)
        recent: dict[int, float] = defaultdict(float)
        for mine, theirs in WORDS if person >= 0 else ():
            codes = words(data.people, mine, person)
            for code in codes:
                declared[terms.offsets[COLUMNS.index(theirs)] + code] += len(codes) ** -0.5
        rows = range(past.start[n], past.start[n + 1])
        liked = [r for r in rows if past.weight[r] > 0 and not past.refused[r]][:last]
        worth = [decay**k * past.weight[r] for k, r in enumerate(liked)]
        for r, w in zip(liked, worth, strict=True):
            for c, column in enumerate(COLUMNS):
                codes = words(data.items, column, past.item[r])
                for code in codes:
                    recent[terms.offsets[c] + code] += w / sum(worth) * len(codes) ** -0.5
        mine = slice(found.start[n], found.start[n + 1])
        term = found.term[mine].tolist()
        assert sorted(term) == sorted({*declared, *recent})
        assert found.declared[mine].tolist() == pytest.approx([declared[t] for t in term])
        assert found.recent[mine].tolist() == pytest.approx([recent[t] for t in term])
        assert all(terms.offsets[c] <= t for c, t in zip(found.column[mine], term, strict=True))


def test_words_that_items_do_not_have_are_passed_over() -> None:
    data = market()
    data.people.columns["city"][:] = 1000
    terms = Terms.of(data.items, ("city",))
    asking = question(data, np.arange(9))
    found = Profiles.of(asking.person, asking.past, data.people, WORDS[:1], terms, 0, 1.0)
    assert found.start.tolist() == [0] * 10
