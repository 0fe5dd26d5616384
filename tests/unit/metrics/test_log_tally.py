"""The summary of a log equals counting by hand."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from twoside.metrics.gini import gini
from twoside.metrics.logs import LogTally
from twoside.metrics.sessions import SESSION_GAP_MS


def exposures(rows):
    """(exposure_id, ts_ms, person, item, position) each."""
    names = ("exposure_id", "ts_ms", "person", "item", "position")
    types = (pa.int64(), pa.int64(), pa.int32(), pa.int32(), pa.int16())
    columns = list(zip(*rows, strict=True)) or [[]] * 5
    return pa.table(
        {
            name: pa.array(column, kind)
            for name, column, kind in zip(names, columns, types, strict=True)
        }
    )


def events(rows):
    """(kind, exposure_id) each."""
    columns = list(zip(*rows, strict=True)) or [[], []]
    return pa.table(
        {"kind": pa.array(columns[0], pa.string()), "exposure_id": pa.array(columns[1], pa.int64())}
    )


@pytest.fixture
def summary():
    late = SESSION_GAP_MS + 1
    tally = LogTally(people=3, items=4)
    first = [(10, 0, 0, 1, 0), (11, 5, 0, 2, 1), (12, late + 5, 0, 1, 0), (13, 0, 2, 1, 1)]
    tally.add("d1", exposures(first), events([("click", 10), ("click", 13), ("like", 99)]))
    tally.add("d2", exposures([(20, 0, 2, 1, 0)]), events([("like", -1)]))
    tally.add("d3", exposures([]), events([]))
    return tally.result()


def test_days_exposures_and_events_are_counted(summary):
    assert summary.days == ("d1", "d2", "d3")
    assert summary.exposures == (4, 1, 0)
    assert summary.counts == {"click": (2, 0, 0), "like": (1, 1, 0)}
    assert summary.item_exposures.tolist() == [0, 4, 1, 0]
    assert (summary.people, summary.items) == (3, 4)


def test_rates_by_position_use_only_events_that_name_an_exposure_of_the_day(summary):
    # position 0 was shown in 10, 12, 20; position 1 in 11, 13
    assert summary.by_position == {"click": (1 / 3, 1 / 2)}


def test_sessions_part_at_half_an_hour(summary):
    # person 0: two sessions on d1; person 2: one on d1, one on d2
    assert summary.traits["sessions_per_day"] == pytest.approx(4 / 3)
    assert summary.traits["exposures_per_day"] == pytest.approx(5 / 3)


def test_repeats_and_inequality(summary):
    # pairs (0,1) (0,2) (2,1): 3 of 5 exposures were the first of their pair
    assert summary.traits["repeat_rate"] == pytest.approx(2 / 5)
    assert summary.traits["item_gini"] == pytest.approx(gini(np.array([4, 1])))
    assert summary.traits["activity_gini"] == pytest.approx(gini(np.array([3, 2])))


def test_an_empty_log_has_no_traits():
    assert LogTally(2, 2).result().traits == {}
