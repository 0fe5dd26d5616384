"""The cube of a world of a few hundred people, and its raw rows as plain Python, for comparison."""

from __future__ import annotations

import pytest

from twoside.bi.ask import Cube
from twoside.bi.build import build
from twoside.bi.cells import LakeSource
from twoside.domains import catalogue
from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.settings import WorldSettings

DAYS = 4


@pytest.fixture(scope="package")
def built(tmp_path_factory):
    """(lake, book) with a built cube."""
    root = tmp_path_factory.mktemp("bi") / "lake"
    lake, _ = keeping.make(WorldSettings(seekers=150, jobs=80, days=DAYS, seed=5), root)
    book = catalogue.metrics("recruiting")
    build(lake, book, None, lambda _done: None)
    return lake, book


def cube_of(built, scene="jobs_for_seeker"):
    lake, book = built
    return Cube(book, scene, LakeSource(lake, book, scene))
