"""Mappings: every mistake is one clear error, and nothing was written."""

from __future__ import annotations

import dataclasses

import pytest
from toy_logs import LOG, START, mapping, write_all, write_csv

from twoside.domains.feed.domain import DOMAIN
from twoside.errors import ConfigError, DataError
from twoside.store.importing.importer import import_logs
from twoside.store.importing.mapping import Csv, EventSource, load_mapping

ROWS = [["u1", 1, START // 1000, "tab0", 1, 0, 1.0]]


def part(name, n=None, **changed):
    """The mapping with settings of one part changed."""
    told = getattr(mapping(), name)
    if n is None:
        return mapping(**{name: dataclasses.replace(told, **changed)})
    parts = list(told)
    parts[n] = dataclasses.replace(parts[n], **changed)
    return mapping(**{name: tuple(parts)})


WRONG = {
    r"domain = 'shop': this is the domain 'feed'": lambda: mapping(domain="shop"),
    r"feed has no scene 'videos'\. Known: videos_for_viewer": lambda: mapping(scene="videos"),
    "neither `exposures` nor `events`": lambda: mapping(exposures=None, events=()),
    r"exposures\.file = 'lag\.csv': there is no such file in .* Did you mean 'log\.csv'": (
        lambda: part("exposures", file="lag.csv")
    ),
    r"exposures\.person = 'usr': log\.csv has no such column\. Did you mean 'user'": (
        lambda: part("exposures", person="usr")
    ),
    r"exposures\.context: videos_for_viewer has no 'page'\. .*Known: tab": (
        lambda: part("exposures", context={"page": "tab"})
    ),
    r"exposures\.origin: lists have no 'chanel'\. Did you mean 'channel'": (
        lambda: part("exposures", origin={"chanel": "tab"})
    ),
    r"exposures\.origin\.arm = 'arms': log\.csv has no such column": (
        lambda: part("exposures", origin={"arm": "arms"})
    ),
    r"exposures\.request = \"column\": also say `request_column`": (
        lambda: part("exposures", request="column")
    ),
    r"feed has no entity 'viewr'\. Did you mean 'viewer'": (
        lambda: part("entities", 0, kind="viewr")
    ),
    r"entities\[0\]\.columns: viewer has no 'fans_coun'\. Did you mean 'fans_count'": (
        lambda: part("entities", 0, columns={"fans_coun": "fans"})
    ),
    r"entities\[0\]\.columns\.age = 'years': users\.csv has no such column": (
        lambda: part("entities", 0, columns={"age": "years"})
    ),
    r"entities\[1\]\.columns\.categories: a list of categories\. Say how it is written": (
        lambda: part("entities", 1, split={})
    ),
    r"entities\[1\]\.split: columns has no 'tags'": (
        lambda: part("entities", 1, split={"tags": ",", "categories": ","})
    ),
    "entities: 'viewer' is mapped twice": (
        lambda: mapping(entities=(mapping().entities[0], mapping().entities[0]))
    ),
    r"feed has no event 'klick'\. Did you mean 'click'": lambda: part("events", 0, kind="klick"),
    r"events\[1\]\.when = 'lke == 1': log\.csv has no column 'lke'": (
        lambda: part("events", 1, when="lke == 1")
    ),
    r"events\[0\]\.value = 'secs': log\.csv has no such column": (
        lambda: part("events", 0, value="secs")
    ),
    r"events\[0\]\.person: needed for events with a file": (
        lambda: part("events", 0, file="log.csv", item="item", time="time")
    ),
    r"events\[0\]\.person: only for events with a file": lambda: part("events", 0, person="user"),
    r"events\[0\]\.file: needed where the mapping has no `exposures`": (
        lambda: mapping(exposures=None, events=(EventSource("click"),))
    ),
    r"earliest = 'May': expected a day such as": lambda: mapping(earliest="May"),
}


@pytest.mark.parametrize("message", WRONG)
def test_a_wrong_mapping_is_one_error_and_nothing_is_written(tmp_path, message):
    data = write_all(tmp_path / "data", ROWS)
    with pytest.raises((ConfigError, DataError), match=message):
        import_logs(WRONG[message](), data, tmp_path / "lake", DOMAIN)
    assert not (tmp_path / "lake").exists()


def test_a_missing_data_folder_is_named(tmp_path):
    with pytest.raises(DataError, match=r"data folder .*nowhere: there is no such folder"):
        import_logs(mapping(), tmp_path / "nowhere", tmp_path / "lake", DOMAIN)


def test_files_that_are_not_what_they_seem_are_named(tmp_path):
    data = write_all(tmp_path / "data", ROWS)
    (data / "log.parquet").write_text("no parquet")
    with pytest.raises(DataError, match=r"exposures\.file = 'log\.parquet': cannot be read"):
        import_logs(part("exposures", file="log.parquet"), data, tmp_path / "lake", DOMAIN)
    (data / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"empty\.csv is empty"):
        import_logs(part("exposures", file="empty.csv"), data, tmp_path / "lake", DOMAIN)
    (data / "bad.csv.gz").write_text("user,item")
    with pytest.raises(DataError, match=r"bad\.csv\.gz is not text in utf-8"):
        import_logs(part("exposures", file="bad.csv.gz"), data, tmp_path / "lake", DOMAIN)
    (data / "twice.csv").write_text("user,item,user\n")
    with pytest.raises(DataError, match=r"twice\.csv has two columns 'user'"):
        import_logs(part("exposures", file="twice.csv"), data, tmp_path / "lake", DOMAIN)


def test_files_of_one_pattern_must_have_the_same_columns(tmp_path):
    data = write_all(tmp_path / "data", ROWS)
    write_csv(data / "log2.csv", ["user", "item"], [])
    with pytest.raises(DataError, match=r"log2\.csv has the columns user, item, but log\.csv"):
        import_logs(part("exposures", file="log*.csv"), data, tmp_path / "lake", DOMAIN)


def test_other_delimiters_encodings_and_files_without_a_header(tmp_path):
    data = write_all(tmp_path / "data", ROWS)
    (data / "log.dat").write_text(f"u1::1::{START // 1000}::Zoë::1::0::2\n", encoding="latin-1")
    (data / "users.csv").write_text("id::degree::fans\nu1::high::3\n", encoding="latin-1")
    (data / "films.dat").write_text('id::title::tags::length::day\n1::An "odd" one::::1::\n')
    changed = part("exposures", file="log.dat", names=tuple(LOG))
    films = dataclasses.replace(changed.entities[1], file="films.dat")
    changed = dataclasses.replace(
        changed,
        entities=(changed.entities[0], films),
        csv=Csv(delimiter="::", quote="", encoding="latin-1"),
    )
    report = import_logs(changed, data, tmp_path / "lake", DOMAIN)
    assert (report.exposures, report.refused) == (1, {})
    from twoside.store.lake import Lake

    lake = Lake.open(tmp_path / "lake")
    assert lake.vocabulary("tab").words.to_pylist() == ["Zoë"]
    assert lake.describe("video", 0, START)["title"] == 'An "odd" one'


def test_a_file_with_marks_of_other_systems_is_read(tmp_path):
    """A byte order mark before the first name, and lines that end as on Windows."""
    data = write_all(tmp_path / "data", ROWS)
    text = (data / "log.csv").read_text().replace("\n", "\r\n")
    (data / "log.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    report = import_logs(mapping(), data, tmp_path / "lake", DOMAIN)
    assert (report.exposures, report.refused) == (1, {})


TOML = """
domain = "feed"
scene = "videos_for_viewer"
utc_offset_hours = 8
earliest = 2022-04-01
[exposures]
file = "log.csv"
person = "user"
item = "item"
time = "time"
context.tab = "tab"
"""


def test_a_toml_is_a_mapping_named_as_its_file(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(TOML)
    found = load_mapping(path)
    assert (found.name, found.earliest, found.utc_offset_hours) == ("mine", "2022-04-01", 8.0)
    assert found.exposures.context == {"tab": "tab"}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("scene =", "scenes =", r"mine\.toml has no setting 'scenes'\. Did you mean 'scene'"),
        ("person =", "persn =", r"mine\.toml\.exposures has no setting 'persn'"),
        ("[exposures]", "[exposures]\nrequest = 'day'", r"mine\.toml\.exposures\.request = 'day'"),
        ('domain = "feed"', "domain = 5", r"mine\.toml\.domain = 5: expected string, got int"),
        ("= 8", "=", r"mine\.toml: not valid TOML"),
    ],
)
def test_a_misspelt_setting_is_named(tmp_path, old, new, message):
    path = tmp_path / "mine.toml"
    path.write_text(TOML.replace(old, new, 1))
    with pytest.raises(ConfigError, match=message):
        load_mapping(path)
