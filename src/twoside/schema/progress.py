"""How long work tells how far it is: a function of the fraction done, from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Tick = Callable[[float], None]


def quiet(_done: float) -> None:
    """For those who do not want to know."""


class Steps(Protocol):
    """How work of several steps tells which one runs: `with steps("features") as tick: ...`."""

    def __call__(self, name: str) -> AbstractContextManager[Tick]:
        """One step; the tick inside takes the fraction done of it."""


@contextmanager
def silent(_name: str) -> Iterator[Tick]:
    """Steps for those who do not want to know."""
    yield quiet
