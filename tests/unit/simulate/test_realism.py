import numpy as np
import pyarrow as pa
import pytest

from twoside.schema.tables import EVENTS, EXPOSURES
from twoside.simulate.realism import (
    count_sessions,
    rate_by_position,
    realism,
    repeat_share,
    top_share,
)

MINUTE = 60_000


def test_the_top_share_is_that_of_the_largest():
    assert top_share(np.array([1] * 9 + [11]), 0.1) == pytest.approx(0.55)


def test_a_pause_of_half_an_hour_ends_a_session():
    person = np.array([1, 1, 1, 2])
    ts_ms = np.array([0, 29 * MINUTE, 60 * MINUTE, 5])
    assert count_sessions(person, ts_ms) == (3, 2)


def test_a_repeat_is_a_pair_that_was_shown_before():
    assert repeat_share(np.array([1, 1, 2, 1]), np.array([5, 6, 5, 5])) == pytest.approx(0.25)


def test_the_rate_of_a_position_nobody_saw_is_unknown():
    rates = rate_by_position(np.array([0, 0, 2]), np.array([True, False, True]), 3)
    assert rates[0] == 0.5 and np.isnan(rates[1]) and rates[2] == 1.0


def test_figures_come_from_the_tables_of_one_scene():
    n = 6
    exposures = pa.table(
        {
            "exposure_id": np.arange(n),
            "request_id": np.zeros(n, np.int64),
            "ts_ms": np.arange(n) * 1000,
            "scene": ["a"] * 4 + ["b"] * 2,
            "person": np.array([0, 0, 1, 1, 0, 1], np.int32),
            "item": np.array([0, 1, 0, 0, 3, 4], np.int32),
            "position": np.array([0, 1, 0, 1, 0, 1], np.int16),
        },
        schema=EXPOSURES,
    )
    events = pa.table(
        {
            "event_id": [0, 1, 2],
            "ts_ms": [1, 2, 3],
            "scene": ["a", "a", "b"],
            "kind": ["click", "hate", "click"],
            "person": np.array([0, 0, 0], np.int32),
            "item": np.array([0, 1, 3], np.int32),
            "by": ["person"] * 3,
            "exposure_id": [0, 1, 4],
            "value": np.zeros(3, np.float32),
        },
        schema=EVENTS,
    )
    seen = realism(exposures, events, "a", "click", positions=2)
    assert (seen.exposures, seen.people, seen.items) == (4, 2, 2)
    assert seen.positive_rate == pytest.approx(0.25)
    assert seen.item_gini == pytest.approx(0.5)
    assert seen.repeats == pytest.approx(0.25)
    assert seen.sessions_a_day == 1.0 and seen.session_items == 2.0
    assert seen.rate_by_position == (0.5, 0.0)
