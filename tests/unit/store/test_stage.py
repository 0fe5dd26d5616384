"""Writing to a lake: all or nothing, whole days, strict columns, numbers that never change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from toy_market import CALENDAR, DAY, PERSON, THING, events, exposures, new_lake, things

from twoside.errors import DataError, LakeError
from twoside.store.lake import Lake

HERE = Path(__file__).parent


def contents(root: Path) -> dict[str, bytes]:
    """Every visible file of a lake."""
    return {
        str(p.relative_to(root)): p.read_bytes()
        for p in root.rglob("*.*")
        if p.is_file() and not str(p.relative_to(root)).startswith(".")
    }


def test_nothing_is_visible_without_a_commit(tmp_path):
    lake = new_lake(tmp_path / "lake")
    before = contents(lake.root)
    with lake.stage() as stage:
        stage.rows("person", ["a"])
        stage.day("exposures", DAY, exposures(DAY, 5))
        assert contents(lake.root) == before
    assert contents(lake.root) == before
    assert not lake.layout.staging.exists()


def test_an_error_while_staging_leaves_the_lake_as_it_was(tmp_path):
    lake = new_lake(tmp_path / "lake")
    before = contents(lake.root)
    with pytest.raises(ZeroDivisionError), lake.stage() as stage:
        stage.day("exposures", DAY, exposures(DAY, 5))
        raise ZeroDivisionError
    assert contents(lake.root) == before


def test_rows_are_given_in_order_of_appearance_and_never_change(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        assert stage.rows("person", ["c", "a", "c", "b"]).tolist() == [0, 1, 0, 2]
        assert stage.rows("person", ["d", "a"]).tolist() == [3, 1]
        stage.commit()
    with lake.stage() as stage:
        assert stage.rows("person", ["z", "b", "d"]).tolist() == [4, 2, 3]
        stage.commit()
    rows = Lake.open(lake.root).rows("person")
    assert rows.ids(np.arange(5)) == ["c", "a", "b", "d", "z"]
    assert rows.of(["z", "nobody", "c"]).tolist() == [4, -1, 0]
    assert rows.of([1, 2]).dtype == np.int32


def test_whole_numbers_are_ids_by_their_digits(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        assert stage.rows("person", np.array([7, 3, 7])).tolist() == [0, 1, 0]
        assert stage.rows("person", ["3"]).tolist() == [1]
        with pytest.raises(DataError, match="rows of person: an id is null"):
            stage.rows("person", ["x", None])
        with pytest.raises(DataError, match="expected strings or whole numbers, got double"):
            stage.rows("person", [1.5])


def test_columns_of_one_name_share_their_words(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        assert stage.codes(PERSON.column("city"), ["Rome", None, "Oslo"]).tolist() == [0, -1, 1]
        assert stage.codes(THING.column("city"), ["Oslo", "Bonn"]).tolist() == [1, 2]
        stage.commit()
    assert lake.vocabulary("city").ids(np.arange(3)) == ["Rome", "Oslo", "Bonn"]


def test_the_codes_of_a_reference_are_rows_of_its_kind(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        stage.rows("person", ["a", "b"])
        maker = stage.codes(THING.column("maker"), ["b", "new"])
        assert maker.tolist() == [1, 2]
        rows = stage.rows("thing", ["t", "u"])
        stage.entities(THING, things(rows, 0, [-1, -1], [1, 2], [[], []], maker))
        stage.commit()
    assert lake.words("thing", "maker") == ["a", "b", "new"]
    assert lake.entity_table("thing", 1).sizes["maker"] == 3


def test_a_day_written_again_is_replaced_whole(tmp_path):
    lake = new_lake(tmp_path / "lake")
    for n in (5, 3, 0):
        with lake.stage() as stage:
            stage.day("exposures", DAY, exposures(DAY, n))
            stage.commit()
        assert lake.read("exposures").num_rows == n


def test_one_scene_of_a_day_is_replaced_and_the_others_stay(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:  # also within one stage
        stage.day("exposures", DAY, exposures(DAY, 5), scene="things")
        stage.day("exposures", DAY, exposures(DAY, 2, "people", 9, tab=1.5), scene="people")
        stage.commit()
    with lake.stage() as stage:
        stage.day("exposures", DAY, exposures(DAY, 3), scene="things")
        stage.commit()
    assert lake.read("exposures", scene="things").num_rows == 3
    assert lake.read("exposures", scene="people")["tab"].to_pylist() == [1.5, 1.5]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t.drop_columns(["item"]), r"exposures 2022-01-08 lacks the column 'item' \(int"),
        (
            lambda t: t.set_column(5, "item", t["item"].cast(pa.int64())),
            r"exposures 2022-01-08\.item: expected int32, got int64",
        ),
        (
            lambda t: t.append_column("tab", pa.array(["x"] * 5)),
            "exposures 2022-01-08 has a column 'tab' that is not declared",
        ),
        (
            lambda t: t.set_column(5, "item", pa.array([1, None, 2, 3, 4], pa.int32())),
            r"exposures 2022-01-08\.item: 1 nulls",
        ),
        (
            lambda t: t.set_column(2, "ts_ms", pa.array(t["ts_ms"].to_numpy() + 86_400_000)),
            r"exposures 2022-01-08\.ts_ms: expected moments of that day, got 2022-01-09",
        ),
    ],
)
def test_a_day_with_wrong_columns_is_refused(tmp_path, spoil, message):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage, pytest.raises(DataError, match=message):
        stage.day("exposures", DAY, spoil(exposures(DAY, 5)))


def test_entities_with_wrong_columns_are_refused(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        rows = stage.rows("thing", ["a"])
        good = things(rows, 0, [-1], [1.0], [[]])
        with pytest.raises(DataError, match="entities thing lacks the column 'price'"):
            stage.entities(THING, good.drop_columns(["price"]))
        with pytest.raises(DataError, match=r"thing\.price: expected double, got float"):
            stage.entities(THING, good.set_column(3, "price", good["price"].cast(pa.float32())))
        with pytest.raises(DataError, match=r"thing\.city has the code 4: expected -1 to -1"):
            stage.entities(THING, things(rows, 0, [4], [1.0], [[]]))
        with pytest.raises(DataError, match=r"thing\.tags has the code 0: expected -1 to -1"):
            stage.entities(THING, things(rows, 0, [-1], [1.0], [[0]]))
        with pytest.raises(DataError, match="row 3: expected 0 to 0"):
            stage.entities(THING, things([3], 0, [-1], [1.0], [[]]))


def test_a_second_writer_is_refused_and_told_why(tmp_path):
    lake = new_lake(tmp_path / "lake")
    with (
        lake.stage(),
        pytest.raises(LakeError, match="somebody else is writing to this lake"),
        lake.stage(),
    ):
        pass
    with lake.stage():  # free again
        pass


def first_and_second(root: Path) -> None:
    """A lake with a first state, then one commit that changes everything."""
    lake = Lake.open(root)
    with lake.stage() as stage:
        rows = stage.rows("thing", [f"new {n}" for n in range(3)])
        city = stage.codes(THING.column("city"), ["Bonn", "Rome", "Oslo"])
        stage.entities(THING, things(rows, 0, city, [1, 2, 3], [[], [], []]))
        for day in (DAY, DAY + 1):
            stage.day("exposures", day, exposures(day, 7))
            stage.day("events", day, events([CALENDAR.start_of(day)], ["view"], [0], [0]))
        stage.commit()


KILL = """
import os, pathlib, sys
sys.path.insert(0, {here!r})
real, left = pathlib.Path.replace, [{after}]
def dying(self, target):
    if left[0] == 0:
        os._exit(9)
    left[0] -= 1
    return real(self, target)
