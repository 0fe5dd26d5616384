"""Public sets: what is learned from, what is asked, and in which order."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from bench.recall.sets import likes_by_third, read
from twoside.errors import DataError
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from pathlib import Path


def careerbuilder(folder: Path, train: str, val: str, test: str) -> Path:
    (folder / "x.train.rating").write_text(train)
    (folder / "x.val.rating").write_text(val)
    (folder / "x.test_classification.rating").write_text(test)
    return folder


def test_applications_keep_the_order_of_their_file_and_fill_twelve_weeks(tmp_path: Path) -> None:
    train = "0\t0\n1\t1\n0\t2\n1\t0\n"
    found = read(
        careerbuilder(tmp_path, train, "0\t1\n", "1\t2\t1\n0\t1\t0\n"), "x", "careerbuilder"
    )
    log = found.test.data.behaviours
    assert log.person.tolist() == [0, 1, 0, 1]
    assert np.diff(log.ts_ms).tolist() == [21 * DAY_MS] * 3
    assert found.test.data.now_ms - log.ts_ms[-1] == 21 * DAY_MS
    assert found.test.person.tolist() == [1]  # what is labelled 0 was not liked
    assert found.tune.truth.item.tolist() == [1]


def test_a_log_whose_end_foretells_the_test_says_so(tmp_path: Path) -> None:
    train = "".join(f"{p}\t{p // 10}\n" for p in range(90))
    test = "".join(f"{p}\t{6 + p % 3}\t1\n" for p in range(30))
    found = read(careerbuilder(tmp_path, train, "0\t1\n", test), "x", "careerbuilder")
    np.testing.assert_allclose(likes_by_third(found), [0, 0, 1], atol=1e-9)


def test_films_and_viewers_have_their_words(tmp_path: Path) -> None:
    others = range(100, 220)  # so that 99 are left to draw
    people = ["7", "7", "9", "9", *(str(1000 + film // 3) for film in others)]
    pairs = pd.DataFrame({"userID": people, "movieID": ["30", "4", "4", "5", *map(str, others)]})
    pairs.to_parquet(tmp_path / "interactions.parquet")
    (tmp_path / "ncf.test.negative").write_text("(0,0)\t2\n(1,1)\t0\n")
    films = "4::A (1994)::Drama\n5::B (1985)::Comedy|Drama\n30::C (1991)::Horror\n"
    (tmp_path / "movies.dat").write_text(films, "latin-1")
    (tmp_path / "users.dat").write_text("9::F::25::3::94110\n7::M::18::4::10001\n", "latin-1")
    found = read(tmp_path, "x", "ncf")
    items, viewers = found.test.data.items, found.test.data.people
    assert items.columns["decade"][:3].tolist() == [0, 0, 1]  # rows: 30, 4, 5
    genres = items.lists["genres"]
    told = [genres.values[a:b].tolist() for a, b in pairwise(genres.start[:4])]
    assert told == [[2], [1], [0, 1]]  # Comedy, Drama, Horror
    assert viewers.columns["gender"][:2].tolist() == [0, 1]
    assert viewers.columns["age"][:2].tolist() == [0, 1]


def test_a_set_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    for name, test in (("one", "1\t2\t1\n"), ("two", "1\t2\t1\n"), ("three", "0\t1\t1\n")):
        (tmp_path / name).mkdir()
        careerbuilder(tmp_path / name, "0\t0\n1\t1\n0\t2\n", "0\t1\n", test)
    prints = [read(tmp_path / n, "x", "careerbuilder").fingerprint for n in ("one", "two", "three")]
    assert prints[0] == prints[1] != prints[2]


def test_the_last_item_is_asked_and_the_one_before_it_tunes(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text("1 5 3 4\n\n2 3 5\n7 4\n")
    found = read(tmp_path, "x", "sequences")
    assert found.test.person.tolist() == [1, 2, 7]
    assert found.test.truth.item.tolist() == [4, 5, 4]
    assert found.test.data.behaviours.item.tolist() == [5, 3, 3]
    assert found.tune.person.tolist() == [1, 2]
    assert found.tune.truth.item.tolist() == [3, 3]
    assert found.tune.data.behaviours.item.tolist() == [5]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1 2 3 4\n2 3 four\n", "x.txt, line 2: '2 3 four': expected a person and its items"),
        ("1 2 3 -4\n", "x.txt, line 1: '1 2 3 -4': expected"),
        ("1 2 99999999999999999999\n", "line 1: .*: expected"),
        ("1 2 3\n2 3 2\n", "x.txt: nobody has three items"),
        ("\n", "x.txt: nobody has three items"),
    ],
)
def test_sequences_that_cannot_be_read_say_where(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(text)
    with pytest.raises(DataError, match=said):
        read(tmp_path, "x", "sequences")
