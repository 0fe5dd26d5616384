"""Timed steps add up under their names, and pass everything on."""

from contextlib import contextmanager

import pytest

from twoside.schema.progress import Timed


def test_every_step_is_kept_and_its_tick_goes_through():
    told = []

    @contextmanager
    def steps(name):
        yield lambda done: told.append((name, done))

    timed = Timed(steps)
    for name in ("fit", "judge", "fit"):
        with timed(name) as tick:
            tick(0.5)
    assert told == [("fit", 0.5), ("judge", 0.5), ("fit", 0.5)]
    assert list(timed.seconds) == ["fit", "judge"]
    assert all(seconds >= 0 for seconds in timed.seconds.values())


def test_an_error_inside_comes_out():
    @contextmanager
    def steps(_name):
        yield lambda _done: None

    with pytest.raises(ValueError, match="broken"), Timed(steps)("fit"):
        raise ValueError("broken")
