"""The same of the feed: a context column, entities that change, events that answer nothing."""

from __future__ import annotations

from dataclasses import replace

import ibis
import numpy as np
import pyarrow as pa
import pytest
from unit.bi.raw_rows import Raw, check_metric, check_pair

from twoside.bi.ask import Cube, Question
from twoside.bi.build import build
from twoside.bi.cells import LakeSource
from twoside.bi.days import cells_of_days
from twoside.domains import catalogue
from twoside.schema.calendar import DAY_MS, Calendar
from twoside.schema.tables import EVENTS, EXPOSURES, ORIGIN, REQUESTS
from twoside.store import versions
from twoside.store.lake import Lake

BOOK = catalogue.metrics("feed")
SCENE = "videos_for_viewer"
FIRST, DAYS = 20_000, 4
SIZES = {"viewer": 40, "video": 30}
LISTS, LENGTH = 30, 6
WORDS = {
    "active_degree": ["full", "middle", "low"],
    "video_type": ["normal", "ad"],
    "upload_type": ["phone", "web", "studio"],
    "category": ["music", "food", "pets", "news"],
}


ORIGINS = ("channel", "policy", "arm")


def cells(lake, book, scene, day):
    con = ibis.duckdb.connect(threads=1)
    found = cells_of_days(con, lake, book, scene, day, day)
    con.disconnect()
    return found


def entities(rng, stage, lake, kind):
    """Two versions of every second row; one in five codes is not known."""
    entity, size = BOOK.domain.entity(kind), SIZES[kind]
    stage.rows(kind, np.arange(size))
    begin = lake.calendar.start_of(FIRST)
    again = np.arange(0, size, 2)
    row = np.concatenate([np.arange(size), again])
    later = rng.integers(0, DAYS * DAY_MS, len(again))
    since = np.concatenate([np.full(size, begin), begin + 1 + later])
    columns = {"row": pa.array(row, pa.int32()), "valid_from_ms": pa.array(since)}
    for column in entity.columns:
        columns[column.name] = versions.unknown(column, len(row))
        if column.name in WORDS:
            words = WORDS[column.name]
            stage.codes(column, words)
            code = rng.integers(-1, len(words), len(row))
            columns[column.name] = pa.array(code, pa.int32())
    stage.entities(entity, pa.table(columns))


def day(rng, stage, lake, number):
    """Lists of a day; a third of what is shown is acted on, some of it on the next day and some
    without a word of which exposure it answers."""
    n = LISTS * LENGTH
    start, first = lake.calendar.start_of(number), (number - FIRST) * LISTS
    asked = np.sort(rng.integers(start, start + DAY_MS - 60_000, LISTS))
    viewer = rng.integers(0, SIZES["viewer"], LISTS)
    requests = [first + np.arange(LISTS), asked, [SCENE] * LISTS, viewer]
    shown_ms = np.repeat(asked, LENGTH) + np.tile(np.arange(LENGTH), LISTS)
    shown = [first * LENGTH + np.arange(n), np.repeat(requests[0], LENGTH), shown_ms, [SCENE] * n,
             np.repeat(viewer, LENGTH), rng.integers(0, SIZES["video"], n),
             np.tile(np.arange(LENGTH), LISTS)]  # fmt: skip
    exposures = pa.table([pa.array(c, f.type) for c, f in zip(shown, EXPOSURES, strict=True)],
                         schema=EXPOSURES)  # fmt: skip
    tab = pa.array(rng.integers(-1, 3, n), pa.int32())
    exposures = exposures.append_column("tab", tab)
    if number > FIRST:  # the log began to tell on the second day, and not of every list
        for column in ORIGIN:
            known = stage.codes(column, [f"{column.name} {n}" for n in range(3)])
            of_item = column.name == "channel"  # the others are said of a request
            code = rng.choice([-1, *known], n if of_item else LISTS)
            code = code if of_item else code.repeat(LENGTH)
            exposures = exposures.append_column(column.name, pa.array(code, pa.int32()))
    stage.day("exposures", number, exposures)
    stage.day("requests", number, table(requests, REQUESTS))
    return shown


