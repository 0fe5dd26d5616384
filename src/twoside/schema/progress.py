"""How long work tells how far it is: a function of the fraction done, from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from time import perf_counter
from typing import Protocol

Tick = Callable[[float], None]


def quiet(_done: float) -> None:
    """For those who do not want to know."""


class Steps(Protocol):
    """How work of several steps tells which one runs: `with steps("features") as tick: ...`."""

    def __call__(self, name: str) -> AbstractContextManager[Tick]:
        """One step; the tick inside takes the fraction done of it."""


class Timed:
    """Steps that also keep how long each one took; one that runs twice counts with both."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[Tick]:
        """The step of this name."""
        began = perf_counter()
        with self._steps(name) as tick:
            yield tick
        self.seconds[name] = self.seconds.get(name, 0.0) + perf_counter() - began


@contextmanager
def silent(_name: str) -> Iterator[Tick]:
    """Steps for those who do not want to know."""
    yield quiet
