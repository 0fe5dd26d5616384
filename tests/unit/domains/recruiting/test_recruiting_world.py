"""Laws of the world, on a small market that has logged a few days."""

import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.settings import WorldSettings, shipped_rates
from twoside.domains.recruiting.world import RecruitingWorld
from twoside.errors import ArtefactError, ConfigError, DataError
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS, HOUR_MS
from twoside.schema.slates import Slates
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS

SCENES = ("jobs_for_seeker", "seekers_for_boss")
DAYS = 8
BUSY = replace(shipped_rates(), seeker_visits=1.2, job_visits=1.2, fill_share=1.0)
"""Many visits and hires, so that a small market shows every law."""
SMALL = WorldSettings(seekers=600, jobs=300, days=DAYS, seed=3, rates=BUSY)


@pytest.fixture(scope="module")
def lived():
    world = RecruitingWorld.start(SMALL)
    return world, [world.live_day() for _ in range(DAYS)]


@pytest.fixture(scope="module")
def world(lived):
    return lived[0]


@pytest.fixture(scope="module")
def log(lived):
    days = lived[1]
    return {
        name: pa.concat_tables([getattr(day, name) for day in days])
        for name in ("requests", "exposures", "events")
    }


def _slates(world, scene, day, length=20):
    visits = world.visits(scene, day)
    item = DOMAIN.scene(scene).item
    rows = np.flatnonzero(world.table(item).open_rows())
    rng = np.random.default_rng(day)
    items = np.stack([rng.choice(rows, length, replace=False) for _ in range(len(visits))])
    return Slates(visits.request_id, visits.person, visits.ts_ms, items.astype(np.int32))


def _bytes(table):
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return sink.getvalue().to_pybytes()


def _kinds(events, kind):
    return events.filter(pa.compute.equal(events["kind"], kind))


# --- logs -----------------------------------------------------------------------------------


def test_a_day_has_exactly_the_tables_of_the_lake(lived):
    for day in lived[1]:
        assert day.requests.schema == REQUESTS
        assert day.exposures.schema == EXPOSURES
        assert day.events.schema == EVENTS


def test_everything_of_a_day_lies_in_that_day(lived):
    for n, day in enumerate(lived[1]):
        assert day.day == SMALL.start_day + n
        start = SMALL.calendar.start_of(day.day)
        for table in (day.requests, day.exposures, day.events):
            ts_ms = table["ts_ms"].to_numpy()
            assert ((ts_ms >= start) & (ts_ms < start + DAY_MS)).all()


def test_no_id_is_given_twice_over_scenes_days_and_closed_loop(world, log):
    arm = world.fork()
    played = [arm.respond(scene, _slates(arm, scene, arm.day)) for scene in SCENES]
    for name, column in (("exposures", "exposure_id"), ("events", "event_id")):
        ids = [log[name][column].to_numpy()]
        ids += [getattr(answer, name)[column].to_numpy() for answer in played]
        if name == "events":
            ids.append(world.pending.event_id)
        every = np.concatenate(ids)
        assert len(np.unique(every)) == len(every)
    requests = log["requests"]["request_id"].to_numpy()
    coming = np.concatenate([arm.visits(scene, arm.day).request_id for scene in SCENES])
    assert len(np.unique(requests)) == len(requests)
    assert not np.isin(coming, requests).any()


def test_an_event_answers_an_exposure_of_its_pair_and_comes_after_it(log):
    exposures, events = log["exposures"].to_pandas(), log["events"].to_pandas()
    joined = events.merge(exposures, on="exposure_id", suffixes=("", "_shown"))
    assert len(joined) == len(events)
    assert (joined["ts_ms"] >= joined["ts_ms_shown"]).all()
    for column in ("person", "item", "scene"):
        assert (joined[column] == joined[column + "_shown"]).all()


def test_behaviours_come_in_the_order_of_the_funnel_within_their_windows(world, log):
    events = pa.concat_tables([log["events"], world.pending.table()]).to_pandas()
    exposures = log["exposures"].to_pandas().set_index("exposure_id")["ts_ms"]
    at = events.pivot(index="exposure_id", columns="kind", values="ts_ms")
    for before, after in (
        ("view", "chat"),
        ("chat", "read"),
        ("read", "reply"),
        ("reply", "reach"),
    ):
        later = at[at[after].notna()]
        assert len(later) > 0
        assert (later[before] < later[after]).all()
    windows = {t.events[0]: t.within_hours for t in DOMAIN.scenes[0].targets}
    for kind, hours in windows.items():
        delay = at[kind].dropna() - exposures.reindex(at[kind].dropna().index)
        assert (delay <= hours * HOUR_MS).mean() >= (1.0 if kind in ("view", "chat") else 0.9)
        assert delay.max() <= 66 * HOUR_MS  # the bounds of read, reply and reach in world.toml