def acts(rng, lake, shown):
    """Every kind of event of all days, each on the day when it happens."""
    kinds = [event.name for event in BOOK.domain.events]
    found = {number: [] for number in range(FIRST, FIRST + DAYS)}
    for exposures in shown:
        for n in rng.choice(LISTS * LENGTH, 90, replace=False):
            late = int(rng.choice([1_000, 60_000, DAY_MS]))
            ts = int(exposures[2][n]) + late
            number = lake.calendar.day_of(ts)
            if number in found:
                of = exposures[0][n] if rng.random() < 0.8 else -1
                pair = exposures[4][n], exposures[5][n]
                kind = str(rng.choice(kinds))
                found[number].append((ts, SCENE, kind, *pair, "person", of, np.nan))
    return found


def table(columns, schema):
    return pa.table(
        [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema
    )


@pytest.fixture(scope="module")
def feed(tmp_path_factory):
    """(cube, raw rows)"""
    rng = np.random.default_rng(3)
    lake = Lake.create(tmp_path_factory.mktemp("feed") / "lake", "feed", Calendar(8.0))
    scene = BOOK.domain.scene(SCENE)
    with lake.stage() as stage:
        for kind in SIZES:
            entities(rng, stage, lake, kind)
        stage.codes(scene.context[0], pa.array(["home", "follow", "search"]))
        shown = [day(rng, stage, lake, FIRST + n) for n in range(DAYS)]
        events, last = acts(rng, lake, shown), 0
        for number, found in events.items():
            rows = sorted(found)
            ids = range(last, last + len(rows))
            last += len(rows)
            stage.day("events", number, table([ids, *zip(*rows, strict=True)], EVENTS))
        stage.commit()
    build(lake, BOOK, None, lambda _done: None)
    return Cube(BOOK, SCENE, LakeSource(lake, BOOK, SCENE)), Raw(lake, BOOK, SCENE)


@pytest.mark.parametrize("name", BOOK.defined)
def test_a_metric_is_what_a_loop_counts_for_the_whole_and_every_value(feed, name):
    check_metric(*feed, name)


@pytest.mark.parametrize("name", ["clicks", "click_rate", "clicker_share", "viewers"])
@pytest.mark.parametrize("pair", [("tab", "active"), ("active", "tab"), ("video_type", "tab")])
def test_a_pair_of_dimensions_is_asked_from_either_end(feed, name, pair):
    cube, rows = feed
    check_pair(cube, rows, name, *pair, cube.days()[1:3])


def test_what_is_compared_is_not_trivial(feed):
    cube, rows = feed
    assert {row["by tab"] for row in rows.exposures} == {"home", "follow", "search", "?"}
    assert {row["by tab"] for row in rows.events} == {"home", "follow", "search", "?"}
    degrees = {row["by active"] for row in rows.exposures}
    assert degrees == {*WORDS["active_degree"], "?"}
    days = cube.days()
    assert any(
        len({rows.entities["person", d][v]["active_degree"] for d in days}) > 1
        for v in range(0, SIZES["viewer"], 2)
    )


def test_how_a_list_came_about_is_counted_on_the_days_that_tell_it(feed):
    cube, _ = feed
    days = cube.days()
    for name in ("channel", "policy", "arm"):
        answer = cube.ask(Question("exposures", days[0], days[-1], name))
        assert {s.word for s in answer.series} == {"?", *(f"{name} {n}" for n in range(3))}
        assert sum(s.numerators for s in answer.series).tolist() == [
            0.0,
            *[LISTS * LENGTH] * (DAYS - 1),
        ]


def test_a_lake_that_never_tells_it_has_the_cells_it_always_had(built):
    lake, book = built
    plain = replace(
        book,
        settings=replace(
            book.settings,
            dimension=tuple(d for d in book.settings.dimension if d.name not in ORIGINS),
        ),
    )
    scene, day = book.domain.scene("jobs_for_seeker"), lake.days("exposures")[1]
    with_them, without = (cells(lake, one, scene, day) for one in (book, plain))
    for mine, before in zip(with_them, without, strict=True):
        assert mine.num_rows
        assert mine.equals(before)
    assert book.fingerprint != plain.fingerprint
