"""Every metric and every dimension against a loop over the raw rows of the lake."""

from __future__ import annotations

import pytest
from unit.bi.raw_rows import Raw, check_metric, check_pair
from unit.bi.small_cube import cube_of

from twoside.domains import catalogue

BOOK = catalogue.metrics("recruiting")
SCENES = ("jobs_for_seeker", "seekers_for_boss")


@pytest.fixture(scope="module")
def raw(built):
    return {scene: Raw(*built, scene) for scene in SCENES}


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("name", BOOK.defined)
def test_a_metric_is_what_a_loop_counts_for_the_whole_and_every_value(built, raw, scene, name):
    check_metric(cube_of(built, scene), raw[scene], name)


@pytest.mark.parametrize(
    "name", ["chats", "chat_rate", "coverage", "visitors", "reaches_per_person_day"]
)
def test_a_pair_of_dimensions_is_asked_from_either_end(built, raw, name):
    cube = cube_of(built)
    days = cube.days()[1:3]
    able = BOOK.dimensions_of(name, cube.scene)
    for given, by in (("city", "industry"), ("industry", "city")):
        if given in able and by in able:
            check_pair(cube, raw["jobs_for_seeker"], name, given, by, days)
