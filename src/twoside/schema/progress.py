"""How long work tells how far it is: a function of the fraction done, from 0 to 1."""

from __future__ import annotations

from collections.abc import Callable

Tick = Callable[[float], None]


def quiet(_done: float) -> None:
    """For those who do not want to know."""
