"""Evaluation: every stage is judged, on days after training only, and the same seed repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from twoside.errors import DataError
from twoside.funnel.questions import questions
from twoside.funnel.replay import Effort, Evaluated, evaluate
from twoside.funnel.replay_day import replay_day
from twoside.schema.calendar import iso
from twoside.schema.progress import silent

if TYPE_CHECKING:
    from conftest import Market

SCENE = "recruiting/jobs_for_seeker"
EFFORT = Effort(recall_questions=200, stage_questions=40, test_rows=20_000)


@pytest.fixture(scope="module")
def evaluated(market: Market) -> Evaluated:
    parts = market.declared[SCENE], market.settings[SCENE], market.until_day
    return evaluate(*parts, seed=3, steps=silent, effort=EFFORT)


def without_times(told: dict[str, Any]) -> dict[str, Any]:
    for quality in told["recall"].values():
        quality.pop("latency_ms")
    return {name: part for name, part in told.items() if name != "seconds"}


def test_every_stage_is_judged(evaluated: Evaluated, market: Market) -> None:
    told = evaluated.evaluation
    names = [table["use"] for table in market.settings[SCENE].recall]
    assert list(told.recall) == [*names, "merged"]
    assert set(told.rank) == {"xgboost", "prerank"}
    assert list(told.overlap) == names
    assert all(row[name] == 1.0 for name, row in told.overlap.items())
    assert [s.stage for s in told.stages] == [
        "open",
        "recall",
        "merge",
        "prerank",
        "rank 100",
        "slate",
    ]
    kept = [s.kept for s in told.stages]
    assert kept[0] > 0.9  # on a second day some of what was open has closed
    assert kept == sorted(kept, reverse=True)


def test_it_is_judged_on_later_days_only(evaluated: Evaluated, market: Market) -> None:
    assert evaluated.evaluation.train_until == iso(market.until_day)
    assert min(evaluated.evaluation.test_days) > iso(market.until_day)


def test_the_same_seed_gives_the_same_figures(evaluated: Evaluated, market: Market) -> None:
    parts = market.declared[SCENE], market.settings[SCENE], market.until_day
    again = evaluate(*parts, seed=3, steps=silent, effort=EFFORT)
    one, two = (without_times(e.evaluation.as_json()) for e in (evaluated, again))
    np.testing.assert_equal(one, two)


def test_without_a_later_day_it_says_so(market: Market) -> None:
    last = market.declared[SCENE].lake.days("exposures")[-1]
    with pytest.raises(DataError, match=f"no exposures after {iso(last)}"):
        evaluate(market.declared[SCENE], market.settings[SCENE], last, 3, silent)


def test_questions_are_what_was_really_liked_on_the_day(market: Market) -> None:
    declared = market.declared[SCENE]
    day = market.until_day + 1
    is_open = declared.lake.entity_table("job", declared.lake.calendar.start_of(day)).open_rows()
    asked = questions(declared, is_open, [day], enough=1)
    events = declared.lake.read("events", day, day, scene="jobs_for_seeker").to_pandas()
    good = {kind.name for kind in declared.domain.events if kind.strength > 0}
    events = events[events.kind.isin(good) & is_open[np.minimum(events.item, len(is_open) - 1)]]
    expected = {person: set(rows.item) for person, rows in events.groupby("person")}
    found = {person: set(asked.right(n).tolist()) for n, person in enumerate(asked.person.tolist())}
    assert found == expected
    few = asked.some(10, seed=1)
    assert all(set(few.right(n).tolist()) == found[p] for n, p in enumerate(few.person.tolist()))


def test_a_logged_day_replays_with_full_lists(market: Market) -> None:
    parts = market.declared[SCENE], market.settings[SCENE], market.learned[SCENE]
    told = replay_day(*parts, day=market.until_day + 1, most=60, seed=1)
    assert told.requests == 60
    assert told.full_lists == 1.0
    assert told.failed_channels == 0
    assert told.liked_in_candidates > 0.9  # nearly all jobs of so small a market are recalled
