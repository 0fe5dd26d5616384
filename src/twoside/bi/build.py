"""Building the cube: some days counted together, each committed by itself.

The memory is that of the days counted together, a killed build goes on where it was, and a day
whose files have not changed is left alone. A day reads the days around it (labels that come later,
exposures before), so it is built again when one of those changes.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from twoside.bi.days import cells_of_days
from twoside.errors import DataError
from twoside.store.derived import Derived, Stamps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.backends.duckdb import Backend

    from twoside.bi.book import Book
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake

ROWS = 2_000_000
"""Exposures, and entities a day, that are counted together at most: about 1 GB."""


def build(lake: Lake, book: Book, days: int | None, tick: Tick) -> list[int]:
    """Bring the cube up to date; the days that were built.

    `days` counts back from the lake's last day; None is all of them.
    """
    known = lake.days("exposures")
    if not known:
        raise DataError(f"{lake.root}: no exposures, so nothing to count. Import a log first.")
    if days is not None and days < 1:
        raise DataError(f"--days = {days}: expected at least 1.")
    wanted = [day for day in known if days is None or day > known[-1] - days]
    stale = [day for day in wanted if _is_stale(lake, book, day)]
    done = 0
    for first, last in together(lake, book, stale):
        for _ in _build_days(lake, book, first, last):
            done += 1
            tick(done / len(stale))
    return stale


def together(lake: Lake, book: Book, days: list[int]) -> list[tuple[int, int]]:
    """(first, last) of runs of days that follow each other, each as long as ROWS allows."""
    sides = {k for scene in book.domain.scenes for k in (scene.person, scene.item)}
    a_day = sum(len(lake.rows(kind)) for kind in sides)
    runs: list[tuple[int, int]] = []
    room = 0
    for day in days:
        needs = a_day + lake.read("exposures", day, day, ["exposure_id"]).num_rows
        if runs and runs[-1][1] == day - 1 and needs <= room:
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
            room = ROWS
        room -= needs
    return runs


def _about(lake: Lake, book: Book, day: int) -> dict[str, str]:
    """What a day is made from, for the metadata of its files."""
    settings = book.settings
    sources = [
        ("exposures", day - settings.context_days, day),
        ("requests", day, day),
        ("events", day, day + settings.label_days),
    ]
    kinds = sorted({k for scene in book.domain.scenes for k in (scene.person, scene.item)})
    # Of versions only those up to the day are read, so a later one changes nothing.
    stamps = Stamps(lake)
    files = stamps.of(sources, ()) + stamps.of([("requests", day, day)], kinds)
    return {"book": book.fingerprint, "files": files}


def _is_stale(lake: Lake, book: Book, day: int) -> bool:
    about = _about(lake, book, day)
    return any(
        {key: Derived(lake, table).about(day).get(key) for key in about} != about
        for table in ("cells", "members")
    )


def _build_days(lake: Lake, book: Book, first: int, last: int) -> Iterator[int]:
    """Each day when it is committed."""
    about = {day: _about(lake, book, day) for day in range(first, last + 1)}
    found: dict[str, list[pa.Table]] = {"cells": [], "members": []}
    for scene in book.domain.scenes:
        with _connection() as con:
            cells, members = cells_of_days(con, lake, book, scene, first, last)
        found["cells"].append(cells)
        found["members"].append(members)
    for day in range(first, last + 1):
        with lake.stage() as stage:
            for name, tables in found.items():
                rows = pa.concat_tables([_of_day(table, day) for table in tables])
                stage.derived(name, day, rows.combine_chunks().replace_schema_metadata(about[day]))
            stage.commit()
        yield day


def _of_day(table: pa.Table, day: int) -> pa.Table:
    """The rows of a day; they are sorted by day."""
    start, stop = np.searchsorted(table["day"].to_numpy(), [day, day + 1])
    return table.slice(start, stop - start)


@contextmanager
def _connection() -> Iterator[Backend]:
    """An empty DuckDB in memory, which spills past its limit; closed at the end."""
    with tempfile.TemporaryDirectory(prefix="twoside-") as spill:
        con = ibis.duckdb.connect(threads=2, memory_limit="2GB", temp_directory=spill)
        con.raw_sql("SET enable_progress_bar = false")
        try:
            yield con
        finally:
            con.disconnect()