def test_answers_come_late_and_are_kept_until_their_day(lived):
    first = lived[1][0]
    own = np.isin(
        lived[1][1].events["exposure_id"].to_numpy(), first.exposures["exposure_id"].to_numpy()
    )
    assert own.any()


def test_examination_falls_with_the_position(log):
    exposures = log["exposures"]
    viewed = np.isin(
        exposures["exposure_id"].to_numpy(),
        _kinds(log["events"], "view")["exposure_id"].to_numpy(),
    )
    position = exposures["position"].to_numpy()
    assert viewed[position < 4].mean() > 1.3 * viewed[position >= 14].mean()
    shown = np.bincount(position)
    assert shown[0] == shown[3] == len(log["requests"])
    assert (np.diff(shown[3:]) < 0).all()


def test_a_pair_talks_once(world, log):
    chats = _kinds(log["events"], "chat").to_pandas()
    turned = chats["scene"] == "seekers_for_boss"
    seeker = chats["person"].where(~turned, chats["item"])
    job = chats["item"].where(~turned, chats["person"])
    assert not (seeker * 1_000_000 + job).duplicated().any()


def test_the_truth_is_in_no_table(lived):
    declared = {kind.kind: {c.name for c in kind.columns} for kind in DOMAIN.entities}
    for day in lived[1]:
        for kind, table in day.entities.items():
            assert set(table.column_names) == declared[kind] | {"row", "id", "valid_from_ms"}
    world = lived[0]
    hidden = {"appeal", "ready", "taste", "profile", "far", "greed", "asked", "onsite"}
    for kind in declared:
        table = world.table(kind)
        assert not hidden & {*table.columns, *table.lists}


# --- entities ---------------------------------------------------------------------------------


def test_rows_are_dense_and_never_change(lived):
    world, days = lived
    for kind in ("seeker", "job", "boss", "company"):
        seen: dict[int, tuple] = {}
        for day in days:
            if kind not in day.entities:
                continue
            table = day.entities[kind].drop_columns(
                [
                    c
                    for c in ("valid_from_ms", "is_open", "openings")
                    if c in day.entities[kind].column_names
                ]
            )
            for row in table.to_pylist():
                value = tuple(map(str, row.values()))
                assert seen.setdefault(row["row"], value) == value
        assert sorted(seen) == list(range(len(seen)))
        given = len(seen)
        # those who come at the next midnight have rows, but no day has told of them yet
        assert world.table(kind).size - given == sum(
            (part.is_job == (kind == "job"))[part.row >= given].sum() for part in world.changes
        ) * (kind in ("seeker", "job"))


def test_codes_and_words_say_the_same(lived):
    world, days = lived
    for kind in ("seeker", "job", "boss", "company"):
        table, told = world.table(kind), days[0].entities[kind]
        rows = told["row"].to_numpy()
        for column in DOMAIN.entity(kind).columns:
            if column.type == "category":
                spoken = world.vocabulary(kind, column.name)
                assert len(spoken) == table.sizes[column.name]
                codes = table.codes(column.name)[rows]
                assert [spoken[c] for c in codes] == told[column.name].to_pylist()
            elif column.type == "categories":
                spoken, codes = world.vocabulary(kind, column.name), table.lists[column.name]
                for row, words in zip(rows[:50], told[column.name].to_pylist(), strict=False):
                    own = codes.values[codes.start[row] : codes.start[row + 1]]
                    assert [spoken[c] for c in own] == words
                    assert len(set(words)) == len(words) > 0
            elif column.type == "time":
                assert (table.columns[column.name][rows] == told[column.name].to_numpy()).all()


def test_what_is_shown_is_open_as_told_by_the_versions(lived):
    versions = pa.concat_tables([day.entities["job"] for day in lived[1]]).to_pandas()
    for day in lived[1]:
        shown = day.exposures.to_pandas()
        asked = day.requests.to_pandas().set_index("request_id")["ts_ms"]
        shown = shown[shown["scene"] == "jobs_for_seeker"]
        parts = shown.assign(ts_ms=asked.reindex(shown["request_id"]).to_numpy())
        known = versions[["row", "valid_from_ms", "is_open"]].sort_values("valid_from_ms")
        import pandas as pd

        state = pd.merge_asof(
            parts.sort_values("ts_ms"),
            known,
            left_on="ts_ms",
            right_on="valid_from_ms",
            left_by="item",
            right_by="row",
        )
        # the logging policy looks at the market eight times a day, so a few were just filled
        assert state["is_open"].notna().all()
        assert (state["is_open"] == 1).mean() > 0.98


