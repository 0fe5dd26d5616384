"""Building: only what changed, the same bytes again, and never beside other metrics."""

from __future__ import annotations

from dataclasses import replace

import pytest
from unit.bi.small_cube import cube_of

from twoside.bi import build as building
from twoside.bi.ask import Question
from twoside.bi.build import build
from twoside.bi.cells import LakeSource
from twoside.domains import catalogue
from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.settings import WorldSettings
from twoside.errors import DataError


def silent(_done):
    pass


@pytest.fixture(scope="module")
def lake_and_book(tmp_path_factory):
    root = tmp_path_factory.mktemp("build") / "lake"
    lake, _ = keeping.make(WorldSettings(seekers=60, jobs=40, days=3, seed=2), root)
    return lake, catalogue.metrics("recruiting")


def files(lake):
    found = (lake.root / "derived").rglob("*.parquet")
    return {path: path.read_bytes() for path in found}


def test_a_cube_is_built_in_parts_and_only_where_files_changed(lake_and_book):
    lake, book = lake_and_book
    days = lake.days("exposures")
    with pytest.raises(DataError, match=r"no cube yet\. Make it with: twoside bi build"):
        cube_of(lake_and_book).days()
    assert build(lake, book, 1, silent) == days[-1:]
    assert build(lake, book, None, silent) == days[:-1], "the day that stands is left alone"
    assert build(lake, book, None, silent) == []
    with lake.stage() as stage:  # the same rows, written again: their day and those around it
        stage.day("events", days[2], lake.read("events", days[2], days[2]))
        stage.commit()
    assert build(lake, book, None, silent) == days[1:]


def test_a_rebuilt_day_has_the_same_bytes(lake_and_book):
    lake, book = lake_and_book
    build(lake, book, None, silent)
    before = files(lake)
    for path in before:
        path.unlink()
    build(lake, book, None, silent)
    assert files(lake) == before


def test_a_cube_of_other_metrics_is_refused_until_it_is_built_again(lake_and_book):
    lake, book = lake_and_book
    build(lake, book, None, silent)
    other = replace(book, settings=replace(book.settings, label_days=0))
    with pytest.raises(DataError, match=r"built with other metrics than are defined now"):
        LakeSource(lake, other, "jobs_for_seeker").days()


def test_a_killed_build_leaves_the_days_before_it_and_goes_on(lake_and_book):
    lake, book = lake_and_book
    for path in files(lake):
        path.unlink()

    def killed(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(lake, book, None, killed)
    days = lake.days("exposures")
    assert build(lake, book, None, silent) == days[1:]
    assert cube_of(lake_and_book).ask(Question("exposures", 0, 10**6)).days == tuple(days)


def test_days_counted_together_are_the_same_bytes_as_each_alone(lake_and_book, monkeypatch):
    lake, book = lake_and_book
    days = lake.days("exposures")
    assert building.together(lake, book, days) == [(days[0], days[-1])]
    assert building.together(lake, book, [days[0], days[2]]) == [(d, d) for d in (days[0], days[2])]
    found = []
    for rows in (2_000_000, 1):
        monkeypatch.setattr(building, "ROWS", rows)
        for path in files(lake):
            path.unlink()
        build(lake, book, None, silent)
        found.append(files(lake))
    assert building.together(lake, book, days) == [(day, day) for day in days]
    assert len(found[0]) == 2 * len(days)
    assert found[0] == found[1]
