"""What must hold of every cube: sums, sets, labels, retention, movers; and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest
from unit.bi.small_cube import cube_of

from twoside.bi.ask import Question
from twoside.bi.label_shares import label_shares
from twoside.bi.movers import has_movers, movers
from twoside.bi.retention import retention
from twoside.domains import catalogue
from twoside.errors import ConfigError, DataError

BOOK = catalogue.metrics("recruiting")
SCENE = "jobs_for_seeker"
ADDITIVE = [n for n in BOOK.defined if has_movers(cube_of((None, BOOK)), n)]


@pytest.fixture
def cube(built):
    return cube_of(built)


def asked(cube, name, by="", first=0, last=None, **where):
    days = cube.days()[first:last]
    return cube.ask(Question(name, days[0], days[-1], by, where)).series


@pytest.mark.parametrize("name", ADDITIVE)
def test_counts_add_up_over_days_and_over_every_dimension(cube, name):
    (whole,) = asked(cube, name)
    (early,), (late,) = asked(cube, name, last=2), asked(cube, name, first=2)
    assert whole.numerator == pytest.approx(early.numerator + late.numerator)
    for dimension in cube.dimensions_of(name):
        parts = asked(cube, name, dimension)
        assert whole.numerator == pytest.approx(sum(p.numerator for p in parts))
        assert np.allclose(whole.numerators, sum(p.numerators for p in parts))
        if whole.denominator is not None:
            assert whole.denominator == pytest.approx(sum(p.denominator for p in parts))


def test_how_lists_came_about_is_not_offered_where_no_list_tells_it(cube):
    assert "arm" in BOOK.dimensions_of("views", SCENE)
    assert not {"channel", "policy", "arm"} & set(cube.dimensions_of("views"))
    assert "arm" not in cube.splits("views", {})
    with pytest.raises(DataError, match=r"no list of the log tells its arm\. Import it by `expos"):
        asked(cube, "views", "arm")


def test_people_of_several_days_are_united_and_not_added(cube):
    (whole,) = asked(cube, "visitors")
    assert whole.numerators.max() < whole.numerator < whole.numerators.sum()


def test_a_pair_of_dimensions_adds_up_to_its_first(cube):
    for city in asked(cube, "chats", "city")[:3]:
        parts = asked(cube, "chats", "title", city=city.word)
        assert city.numerator == sum(p.numerator for p in parts)


def test_the_labels_of_a_day_are_its_exposures_and_only_the_newest_are_not_final(cube):
    days = cube.days()
    told = label_shares(cube, days[0], days[-1])
    (exposures,) = asked(cube, "exposures")
    assert told.counts.sum(1).tolist() == exposures.numerators.tolist()
    assert told.shares.sum(1) == pytest.approx(1)
    assert told.final == (True,) * (len(days) - 1) + (False,)


def test_labels_are_what_a_loop_finds(built, cube):
    lake, book = built
    days = cube.days()
    kinds = {}
    for row in lake.read("events", scene=SCENE).to_pylist():
        found = kinds.setdefault(row["exposure_id"], [])
        found.append((lake.calendar.day_of(row["ts_ms"]), book.labels.index(row["kind"])))
    counts = np.zeros((len(days), len(book.labels)))
    for row in lake.read("exposures", scene=SCENE).to_pylist():
        day = lake.calendar.day_of(row["ts_ms"])
        after = [n for when, n in kinds.get(row["exposure_id"], []) if 0 <= when - day <= 1]
        counts[days.index(day), max(after, default=0)] += 1
    assert np.array_equal(label_shares(cube, days[0], days[-1]).counts, counts)


def test_retention_is_what_a_loop_over_people_finds(built, cube):
    lake, _ = built
    days = cube.days()
    came = {day: set() for day in days}
    for row in lake.read("exposures", scene=SCENE).to_pylist():
        came[lake.calendar.day_of(row["ts_ms"])].add(row["person"])
    told = retention(cube, days[1], days[-1], after=(1, 2))
    assert told.days == tuple(days[1:])
    for n, day in enumerate(told.days):
        old = set().union(*(came[d] for d in days if d < day))
        new = came[day] - old
        assert told.sizes[n] == len(new)
        expected = [len(new & came[day + k]) if day + k in came else -1 for k in (1, 2)]
        assert told.back[n].tolist() == expected
    known = told.back[:, 0] >= 0
    assert told.share(1) == told.back[known, 0].sum() / told.sizes[known].sum()
    assert math.isnan(retention(cube, days[0], days[-1], after=(9,)).share(9))


@pytest.mark.parametrize("name", ["chats", "chat_rate", "reply_rate", "list_depth"])
@pytest.mark.parametrize("dimension", ["city", "title", "degree"])
def test_the_shares_of_movers_add_up_to_the_change(cube, name, dimension):
    before, now = cube.days()[1:3]
    found = movers(cube, name, dimension, before, now)
    (then,), (later,) = (cube.ask(Question(name, d, d)).series for d in (before, now))
    assert sum(m.share for m in found) == pytest.approx(later.value - then.value)
    assert [abs(m.share) for m in found] == sorted((abs(m.share) for m in found), reverse=True)


REFUSED = {
    ("chat_rat", "", ()): "there is no 'chat_rat'. Did you mean 'chat_rate'?",
    ("chat_rate", "citty", ()): "jobs_for_seeker has no dimension 'citty'. Did you mean 'city'?",
    ("list_depth", "industry", ()): "'list_depth' cannot be split by 'industry'.",
    ("chats", "city", (("city", "x"),)): "'city' is both given and asked for.",
    ("chats", "city", (("degree", "x"),)): "degree and city are not kept together. Add the pair",
    ("chats", "", (("city", "nowhere"),)): "city has no value 'nowhere'.",
}


@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_a_question_that_has_no_answer_is_refused(cube, case):
    metric, by, where = case
    days = cube.days()
    with pytest.raises(ConfigError) as error:
        cube.ask(Question(metric, days[0], days[-1], by, dict(where)))
    assert REFUSED[case] in str(error.value)


def test_days_that_are_not_built_are_refused(cube):
    first = cube.days()[0]
    with pytest.raises(DataError, match=r"no such day in the cube\. It has 2026-"):
        cube.ask(Question("chats", first - 5, first - 1))
