"""An experiment: who is in which arm, what each arm shows, and what the logs tell of it."""

from __future__ import annotations

import numpy as np
import pytest
from unit.simulate.test_play import CALENDAR, GAME, Toy

from twoside.errors import ConfigError
from twoside.schema.slates import Origin
from twoside.simulate.baselines import OraclePolicy, RandomPolicy
from twoside.simulate.play import play, play_in
from twoside.simulate.split import SplitPolicy, arm_of


class Told(RandomPolicy):
    """Random, and tells that even items came from one channel."""

    def serve_told(self, world, visits, length):
        items = self.serve(world, visits, length)
        origin = Origin.of(len(visits), length, "told")
        origin.channel[items % 2 == 0] = "even"
        return items, origin


def split(seed=1):
    return SplitPolicy({"oracle": OraclePolicy("toy", "item"), "told": Told("item", 2)}, seed)


def test_people_are_spread_evenly_and_stay_where_they_are() -> None:
    person = np.arange(20_000, dtype=np.int32)
    arm = arm_of(person, 4, 9)
    assert np.abs(np.bincount(arm) / 5000 - 1).max() < 0.05
    assert np.array_equal(arm_of(person[::-7], 4, 9), arm[::-7])
    assert (arm_of(person, 4, 10) != arm).mean() > 0.5


def test_every_exposure_tells_its_arm_policy_and_channel() -> None:
    played = play(Toy(), split(), GAME, CALENDAR).played
    shown = played.exposures.to_pylist()
    arms = ("oracle", "told")
    assert {row["arm"] for row in shown} == set(arms)
    for row in shown:
        assert row["arm"] == arms[arm_of(np.array([row["person"]], np.int32), 2, 1)[0]]
        assert row["policy"] == row["arm"]
        even = row["arm"] == "told" and row["item"] % 2 == 0
        assert row["channel"] == ("even" if even else "")
    best = [row for row in shown if row["arm"] == "oracle" and row["position"] == 0]
    assert all(row["item"] == row["person"] % 10 for row in best)


def test_a_play_keeps_its_requests_exposures_and_events_in_order() -> None:
    played = play(Toy(), split(), GAME, CALENDAR).played
    assert played.requests.num_rows * GAME.length == played.exposures.num_rows
    assert played.requests.num_rows == GAME.people * GAME.days
    for table in (played.requests, played.exposures, played.events):
        assert (np.diff(table["ts_ms"].to_numpy()) >= 0).all()
    asked = set(played.requests["request_id"].to_pylist())
    assert set(played.exposures["request_id"].to_pylist()) == asked
    assert set(played.events["exposure_id"].to_pylist()) <= set(
        played.exposures["exposure_id"].to_pylist()
    )


def test_a_policy_that_tells_nothing_leaves_it_unknown() -> None:
    shown = play(Toy(), RandomPolicy("item", 1), GAME, CALENDAR).played.exposures
    for name in ("channel", "policy", "arm"):
        assert set(shown[name].to_pylist()) == {""}


def test_playing_in_a_world_moves_it_and_a_fork_does_not() -> None:
    world = Toy()
    play(world, split(), GAME, CALENDAR)
    assert world.now_ms == Toy().now_ms
    play_in(world, split(), GAME, CALENDAR)
    assert world.now_ms > Toy().now_ms


def test_an_experiment_without_arms_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"^experiment: no arms\. Name at least one policy\.$"):
        SplitPolicy({}, 1)
