"""Online values against plain loops over the raw rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from online_play import (
    assert_same_features,
    candidates,
    empty_states,
    expected,
    replayed,
    unpacked,
)
from online_world import CALENDAR, FIRST_DAY, SCENE, Log, features, random_log

from twoside.features.online import Memory, OnlineStates, replay


@pytest.mark.parametrize("seed", range(6))
def test_a_replayed_log_gives_the_values_of_brute_force(seed: int) -> None:
    log = random_log(seed)
    assert_same_features(replayed(log, empty_states(log)), expected(log))


def test_the_random_market_shows_every_feature_in_several_values_and_unknown() -> None:
    """Else the comparisons above would prove nothing."""
    wanted = np.concatenate([expected(random_log(seed)) for seed in range(3)])
    for n, column in enumerate(empty_states(random_log(0)).columns):
        known = ~np.isnan(wanted[:, n])
        assert len(np.unique(wanted[known, n])) > 1, column.name
        kind = type(features()[n]).__name__
        if kind not in ("Count", "Rate", "ActiveDays", "Hour", "Weekday") and column.name not in (
            "what",
            "i_ctr",
        ):
            missing = (wanted[:, n] == -1) if column.type == "category" else ~known
            assert missing.any(), column.name


def single_rows(table: pa.Table) -> list[pa.Table]:
    return [table.slice(n, 1) for n in range(table.num_rows)]


def in_turn(log: Log, size: int) -> list[tuple[pa.Table | None, pa.Table | None]]:
    """The log in order of time (exposures first), in batches of `size` rows of one table."""
    rows = [
        (row["ts_ms"][0].as_py(), 0, row["exposure_id"][0].as_py(), row)
        for row in single_rows(log.exposures)
    ]
    rows += [
        (row["ts_ms"][0].as_py(), 1, row["event_id"][0].as_py(), row)
        for row in single_rows(log.events)
    ]
    rows.sort(key=lambda r: r[:3])
    batches = []
    for n in range(0, len(rows), size):
        shown = [row for _, later, _, row in rows[n : n + size] if not later]
        done = [row for _, later, _, row in rows[n : n + size] if later]
        batches.append(
            (pa.concat_tables(shown) if shown else None, pa.concat_tables(done) if done else None)
        )
    return batches


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_batches_of_any_size_leave_the_same_state(size: int) -> None:
    log = fixed(random_log(11))
    states = started(log)
    for exposures, events in in_turn(log, size):
        states.update(exposures, events)
    whole = started(log)
    whole.update(log.exposures, log.events)
    after = CALENDAR.start_of(FIRST_DAY + 8)
    assert_same_features(read_at(log, states, after), read_at(log, whole, after))
    assert_same_features(read_at(log, states, after), expected(asked_at(log, after)))


def test_rows_in_any_order_within_a_batch_are_put_in_order_of_time() -> None:
    log = fixed(random_log(12))
    mixed = np.random.default_rng(1).permutation(log.events.num_rows)
    states = started(log)
    states.update(log.exposures.take(mixed), log.events.take(mixed))
    after = CALENDAR.start_of(FIRST_DAY + 8)
    assert_same_features(read_at(log, states, after), expected(asked_at(log, after)))


def test_events_that_come_days_late_count_where_their_time_belongs() -> None:
    """Each feature but those of tied sequences, whose order of arrival is the order of ties."""
    log = apart(fixed(random_log(13)))
    late = np.random.default_rng(2).random(log.events.num_rows) < 0.5
    states = started(log)
    states.update(log.exposures, log.events.filter(pa.array(~late)))
    for row in single_rows(log.events.filter(pa.array(late))):
        states.update(None, row)
    for day in (8, 9, 10):
        after = CALENDAR.start_of(FIRST_DAY + day) + 1
        assert_same_features(read_at(log, states, after), expected(asked_at(log, after)))


@pytest.mark.parametrize("seed", [21, 22])
def test_states_stored_and_restored_in_the_middle_go_on_as_if_nothing_was(seed: int) -> None:
    log = random_log(seed)
    requests, tables = log.requests(), log.tables()
    states = empty_states(log)
    found = []
    turns = replay(states, requests, log.exposures, log.events, tables)
    cut = len(requests) // 2
    for n, request in enumerate(turns):
        found.append(states.read([request], np.array([0, 3]), candidates(log, n)))
        if n == cut:
            break
    middle = requests[cut].ts_ms
    restored = unpacked(log, states.pack(), middle)
    rest = replay(
        restored,
        requests[cut + 1 :],
        not_before(log.exposures, middle),
        not_before(log.events, middle),
        [table for table in tables if table[0] > middle],
    )
    for n, request in enumerate(rest):
        found.append(restored.read([request], np.array([0, 3]), candidates(log, cut + 1 + n)))
    assert_same_features(np.concatenate(found), expected(log))


def test_one_read_answers_requests_of_several_days() -> None:
    log = fixed(random_log(31))
    states, one_by_one = started(log), started(log)
    states.update(log.exposures, log.events)
    one_by_one.update(log.exposures, log.events)
    asked = [
        replace(request, ts_ms=CALENDAR.start_of(FIRST_DAY + 8 + n % 3) + n)
        for n, request in enumerate(log.requests())
    ]
    start = np.arange(len(asked) + 1) * 3
    items = np.concatenate([candidates(log, n) for n in range(len(asked))])
    together = states.read(asked, start, items)
    for n in np.argsort([request.ts_ms for request in asked], kind="stable"):
        alone = one_by_one.read([asked[n]], np.array([0, 3]), candidates(log, n))
        assert_same_features(together[3 * n : 3 * n + 3], alone)


def test_some_features_are_the_same_as_among_all() -> None:
    log = fixed(random_log(32))
    states = started(log)
    states.update(log.exposures, log.events)
    request = replace(log.requests()[0], ts_ms=CALENDAR.start_of(FIRST_DAY + 8))
    some = ("pay_gap", "i_shown_2", "pt_view_2", "last_title", "hour", "who", "rising_by_pay")
    items = candidates(log, 0)
    all_ = states.read([request], np.array([0, 3]), items)
    names = [f.name for f in features()]
    found = states.read([request], np.array([0, 3]), items, some)
    np.testing.assert_array_equal(found, all_[:, [names.index(name) for name in some]])


def test_pairs_without_anything_in_a_window_are_forgotten_and_values_stay_right() -> None:
    log = fixed(random_log(33, people=40, items=30, rows=300))
    states = started(log)
    states.update(log.exposures, log.events)
    key = ("item.title", "person")
    held = next(k for k in states.past.keyed if k.need.key == key)
    before = held.counters.size
    for day in (8, 9, 10, 11):
        after = CALENDAR.start_of(FIRST_DAY + day) + 1
        assert_same_features(read_at(log, states, after), expected(asked_at(log, after)))
    assert held.counters.size < before / 2


def test_an_event_does_not_find_the_context_of_an_exposure_that_is_too_old() -> None:
    log = fixed(random_log(34))
    states, forgetful = started(log), started(log, Memory(context_days=1))
    late = log.events.set_column(
        1, "ts_ms", pa.array(np.full(log.events.num_rows, CALENDAR.start_of(FIRST_DAY + 9)))
    )
    after = CALENDAR.start_of(FIRST_DAY + 9) + 1
    names = ("ic_1", "ct_last")
    found = []
    for some in (states, forgetful):
        some.update(log.exposures, None)
        some.update(None, late)
        requests = [replace(r, ts_ms=after) for r in log.requests()]
        items = np.concatenate([candidates(log, n) for n in range(len(requests))])
        found.append(some.read(requests, np.arange(len(requests) + 1) * 3, items, names))
    assert found[0][:, 0].sum() > 0
    assert found[1][:, 0].sum() == 0
    assert forgetful.memory_by_part()["contexts"] < states.memory_by_part()["contexts"]


def fixed(log: Log) -> Log:
    """The same log with entities that never change, so that tables need no turns."""
    first = log.tables()[0][0]
    versions = {}
    for kind, all_versions in log.versions.items():
        last = {version.row: version for version in all_versions}
        versions[kind] = [replace(version, from_ms=first) for version in last.values()]
    return replace(log, versions=versions)


def apart(log: Log) -> Log:
    """The same log without ties among events."""
    rows = log.events.to_pylist()
    for n, row in enumerate(rows):
        row["ts_ms"] += n % 1000
    rows.sort(key=lambda row: row["ts_ms"])
    return replace(log, events=pa.Table.from_pylist(rows, log.events.schema))


def started(log: Log, memory: Memory | None = None) -> OnlineStates:
    states = empty_states(log, memory)
    _, people, items = log.tables()[0]
    states.tables(people, items)
    return states


def asked_at(log: Log, ts_ms: int) -> Log:
    return replace(log, asked=[[replace(a, ts_ms=ts_ms) for a in asked] for asked in log.asked])


def read_at(log: Log, states: OnlineStates, ts_ms: int) -> np.ndarray:
    start = np.arange(len(log.asked) + 1) * 3
    items = np.concatenate([candidates(log, n) for n in range(len(log.asked))])
    return states.read([replace(r, ts_ms=ts_ms) for r in log.requests()], start, items)


def not_before(table: pa.Table, ts_ms: int) -> pa.Table:
    return table.filter(pa.compute.greater_equal(table.column("ts_ms"), ts_ms))


def test_the_scene_of_the_log_decides_what_counts() -> None:
    log = fixed(random_log(35))
    other = log.events.filter(pa.compute.not_equal(log.events.column("scene"), SCENE.name))
    assert other.num_rows > 0
    states, empty = started(log), started(log)
    states.update(None, other)
    after = CALENDAR.start_of(FIRST_DAY + 8)
    np.testing.assert_array_equal(read_at(log, states, after), read_at(log, empty, after))
