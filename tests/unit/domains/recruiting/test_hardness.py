"""The world is hard: declared match alone gets a part of the way, and the oracle is far ahead.

Policies play the default world in closed loop from the same state. How hard a world is depends on
how many items there are to choose from, so it is not made smaller here; only days and people are
fewer than in `python -m bench.world --hardness`, whose figures are in docs/numbers/world.md.
"""

import numpy as np
import pyarrow as pa
import pytest

from twoside.domains.recruiting.attribute_policy import AttributePolicy
from twoside.domains.recruiting.domain import DOMAIN
from twoside.domains.recruiting.settings import WorldSettings
from twoside.domains.recruiting.world import RecruitingWorld
from twoside.schema.behaviours import Behaviours
from twoside.simulate.baselines import OraclePolicy, PopularityPolicy, RandomPolicy
from twoside.simulate.play import Game, play

SCENES = ("jobs_for_seeker", "seekers_for_boss")


@pytest.fixture(scope="module")
def lived():
    world = RecruitingWorld.start(WorldSettings())
    days = [world.live_day() for _ in range(14)]
    return world, days


@pytest.fixture(scope="module", params=SCENES)
def reaches(request, lived):
    """Policy -> reaches per person and day."""
    world, days = lived
    scene = DOMAIN.scene(request.param)
    events = pa.concat_tables([day.events for day in days])
    events = events.filter(pa.compute.equal(events["scene"], scene.name))
    past = Behaviours(
        events["person"].to_numpy(),
        events["item"].to_numpy(),
        events["ts_ms"].to_numpy(),
        np.where(np.array(events["kind"].to_pylist()) == "reject", -1, 1).astype(np.float32),
    )
    policies = {
        "random": RandomPolicy(scene.item, 0),
        "popularity": PopularityPolicy(scene.item, past, DOMAIN),
        "attributes": AttributePolicy(scene.name),
        "oracle": OraclePolicy(scene.name, scene.item),
    }
    game = Game(scene.name, "reach", world.day, 2, people=1500, ticks_a_day=4)
    calendar = world.settings.calendar
    return {n: play(world, policy, game, calendar).result().mean for n, policy in policies.items()}


def test_popularity_is_clearly_above_random_and_the_oracle_far_above_both(reaches):
    assert reaches["popularity"] > 1.5 * reaches["random"]
    assert reaches["oracle"] > 5 * reaches["popularity"]


def test_declared_match_closes_a_fifth_to_two_fifths_of_the_way(reaches):
    gap = reaches["oracle"] - reaches["popularity"]
    assert 0.2 <= (reaches["attributes"] - reaches["popularity"]) / gap <= 0.4


def test_the_funnel_of_the_logs_has_realistic_rates(lived):
    shown = sum(day.exposures.num_rows for day in lived[1])
    events = pa.concat_tables([day.events for day in lived[1][:-1]])
    of = {r["values"]: r["counts"] for r in events["kind"].value_counts().to_pylist()}
    assert 0.10 <= of["view"] / (shown * 0.93) <= 0.16
    assert 0.10 <= of["chat"] / of["view"] <= 0.22
    assert 0.25 <= of["reply"] / of["chat"] <= 0.42
    assert 0.25 <= of["reach"] / of["reply"] <= 0.45
