"""Entities as of a moment."""

from __future__ import annotations

import numpy as np
import pytest
from toy_market import CALENDAR, DAY, PERSON, THING, new_lake, things

from twoside.errors import DataError


def test_the_table_is_the_latest_version_of_each_row_at_the_moment(tmp_path):
    """Reference: for each row and moment, the last version by a loop."""
    rng = np.random.default_rng(5)
    lake, told = new_lake(tmp_path / "lake"), []
    start = CALENDAR.start_of(DAY)
    with lake.stage() as stage:
        stage.rows("thing", [f"t{n}" for n in range(12)])
        stage.codes(THING.column("city"), ["a", "b", "c"])
        stage.codes(THING.column("tags"), list("wxyz"))
        stage.commit()
    for _ in range(3):  # three commits, versions out of order
        rows = rng.permutation(12)[:8]
        since = start + rng.integers(0, 4 * 86_400_000, 8)
        city, price = rng.integers(-1, 3, 8), rng.normal(size=8)
        tags = [rng.integers(0, 4, rng.integers(0, 4)).tolist() for _ in rows]
        with lake.stage() as stage:
            stage.entities(THING, things(rows, since, city, price, tags))
            stage.commit()
        told += zip(rows, since, city, price, tags, strict=True)
    for at in (start - 1, start + 86_400_000, start + 2 * 86_400_000 + 7, start + 10**10):
        table = lake.entity_table("thing", at)
        assert table.size == 12
        for row in range(12):
            known = [version for version in told if version[0] == row and version[1] <= at]
            assert table.exists[row] == bool(known)
            tags = table.lists["tags"]
            mine = tags.values[tags.start[row] : tags.start[row + 1]].tolist()
            if known:
                _, _, city, price, wanted = max(known, key=lambda version: version[1])
                assert table.columns["city"][row] == city
                assert table.columns["price"][row] == price
                assert mine == wanted
            else:
                assert table.columns["city"][row] == -1
                assert np.isnan(table.columns["price"][row])
                assert mine == []


def test_a_version_told_again_replaces_the_first(tmp_path):
    lake = new_lake(tmp_path / "lake")
    for price in (1.0, 2.0, 2.0):
        with lake.stage() as stage:
            rows = stage.rows("thing", ["a", "b"])
            stage.entities(THING, things(rows[:1], 5, [-1], [price], [[]]))
            stage.commit()
    assert lake.versions("thing").num_rows == 1
    table = lake.entity_table("thing", 10)
    assert table.columns["price"][0] == 2.0
    assert table.exists.tolist() == [True, False]


def test_types_are_those_of_the_schema(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        rows = stage.rows("thing", ["a"])
        city = stage.codes(THING.column("city"), ["Rome"])
        stage.entities(THING, things(rows, 0, city, [1.0], [[]]))
        stage.commit()
    table = lake.entity_table("thing", 0)
    assert {name: str(column.dtype) for name, column in table.columns.items()} == {
        "city": "int32",
        "price": "float64",
        "born_ms": "int64",
        "maker": "int32",
    }
    assert table.lists["tags"].values.dtype == np.int32
    assert table.lists["tags"].start.dtype == np.int64
    assert table.sizes == {"city": 1, "tags": 0, "maker": 0}


def test_a_kind_without_versions_is_empty(tmp_path):
    lake = new_lake(tmp_path / "lake")
    assert lake.entity_table("thing", 0).size == 0
    with lake.stage() as stage:
        stage.rows("thing", ["a", "b"])
        stage.commit()
    table = lake.entity_table("thing", 0)
    assert (table.size, table.exists.tolist()) == (2, [False, False])


def test_an_entity_is_described_in_words(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        rows = stage.rows("thing", ["a", "b"])
        city = stage.codes(THING.column("city"), ["Rome", "Oslo"])
        stage.codes(THING.column("tags"), ["old", "red"])
        maker = stage.codes(THING.column("maker"), ["Ann"])
        told = things(rows, 0, city, [1.5, np.nan], [[1, 0], []], [maker[0], -1], "a chair")
        stage.entities(THING, told)
        stage.commit()
    assert lake.describe("thing", 0, 10) == {
        "id": "a",
        "city": "Rome",
        "price": 1.5,
        "tags": ["red", "old"],
        "maker": "Ann",
        "name": "a chair",
    }
    assert lake.describe("thing", 1, 10) == {"id": "b", "city": "Oslo", "name": "a chair"}
    assert lake.describe("thing", 1, -1) == {}


def test_words_of_an_unknown_column_get_a_guess(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        rows = stage.rows("thing", ["a"])
        stage.entities(THING, things(rows, 0, [-1], [1.0], [[]]))
        stage.commit()
    with pytest.raises(DataError, match=r"thing has no column 'citty'. Did you mean 'city'"):
        lake.words("thing", "citty")


def test_a_column_declared_later_is_unknown_in_older_versions(tmp_path):
    lake = new_lake(tmp_path / "lake")
    older = type(THING)("thing", THING.columns[:1])
    with lake.stage() as stage:
        rows = stage.rows("thing", ["a", "b"])
        table = things(rows, 0, [-1, -1], [1.0, 2.0], [[], []])
        stage.entities(older, table.select(["row", "valid_from_ms", "city"]))
        stage.commit()
    with lake.stage() as stage:
        later = things(rows[1:], CALENDAR.start_of(DAY), [-1], [5.0], [[]])
        stage.entities(THING, later)
        stage.commit()
    table = lake.entity_table("thing", CALENDAR.start_of(DAY))
    np.testing.assert_equal(table.columns["price"], [np.nan, 5.0])
    assert table.lists["tags"].start.tolist() == [0, 0, 0]


def test_people_and_things_do_not_share_rows(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        stage.rows(PERSON.kind, ["a", "b"])
        assert stage.rows(THING.kind, ["b"]).tolist() == [0]
        stage.commit()
    assert lake.kinds() == ["person", "thing"]
