"""Building the cube: day after day, each committed by itself.

The memory is that of a day, a killed build goes on where it was, and a day whose files have not
changed is left alone. A day reads the days around it (labels that come later, exposures before),
so it is built again when one of those changes.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING

import ibis
import pyarrow as pa

from twoside.bi.day import day_cells
from twoside.errors import DataError
from twoside.store.derived import Derived, stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ibis.backends.duckdb import Backend

    from twoside.bi.book import Book
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake


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
    for done, day in enumerate(stale, start=1):
        _build_day(lake, book, day)
        tick(done / len(stale))
    return stale


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
    return {
        "book": book.fingerprint,
        "files": stamp(lake, sources, ()) + stamp(lake, [("requests", day, day)], kinds),
    }


def _is_stale(lake: Lake, book: Book, day: int) -> bool:
    about = _about(lake, book, day)
    return any(
        {key: Derived(lake, table).about(day).get(key) for key in about} != about
        for table in ("cells", "members")
    )


def _build_day(lake: Lake, book: Book, day: int) -> None:
    about = _about(lake, book, day)
    found: dict[str, list[pa.Table]] = {"cells": [], "members": []}
    for scene in book.domain.scenes:
        with _connection() as con:
            cells, members = day_cells(con, lake, book, scene, day)
        found["cells"].append(cells)
        found["members"].append(members)
    with lake.stage() as stage:
        for name, tables in found.items():
            rows = pa.concat_tables(tables).combine_chunks()
            stage.derived(name, day, rows.replace_schema_metadata(about))
        stage.commit()


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
