"""Reading a lake: folders that are none, days, context columns, behaviours."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest
from toy_market import CALENDAR, DAY, DOMAIN, events, exposures, new_lake

from twoside.errors import DataError, LakeError
from twoside.store.lake import Lake


def write(lake, *days) -> None:
    with lake.stage() as stage:
        for table, day, rows in days:
            stage.day(table, day, rows)
        stage.commit()


def test_a_lake_remembers_its_domain_and_its_days(tmp_path):
    new_lake(tmp_path / "lake")
    lake = Lake.open(tmp_path / "lake")
    assert (lake.domain, lake.calendar) == ("toy", CALENDAR)
    assert lake.days("events") == []
    assert lake.read("events").num_rows == 0


def test_a_foreign_folder_is_named(tmp_path):
    (tmp_path / "photo.jpg").write_bytes(b"x")
    with pytest.raises(LakeError, match=f"{tmp_path}: not a lake"):
        Lake.open(tmp_path)
    with pytest.raises(LakeError, match=f"{tmp_path}: not empty and no lake"):
        new_lake(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["photo.jpg"]


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(LakeError, match="nowhere: there is no such folder"):
        Lake.open(tmp_path / "nowhere")


def test_a_half_written_folder_is_named(tmp_path):
    lake = new_lake(tmp_path / "lake")
    write(lake, ("exposures", DAY, exposures(DAY, 5)))
    (lake.root / "lake.json").unlink()
    with pytest.raises(LakeError, match=r"lake: half-written: it has exposures but no lake\.json"):
        Lake.open(lake.root)


def test_a_newer_format_is_refused(tmp_path):
    lake = new_lake(tmp_path / "lake")
    about = json.loads((lake.root / "lake.json").read_text())
    (lake.root / "lake.json").write_text(json.dumps(about | {"format": 2}))
    with pytest.raises(LakeError, match="format 2, but this twoside knows format 1"):
        Lake.open(lake.root)


def test_a_broken_description_is_named(tmp_path):
    lake = new_lake(tmp_path / "lake")
    (lake.root / "lake.json").write_text("{")
    with pytest.raises(LakeError, match=r"lake\.json: not readable"):
        Lake.open(lake.root)


def test_a_lake_is_not_made_over_another(tmp_path):
    new_lake(tmp_path / "lake")
    with pytest.raises(LakeError, match="there is a lake already"):
        new_lake(tmp_path / "lake")


def test_a_cut_file_is_named(tmp_path):
    lake = new_lake(tmp_path / "lake")
    write(lake, ("exposures", DAY, exposures(DAY, 50)))
    path = lake.layout.day("exposures", DAY)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(LakeError, match=r"part\.parquet: not a readable Parquet file"):
        lake.read("exposures")


def test_only_the_asked_days_scene_and_columns_are_read(tmp_path):
    lake = new_lake(tmp_path / "lake")
    mixed = pa.concat_tables(
        [exposures(DAY + 1, 4), exposures(DAY + 1, 3, scene="people", first_id=4)]
    )
    write(
        lake,
        ("exposures", DAY, exposures(DAY, 5)),
        ("exposures", DAY + 1, mixed),
        ("exposures", DAY + 2, exposures(DAY + 2, 6)),
    )
    assert lake.days("exposures") == [DAY, DAY + 1, DAY + 2]
    assert len(lake.files("exposures", DAY + 1, DAY + 2)) == 2
    assert lake.read("exposures").num_rows == 18
    assert lake.read("exposures", DAY, DAY + 1).num_rows == 12
    some = lake.read("exposures", DAY + 1, DAY + 2, columns=["item", "ts_ms"], scene="things")
    assert some.column_names == ["item", "ts_ms"]
    assert some.num_rows == 10


def test_a_context_column_that_a_day_lacks_is_unknown_there(tmp_path):
    lake = new_lake(tmp_path / "lake")
    one = exposures(DAY + 1, 2, hour=3.5).append_column("tab", pa.array([4, 5], pa.int32()))
    write(lake, ("exposures", DAY, exposures(DAY, 2)), ("exposures", DAY + 1, one))
    found = lake.read("exposures")
    assert found["tab"].to_pylist() == [-1, -1, 4, 5]
    np.testing.assert_equal(found["hour"].to_numpy(), [np.nan, np.nan, 3.5, 3.5])


def test_an_unknown_table_or_column_gets_a_guess(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with pytest.raises(DataError, match=r"no day table 'exposure'. Did you mean 'exposures'"):
        lake.read("exposure")
    with pytest.raises(DataError, match=r"exposures has no column 'postion'. Did you mean 'posit"):
        lake.read("exposures", columns=["postion"])


def test_behaviours_are_the_events_before_the_moment_in_order_of_person_and_time(tmp_path):
    """Reference: the same by plain Python over all events."""
    rng = np.random.default_rng(3)
    lake, every = new_lake(tmp_path / "lake"), []
    for day in range(DAY, DAY + 4):
        n = 60
        ts = CALENDAR.start_of(day) + rng.integers(0, 86_400, n) * 1000
        kind = rng.choice(["view", "buy", "glance", "hate"], n)
        person, item = rng.integers(0, 7, n), rng.integers(0, 9, n)
        scene = "things" if day != DAY + 2 else "people"
        rows = events(ts, kind, person, item, scene)
        write(lake, ("events", day, rows))
        every += [r | {"day": day} for r in rows.to_pylist()]
    before = CALENDAR.start_of(DAY + 3) + 40_000_000
    found = lake.behaviours(DOMAIN, "things", DAY + 1, before)
    strength = {"view": 0.5, "buy": 2.0, "hate": -1.0}
    wanted = sorted(
        (r["person"], r["ts_ms"], r["event_id"], r["item"], strength[r["kind"]])
        for r in every
        if r["scene"] == "things"
        and r["day"] >= DAY + 1
        and r["ts_ms"] < before
        and r["kind"] in strength
    )
    assert len(found) == len(wanted) > 50
    assert found.person.tolist() == [w[0] for w in wanted]
    assert found.ts_ms.tolist() == [w[1] for w in wanted]
    assert found.item.tolist() == [w[3] for w in wanted]
    assert found.strength.tolist() == [w[4] for w in wanted]
    assert found.person.dtype == found.item.dtype == np.int32
    assert found.strength.dtype == np.float32


def test_no_events_are_no_behaviours(tmp_path):
    lake = new_lake(tmp_path / "lake")
    assert len(lake.behaviours(DOMAIN, "things")) == 0
    assert lake.event_kinds("things") == set()


def test_event_kinds_are_those_of_the_scene(tmp_path):
    lake = new_lake(tmp_path / "lake")
    start = CALENDAR.start_of(DAY)
    one = events([start, start + 1], ["view", "buy"], [0, 1], [0, 1])
    other = events([start], ["hate"], [0], [0], scene="people")
    write(lake, ("events", DAY, pa.concat_tables([one, other])))
    assert lake.event_kinds("things") == {"view", "buy"}
    assert lake.event_kinds("people") == {"hate"}
