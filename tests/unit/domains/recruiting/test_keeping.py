"""Days that were played, kept as further days of a lake, and counted by arm."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from unit.bi.raw_rows import Raw, check_metric

from twoside.bi.ask import Cube
from twoside.bi.build import build
from twoside.bi.cells import LakeSource
from twoside.domains import catalogue
from twoside.domains.recruiting import keeping
from twoside.domains.recruiting.settings import WorldSettings
from twoside.simulate.baselines import OraclePolicy, RandomPolicy
from twoside.simulate.play import Game, play_in
from twoside.simulate.split import SplitPolicy
from twoside.store.lake import Lake

SCENE, DAYS = "jobs_for_seeker", 2


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """(lake of the world, its copy with two days of an experiment, what was played)"""
    root = tmp_path_factory.mktemp("kept")
    lake, world = keeping.make(WorldSettings(seekers=600, jobs=300, days=3, seed=5), root / "lake")
    shutil.copytree(root / "lake", root / "copy")
    first = lake.calendar.day_of(world.now_ms)
    arms = {"random": RandomPolicy("job", 1), "oracle": OraclePolicy(SCENE, "job")}
    game = Game(SCENE, "reach", first, DAYS, people=120, length=10, ticks_a_day=4)
    played = play_in(world, SplitPolicy(arms, 3), game, lake.calendar).played
    copy = Lake.open(root / "copy")
    keeping.add_played(copy, world, played, range(first, first + DAYS))
    return lake, copy, played


def test_the_days_before_are_as_they_were_and_the_new_ones_are_what_was_played(kept):
    lake, copy, played = kept
    for table in ("requests", "exposures", "events"):
        old, days = lake.read(table), lake.days(table)
        assert copy.days(table) == [*days, days[-1] + 1, days[-1] + 2]
        same = copy.read(table, days[0], days[-1], old.column_names)
        assert same.to_pandas().equals(old.to_pandas())  # a value may be NaN
    new = copy.read("exposures", lake.days("exposures")[-1] + 1)
    assert new["exposure_id"].equals(played.exposures["exposure_id"])
    for name in ("policy", "arm"):
        words = copy.vocabulary(name).ids(new[name].to_numpy())
        assert [str(word) for word in words] == played.exposures[name].to_pylist()
    assert (new["channel"].to_numpy() == -1).all()


def test_late_answers_to_what_the_lake_had_shown_are_kept_too(kept):
    lake, copy, _ = kept
    shown = lake.read("exposures")["exposure_id"].to_numpy()
    later = copy.read("events", lake.days("events")[-1] + 1)
    assert np.isin(later["exposure_id"].to_numpy(), shown).any()


@pytest.mark.parametrize("name", ["views", "view_rate", "visitors", "reach_rate"])
def test_metrics_by_arm_are_what_a_loop_counts(kept, name):
    _, copy, _ = kept
    book = catalogue.metrics("recruiting")
    build(copy, book, None, lambda _done: None)
    cube = Cube(book, SCENE, LakeSource(copy, book, SCENE))
    assert {"policy", "arm"} <= set(cube.dimensions_of("views"))
    check_metric(cube, Raw(copy, book, SCENE), name)