def test_openings_are_never_exceeded_and_a_filled_job_hears_nothing(lived, log):
    world, days = lived
    versions = pa.concat_tables([day.entities["job"] for day in days]).to_pandas()
    assert (versions["openings"] >= 0).all() and (world.state.openings >= 0).all()
    assert (versions.loc[versions["openings"] == 0, "is_open"] == 0).all()
    filled = versions[(versions["openings"] == 0)]
    assert len(filled) > 10
    chats = _kinds(log["events"], "chat").to_pandas()
    asked = (
        log["exposures"]
        .to_pandas()
        .merge(
            log["requests"].to_pandas()[["request_id", "ts_ms"]],
            on="request_id",
            suffixes=("", "_asked"),
        )
    )
    chats = chats.merge(asked[["exposure_id", "ts_ms_asked"]], on="exposure_id")
    turned = chats["scene"] == "seekers_for_boss"
    job = chats["item"].where(~turned, chats["person"])
    last = versions.sort_values("valid_from_ms", kind="stable").drop_duplicates("row", keep="last")
    for row, since in last.loc[last["openings"] == 0, ["row", "valid_from_ms"]].to_numpy():
        assert (chats.loc[job == row, "ts_ms_asked"] <= since).all()


# --- time and copies --------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(lived):
    again = RecruitingWorld.start(SMALL)
    for day in lived[1][:3]:
        twin = again.live_day()
        for name in ("requests", "exposures", "events"):
            assert _bytes(getattr(twin, name)) == _bytes(getattr(day, name))
        for kind, table in day.entities.items():
            assert _bytes(table) == _bytes(twin.entities[kind])
    other = RecruitingWorld.start(replace(SMALL, seed=4)).live_day()
    assert _bytes(other.requests) != _bytes(lived[1][0].requests)


def test_a_fork_is_independent(world):
    slates = {scene: _slates(world, scene, world.day) for scene in SCENES}
    people, items = np.arange(50, dtype=np.int32), np.tile(np.arange(200, dtype=np.int32), (50, 1))
    before = world.chance("jobs_for_seeker", people, items, world.now_ms)
    arm = world.fork()
    for scene in SCENES:
        arm.respond(scene, slates[scene])
    arm.advance(arm.now_ms + 3 * DAY_MS)
    after = arm.chance("jobs_for_seeker", people, items, arm.now_ms)
    assert (before != after).any()
    np.testing.assert_array_equal(
        world.chance("jobs_for_seeker", people, items, world.now_ms), before
    )
    twin = world.fork()
    for scene in SCENES:
        one, two = twin.respond(scene, slates[scene]), world.fork()
        assert one.exposures.num_rows > 0
        if scene == "jobs_for_seeker":
            assert _bytes(two.respond(scene, slates[scene]).events) == _bytes(one.events)


def test_visits_are_the_same_whatever_was_shown(world):
    one, two = world.fork(), world.fork()
    for scene in SCENES:
        one.respond(scene, _slates(one, scene, one.day))
    for arm in (one, two):
        arm.advance(world.now_ms + DAY_MS)
    for scene in SCENES:
        left, right = one.visits(scene, one.day), two.visits(scene, two.day)
        np.testing.assert_array_equal(left.person, right.person)
        np.testing.assert_array_equal(left.ts_ms, right.ts_ms)
        assert (np.diff(left.ts_ms) >= 0).all() and len(left) > 100


def test_a_packed_world_goes_on_as_the_world_itself(world):
    packed = world.pack()
    stored = Packed(
        json.loads(json.dumps(packed.meta)), {n: a.copy() for n, a in packed.arrays.items()}
    )
    one, two = RecruitingWorld.unpack(stored), world.fork()
    left, right = one.live_day(), two.live_day()
    for name in ("requests", "exposures", "events"):
        assert _bytes(getattr(left, name)) == _bytes(getattr(right, name))
    for kind, table in left.entities.items():
        assert _bytes(table) == _bytes(right.entities[kind])


def test_time_does_not_run_back(world):
    with pytest.raises(DataError, match="Time only moves on"):
        world.fork().advance(world.now_ms - 1)


# --- truth ------------------------------------------------------------------------------------


