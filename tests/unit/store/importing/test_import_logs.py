"""Import of logs: against a plain Python reference, refused rows, and what a re-import does."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from toy_logs import CALENDAR, DAY, LOG, START, log, mapping, write_all, write_csv

from twoside.domains.feed.domain import DOMAIN
from twoside.errors import LakeError
from twoside.store.importing.importer import import_logs
from twoside.store.importing.mapping import EntitySource, EventSource, ExposureSource
from twoside.store.lake import Lake

SCENE = "videos_for_viewer"


@pytest.fixture
def rows():
    return log(np.random.default_rng(1), rows=400, users=30, items=20, days=4)


@pytest.fixture
def lake(tmp_path, rows):
    import_logs(mapping(), write_all(tmp_path / "data", rows), tmp_path / "lake", DOMAIN)
    return Lake.open(tmp_path / "lake")


def contents(root):
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in root.rglob("*.parquet")
        if ".staging" not in p.parts
    }


def expected(rows, first=0):
    """Exposures as (user, item, ms, request start, position, tab, click, like, watched), sorted
    as the lake sorts them: by time, then by place in the file."""
    numbered = sorted(enumerate(rows), key=lambda pair: (pair[1][2], pair[0]))
    lists = defaultdict(list)
    for n, row in numbered:
        lists[row[0], CALENDAR.day_of(row[2] * 1000)].append(n)
    found = []
    for n, (user, item, time, tab, click, like, watched) in numbered:
        mine = lists[user, CALENDAR.day_of(time * 1000)]
        begun = rows[mine[0]][2] * 1000
        found.append(
            (user, str(item), time * 1000, begun, mine.index(n), tab, click, like, watched)
        )
    return found


def test_exposures_requests_and_events_are_those_of_the_log(lake, rows):
    wanted = expected(rows)
    shown = lake.read("exposures")
    users, items = lake.rows("viewer"), lake.rows("video")
    tabs = lake.vocabulary("tab").ids(shown["tab"].to_numpy())
    begun = {r["request_id"]: r for r in lake.read("requests").to_pylist()}
    got = [
        (users.ids([r["person"]])[0], items.ids([r["item"]])[0], r["ts_ms"],
         begun[r["request_id"]]["ts_ms"], r["position"], tab)
        for r, tab in zip(shown.to_pylist(), tabs, strict=True)
    ]  # fmt: skip
    assert got == [row[:6] for row in wanted]
    assert len(begun) == len({(row[0], row[3]) for row in wanted})
    by_id = dict(zip(shown["exposure_id"].to_pylist(), wanted, strict=True))
    assert len(by_id) == len(rows)
    happened = lake.read("events").to_pylist()
    assert {e["kind"] for e in happened} == lake.event_kinds(SCENE) == {"click", "like"}
    clicks = {e["exposure_id"]: e["value"] for e in happened if e["kind"] == "click"}
    assert clicks == {n: pytest.approx(row[8], rel=1e-6) for n, row in by_id.items() if row[6]}
    likes = [e for e in happened if e["kind"] == "like"]
    assert sorted(e["exposure_id"] for e in likes) == sorted(n for n, r in by_id.items() if r[7])
    assert np.isnan([e["value"] for e in likes]).all()
    for e in happened:
        row = by_id[e["exposure_id"]]
        assert (e["ts_ms"], e["by"]) == (row[2], "person")
        assert users.ids([e["person"]]) + items.ids([e["item"]]) == list(row[:2])
    assert len({e["event_id"] for e in happened}) == len(happened)


def test_how_lists_came_about_is_kept_where_the_log_tells_it(tmp_path, lake, rows):
    assert not {"channel", "policy", "arm"} & set(lake.columns("exposures"))
    exposures = replace(mapping().exposures, origin={"channel": "tab", "arm": "item"})
    data = write_all(tmp_path / "data", rows)
    import_logs(mapping(exposures=exposures), data, tmp_path / "other", DOMAIN)
    told = Lake.open(tmp_path / "other")
    shown = told.read("exposures")
    assert "policy" not in shown.column_names
    words = told.vocabulary("channel").ids(shown["channel"].to_numpy())
    assert words == lake.vocabulary("tab").ids(lake.read("exposures")["tab"].to_numpy())
    arms = told.vocabulary("arm").ids(shown["arm"].to_numpy())
    assert arms == told.rows("video").ids(shown["item"].to_numpy())


def test_days_are_local_days(lake, rows):
    assert lake.days("exposures") == sorted({CALENDAR.day_of(r[2] * 1000) for r in rows})
    for day in lake.days("exposures"):
        ts = lake.read("exposures", day, day)["ts_ms"].to_numpy()
        assert CALENDAR.start_of(day) <= ts.min() <= ts.max() < CALENDAR.start_of(day + 1)


def test_attributes_are_read_by_their_types(lake):
    assert lake.describe("viewer", 4, START) == {
        "id": "u4", "active_degree": "high", "fans_count": 40.0,
    }  # fmt: skip
    assert lake.describe("video", 9, START) == {
        "id": "9",
        "title": 'Film "9", part',
        "category": "c",
        "categories": ["c", "a"],
        "duration_ms": 9004.5,
        "uploaded_ms": CALENDAR.start_of(19_083),
    }
    assert "categories" not in lake.describe("video", 2, START)  # empty in the file
    assert "category" not in lake.describe("video", 3, START)  # "unknown"
    table = lake.entity_table("viewer", START)
    assert table.size == 30
    assert np.isnan(table.columns["age"]).all()  # not mapped
    assert (table.columns["gender"] == -1).all()


def test_the_same_files_again_leave_the_lake_the_same(tmp_path, lake):
    before = contents(lake.root)
    import_logs(mapping(), tmp_path / "data", lake.root, DOMAIN)
    assert contents(lake.root) == before


def test_a_day_imported_again_is_replaced_whole_and_others_stay(tmp_path, lake, rows):
    start = CALENDAR.start_of(DAY + 1) // 1000
    fewer = [r for r in rows if start <= r[2] < start + 86_400][:5]
    kept = lake.read("exposures", DAY, DAY)
    write_csv(tmp_path / "data" / "log.csv", LOG, [[*r[:4], 0, 0, 0] for r in fewer])
    report = import_logs(mapping(), tmp_path / "data", lake.root, DOMAIN)
    assert report.days == (DAY + 1,)
    assert lake.read("exposures", DAY + 1, DAY + 1).num_rows == 5
    assert lake.read("events", DAY + 1, DAY + 1).num_rows == 0
    assert lake.read("exposures", DAY, DAY).equals(kept)
    assert lake.read("events", DAY, DAY).num_rows > 0


def test_rows_of_entities_do_not_change_when_their_file_is_shuffled(tmp_path, lake):
    before = lake.rows("viewer").words.to_pylist()
    users = [[f"u{k}", "high", 0] for k in reversed(range(35))]
    write_csv(tmp_path / "data" / "users.csv", ["id", "degree", "fans"], users)
    import_logs(mapping(), tmp_path / "data", lake.root, DOMAIN)
    after = lake.rows("viewer").words.to_pylist()
    assert after[:30] == before
    assert after[30:] == ["u34", "u33", "u32", "u31", "u30"]
    assert lake.describe("viewer", 3, START)["fans_count"] == 0.0


BAD = {
    "unknown person": ["stranger", 1, START // 1000, "tab0", 1, 0, 1.0],
    "unknown item": ["u1", 999, START // 1000, "tab0", 1, 0, 1.0],
    "no person": ["", 1, START // 1000, "tab0", 1, 0, 1.0],
    "no item": ["u1", "", START // 1000, "tab0", 1, 0, 1.0],
    "no time": ["u1", 1, "", "tab0", 1, 0, 1.0],
    "wrong type: time": ["u1", 1, "yesterday", "tab0", 1, 0, 1.0],
    "time out of range": ["u1", 1, 4_000_000_000, "tab0", 1, 0, 1.0],
    "wrong type: click": ["u1", 1, START // 1000, "tab0", "maybe", 0, 1.0],
    "wrong type: watched": ["u1", 1, START // 1000, "tab0", 1, 0, "long"],
}


@pytest.mark.parametrize("reason", BAD)
def test_a_bad_row_is_refused_with_its_reason_and_place(tmp_path, rows, reason):
    spoiled = [*rows[:7], BAD[reason], *rows[7:]]
    data = write_all(tmp_path / "data", spoiled)
    report = import_logs(mapping(), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {("log.csv", reason): 1}
    assert report.exposures == len(rows)
    kept = Lake.open(tmp_path / "lake").rejects().to_pylist()
    assert [(r["import"], r["source"], r["row"], r["reason"]) for r in kept] == [
        ("toy", "log.csv", 8, reason)
    ]


def test_a_line_with_too_many_values_is_refused(tmp_path, rows):
    data = write_all(tmp_path / "data", rows)
    text = (data / "log.csv").read_text().splitlines()
    text.insert(5, text[5] + ",more,and more")
    (data / "log.csv").write_text("\n".join(text) + "\n")
    report = import_logs(mapping(), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {("log.csv", "unreadable line"): 1}
    assert report.exposures == len(rows)


def test_a_wrong_attribute_is_refused_and_its_entity_stands(tmp_path, rows):
    data = write_all(tmp_path / "data", rows)
    users = [[f"u{k}", "high", "many" if k == 3 else k] for k in range(30)]
    write_csv(data / "users.csv", ["id", "degree", "fans"], [*users, ["u5", "low", 1]])
    report = import_logs(mapping(), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {
        ("users.csv", "wrong type: fans"): 1,
        ("users.csv", "duplicate id"): 1,
    }
    lake = Lake.open(tmp_path / "lake")
    assert "fans_count" not in lake.describe("viewer", 3, START)
    assert lake.describe("viewer", 5, START)["active_degree"] == "high"
    assert lake.rejects()["value"].to_pylist() == ["many", "u5"]


def test_a_kind_without_a_file_gets_rows_in_order_of_first_appearance(tmp_path, rows):
    data = write_all(tmp_path / "data", rows)
    no_users = mapping(entities=mapping().entities[1:])
    report = import_logs(no_users, data, tmp_path / "lake", DOMAIN)
    seen = list(dict.fromkeys(row[0] for row in expected(rows)))
    lake = Lake.open(tmp_path / "lake")
    assert lake.rows("viewer").words.to_pylist() == seen
    assert report.entities["viewer"] == len(seen)
    assert lake.entity_table("viewer", START).exists.all()
    assert np.isnan(lake.entity_table("viewer", START).columns["fans_count"]).all()


def test_parquet_and_csv_of_the_same_rows_give_the_same_days(tmp_path, lake, rows):
    data = tmp_path / "data"
    columns = {name: [row[n] for row in rows] for n, name in enumerate(LOG)}
    pq.write_table(pa.table(columns), data / "log.parquet", row_group_size=50)
    exposures = dataclasses.replace(mapping().exposures, file="log.parquet")
    import_logs(mapping(exposures=exposures), data, tmp_path / "other", DOMAIN)
    other = Lake.open(tmp_path / "other")
    for table in ("requests", "exposures", "events"):
        # through pandas, for which NaN equals NaN
        assert other.read(table).to_pandas().equals(lake.read(table).to_pandas())


def test_floats_of_a_column_with_holes_are_the_same_ids(tmp_path, rows):
    """pandas writes integers with holes as floats: 3.0 is the item 3."""
    data = write_all(tmp_path / "data", rows)
    columns = {name: [row[n] for row in rows] for n, name in enumerate(LOG)}
    columns["item"] = pa.array(columns["item"], pa.float64())
    pq.write_table(pa.table(columns), data / "log.parquet")
    exposures = dataclasses.replace(mapping().exposures, file="log.parquet")
    report = import_logs(mapping(exposures=exposures), data, tmp_path / "lake", DOMAIN)
    assert (report.exposures, report.refused) == (len(rows), {})


def test_a_pattern_takes_many_files(tmp_path, rows, lake):
    data = write_all(tmp_path / "data", rows[:150])
    write_csv(data / "log-1.csv", LOG, rows[:150])
    write_csv(data / "log-2.csv", LOG, rows[150:])
    exposures = dataclasses.replace(mapping().exposures, file="log-*.csv")
    import_logs(mapping(exposures=exposures), data, tmp_path / "other", DOMAIN)
    assert Lake.open(tmp_path / "other").read("exposures").equals(lake.read("exposures"))


@pytest.mark.parametrize(
    ("unit", "write"),
    [
        ("s", lambda ms: ms / 1000),
        ("ms", lambda ms: ms),
        ("us", lambda ms: ms * 1000),
        ("iso", lambda ms: str(np.datetime64(ms, "ms")) + "Z"),
        ("iso", lambda ms: str(np.datetime64(ms + 8 * 3_600_000, "ms"))),
        ("iso", lambda ms: str(np.datetime64(ms + 2 * 3_600_000, "ms")) + "+02:00"),
    ],
)
def test_every_unit_of_time_gives_the_same_moment(tmp_path, rows, unit, write):
    told = [[*r[:2], write(r[2] * 1000), *r[3:]] for r in rows[:20]]
    data = write_all(tmp_path / "data", told)
    exposures = dataclasses.replace(mapping().exposures, time_unit=unit)
    report = import_logs(mapping(exposures=exposures), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {}
    ts = Lake.open(tmp_path / "lake").read("exposures")["ts_ms"].to_pylist()
    assert ts == sorted(r[2] * 1000 for r in rows[:20])


def shown_at(tmp_path, minutes, exposures, name="lake"):
    rows = [["u1", n, START // 1000 + 60 * m, "tab0", 0, 0, 0] for n, m in enumerate(minutes)]
    data = write_all(tmp_path / "data", rows)
    import_logs(mapping(exposures=exposures), data, tmp_path / name, DOMAIN)
    return Lake.open(tmp_path / name)


def test_a_long_gap_begins_a_new_request(tmp_path):
    exposures = dataclasses.replace(mapping().exposures, request="gap", gap_minutes=10.0)
    lake = shown_at(tmp_path, [0, 9, 19, 30, 1435, 1444, 1600], exposures)
    shown = lake.read("exposures")
    request = shown["request_id"].to_numpy()
    assert np.unique(request, return_inverse=True)[1].tolist() == [0, 0, 0, 1, 2, 2, 3]
    assert shown["position"].to_pylist() == [0, 1, 2, 0, 0, 1, 0]
    # The session over midnight is a request of the day on which it began.
    began = lake.read("requests")["ts_ms"].to_numpy()
    assert ((began - START) // 60_000).tolist() == [0, 30, 1435, 1600]


def test_a_request_column_and_a_position_column_are_kept(tmp_path):
    rows = [
        ["u1", 4, START // 1000 + 50, "first", 0, 0, 2],
        ["u1", 5, START // 1000 + 51, "first", 0, 0, 1],
        ["u1", 6, START // 1000 + 52, "second", 0, 0, 7],
        ["u2", 7, START // 1000 + 53, "first", 0, 0, 1],
    ]
    exposures = ExposureSource(
        "log.csv", "user", "item", "time", "s", request="column", request_column="tab",
        position="watched", position_from=1,
    )  # fmt: skip
    data = write_all(tmp_path / "data", rows)
    changed = mapping(exposures=exposures, events=())
    import_logs(changed, data, tmp_path / "lake", DOMAIN)
    shown = Lake.open(tmp_path / "lake").read("exposures")
    assert shown["position"].to_pylist() == [1, 0, 6, 0]
    request = shown["request_id"].to_pylist()
    assert request[0] == request[1]
    assert len(set(request)) == 3


def test_events_of_their_own_file(tmp_path, rows):
    """Who acted by a condition, repeated ids refused, other rows of the file left alone."""
    data = write_all(tmp_path / "data", rows)
    told = [
        ["e1", "u1", 3, START + 5, "mail", "owner", 2.5],
        ["e2", "u2", 4, START + 4, "mail", "guest", ""],
        ["e1", "u1", 3, START + 6, "mail", "guest", 1],
        ["e3", "u1", 3, "never", "phone", "guest", 1],  # not an event of this kind
        ["e4", "u1", 3, "never", "mail", "guest", 1],
    ]
    write_csv(data / "mail.csv", ["id", "user", "item", "ms", "what", "who", "stars"], told)
    comments = EventSource(
        "comment", "what == 'mail'", file="mail.csv", person="user", item="item", time="ms",
        id="id", value="stars", by_item_when="who == 'owner'",
    )  # fmt: skip
    report = import_logs(mapping(events=(comments,)), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {
        ("mail.csv", "duplicate event id"): 1,
        ("mail.csv", "wrong type: ms"): 1,
    }
    happened = Lake.open(tmp_path / "lake").read("events").to_pylist()
    assert [(e["ts_ms"] - START, e["by"], e["exposure_id"]) for e in happened] == [
        (4, "person", -1),
        (5, "item", -1),
    ]
    assert np.isnan(happened[0]["value"])
    assert happened[1]["value"] == 2.5


def test_an_event_with_a_time_of_its_own_lies_on_its_own_day(tmp_path):
    later = START // 1000 + 2 * 86_400
    rows = [
        ["u1", 1, START // 1000, "tab0", 1, 0, later],
        ["u1", 2, START // 1000 + 9, "tab0", 1, 0, ""],
        ["u1", 3, START // 1000 + 9, "tab0", 1, 0, 5],
    ]
    click = EventSource("click", "click == 1", time="watched", time_unit="s")
    data = write_all(tmp_path / "data", rows)
    report = import_logs(mapping(events=(click,)), data, tmp_path / "lake", DOMAIN)
    assert report.refused == {
        ("log.csv", "no time of click"): 1,
        ("log.csv", "time of click before its exposure or out of range"): 1,
    }
    lake = Lake.open(tmp_path / "lake")
    assert lake.days("exposures") == [DAY]
    assert lake.read("events", DAY + 2, DAY + 2)["ts_ms"].to_pylist() == [later * 1000]


def test_repeated_exposure_ids_are_refused(tmp_path, rows):
    data = write_all(tmp_path / "data", [[*r[:6], n // 2] for n, r in enumerate(rows)])
    exposures = dataclasses.replace(mapping().exposures, id="watched")
    events = (EventSource("like", "like == 1"),)
    report = import_logs(
        mapping(exposures=exposures, events=events), data, tmp_path / "lake", DOMAIN
    )
    assert report.refused == {("log.csv", "duplicate exposure id"): 200}
    assert report.exposures == 200


def test_entities_with_a_moment_of_validity_have_versions(tmp_path, rows):
    data = write_all(tmp_path / "data", rows)
    told = [
        ["u1", "low", "2022-04-01"],
        ["u1", "high", "2022-04-15"],
        ["u2", "low", "2022-04-05"],
        ["u2", "low", "then"],
    ]
    write_csv(data / "users.csv", ["id", "degree", "since"], told)
    viewers = EntitySource(
        "viewer", "users.csv", "id", {"active_degree": "degree"}, valid_from="since"
    )
    changed = mapping(entities=(viewers, mapping().entities[1]))
    report = import_logs(changed, data, tmp_path / "lake", DOMAIN)
    assert report.refused["users.csv", "wrong type: since"] == 1
    assert report.entities["viewer"] == 2
    lake = Lake.open(tmp_path / "lake")
    words = lake.words("viewer", "active_degree")

    def degree(day):
        codes = lake.entity_table("viewer", day).columns["active_degree"]
        return [words[code] if code >= 0 else None for code in codes]

    before, between = CALENDAR.start_of(19_082), CALENDAR.start_of(19_085)
    assert degree(before) == [None, None]
    assert degree(between) == ["low", None]
    assert degree(START) == ["high", "low"]


def test_a_failing_import_leaves_the_lake_as_it_was(tmp_path, lake, rows):
    before = contents(lake.root)

    def breaks(done):
        if done > 0.6:
            raise KeyboardInterrupt

    write_csv(tmp_path / "data" / "log.csv", LOG, rows[:50])
    with pytest.raises(KeyboardInterrupt):
        import_logs(mapping(), tmp_path / "data", lake.root, DOMAIN, breaks)
    assert contents(lake.root) == before
    assert not lake.layout.staging.exists()


def test_progress_goes_up_to_one(tmp_path, rows):
    told = []
    data = write_all(tmp_path / "data", rows)
    import_logs(mapping(), data, tmp_path / "lake", DOMAIN, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_lake_of_another_domain_or_calendar_is_refused(tmp_path, lake):
    Lake.create(tmp_path / "jobs", "recruiting", CALENDAR)
    with pytest.raises(LakeError, match="jobs: a lake of the domain 'recruiting'"):
        import_logs(mapping(), tmp_path / "data", tmp_path / "jobs", DOMAIN)
    with pytest.raises(LakeError, match=r"days are counted at UTC\+8 h, but the mapping says \+0"):
        import_logs(mapping(utc_offset_hours=0.0), tmp_path / "data", lake.root, DOMAIN)


def test_the_report_counts_what_the_lake_holds(tmp_path, rows):
    data = write_all(tmp_path / "data", rows)
    report = import_logs(mapping(), data, tmp_path / "lake", DOMAIN).as_json()
    assert report["entities"] == {"viewer": 30, "video": 20}
    assert report["exposures"] == 400
    assert report["events"] == {"click": sum(r[4] for r in rows), "like": sum(r[5] for r in rows)}
    assert report["people"] == len({r[0] for r in rows})
    assert report["days"][0] == "2022-04-18"
    assert report["rejected"] == []