pathlib.Path.replace = dying
from test_stage import first_and_second
first_and_second(pathlib.Path({root!r}))
"""


@pytest.mark.parametrize("after", [0, 1, 2, 5, 7])
def test_a_writer_killed_in_a_commit_leaves_all_or_nothing(tmp_path, after):
    """`after` renames are made, then the process dies at once. The first rename is the commit
    point: before it the lake is as it was, after it the next reader finds everything."""
    lake = new_lake(tmp_path / "lake")
    with lake.stage() as stage:
        stage.day("exposures", DAY, exposures(DAY, 2))
        stage.commit()
    before = contents(lake.root)
    script = KILL.format(here=str(HERE), after=after, root=str(lake.root))
    done = subprocess.run([sys.executable, "-c", script], env=os.environ, check=False)
    assert done.returncode == 9
    opened = Lake.open(lake.root)
    if after == 0:
        assert contents(lake.root) == before
    else:
        assert opened.read("exposures").num_rows == 14
        assert opened.read("events").num_rows == 2
        assert opened.rows("thing").of(["new 2"]).tolist() == [2]
        assert opened.words("thing", "city") == ["Bonn", "Rome", "Oslo"]
        assert opened.entity_table("thing", 1).columns["price"].tolist() == [1, 2, 3]
        assert not opened.layout.journal.exists()
    with opened.stage() as stage:  # and the next writer can write
        stage.day("exposures", DAY, exposures(DAY, 1))
        stage.commit()
    assert opened.read("exposures", DAY, DAY).num_rows == 1
    assert not opened.layout.staging.exists()


def test_a_live_commit_is_left_alone_by_readers(tmp_path):
    """A journal whose writer holds the lock is not rolled forward by an open."""
    lake = new_lake(tmp_path / "lake")
    with lake.stage():
        lake.layout.journal.write_text("[]")
        Lake.open(lake.root)
        assert lake.layout.journal.exists()
        lake.layout.journal.unlink()