@pytest.mark.parametrize("scene", SCENES)
def test_chance_is_the_rate_of_reaches_at_the_top_of_a_list(world, scene):
    """Each visitor is shown one item; many forks' worth of luck by many lists."""
    rates = replace(BUSY, burden_weight=0.0, fill_share=0.0, tired_each=0.0)
    market = RecruitingWorld.start(replace(SMALL, seekers=3000, jobs=1500, rates=rates))
    visits = market.visits(scene, market.day)
    first = np.unique(visits.person, return_index=True)[1]
    person, ts_ms = visits.person[first], np.full(len(first), market.now_ms)
    item = DOMAIN.scene(scene).item
    rows = np.flatnonzero(market.table(item).open_rows()).astype(np.int32)
    every = np.ascontiguousarray(np.broadcast_to(rows, (len(person), len(rows))))
    chance = market.chance(scene, person, every, market.now_ms)
    best = np.argsort(-chance, axis=1)[:, :4]
    expected, reached = 0.0, 0
    for n in range(4):  # other request ids are other luck
        items = rows[best[:, n : n + 1]]
        ids = 10**9 * (n + 1) + np.arange(len(person))
        answer = market.fork().respond(scene, Slates(ids, person, ts_ms, items))
        expected += float(np.take_along_axis(chance, best, 1)[:, n].sum())
        reached += _kinds(answer.events, "reach").num_rows
    assert expected > 40
    assert abs(reached - expected) < 4 * np.sqrt(expected)


def test_a_settled_pair_a_closed_job_and_an_empty_place_have_no_chance(world, log):
    job = world.table("job")
    closed = np.flatnonzero(~job.open_rows()).astype(np.int32)
    people = np.flatnonzero(world.table("seeker").open_rows()).astype(np.int32)[:20]
    items = np.tile(np.append(closed[:30], -1).astype(np.int32), (20, 1))
    assert (world.chance("jobs_for_seeker", people, items, world.now_ms) == 0).all()
    chats = _kinds(log["events"], "chat").to_pandas()
    chats = chats[chats["scene"] == "jobs_for_seeker"]
    pairs = chats[["person", "item"]].to_numpy(np.int32)[:200]
    settled = world.chance("jobs_for_seeker", pairs[:, 0].copy(), pairs[:, 1:].copy(), world.now_ms)
    assert (settled == 0).all()


def test_a_boss_with_many_waiting_answers_less(world):
    busy = world.fork()
    busy.state.boss_load[:] = 50.0
    busy.state.boss_load_ms[:] = busy.now_ms
    rows = np.flatnonzero(world.table("job").open_rows()).astype(np.int32)
    people = np.flatnonzero(world.table("seeker").open_rows()).astype(np.int32)[:20]
    items = np.ascontiguousarray(np.broadcast_to(rows, (20, len(rows))))
    free = world.chance("jobs_for_seeker", people, items, world.now_ms)
    full = busy.chance("jobs_for_seeker", people, items, world.now_ms)
    assert (full[free > 0] < free[free > 0]).all()


def test_somebody_unknown_gets_exposures_and_does_nothing(world):
    slates = Slates(
        np.array([5 * 10**9]),
        np.array([-1], np.int32),
        np.array([world.now_ms]),
        np.arange(20, dtype=np.int32)[None],
    )
    answer = world.fork().respond("jobs_for_seeker", slates)
    assert answer.exposures.num_rows >= 4 and answer.events.num_rows == 0


# --- messages ---------------------------------------------------------------------------------


def test_wrong_slates_are_refused_by_name(world):
    now, one = np.array([world.now_ms]), np.zeros(1, np.int32)
    with pytest.raises(DataError, match="item row 99999; expected -1 to"):
        world.respond("jobs_for_seeker", Slates(now, one, now, np.array([[99999]], np.int32)))
    with pytest.raises(DataError, match="lists of 300 items; expected at most 256"):
        world.respond("jobs_for_seeker", Slates(now, one, now, np.zeros((1, 300), np.int32)))


def test_unknown_names_get_the_nearest(world):
    with pytest.raises(ConfigError, match="Did you mean 'seekers_for_boss'"):
        world.visits("seeker_for_boss", world.day)
    with pytest.raises(ConfigError, match="Did you mean 'seeker'"):
        world.table("seekers")
    with pytest.raises(ConfigError, match=r"no category 'citty'\. Did you mean 'city'"):
        world.vocabulary("seeker", "citty")


def test_a_world_too_small_or_of_another_kind_is_refused():
    with pytest.raises(ConfigError, match="expected at least 20 of each"):
        RecruitingWorld.start(WorldSettings(seekers=5))
    with pytest.raises(ArtefactError, match="expected 'recruiting world'"):
        RecruitingWorld.unpack(Packed({"kind": "swing"}))
