"""What a world is to those who play in it, and nothing of how it works.

A world knows who comes when (`visits`, the same whatever is shown), answers slates (`respond`)
with logs in the schema of the lake, and moves on (`advance`): people and items arrive and leave,
tastes drift, openings fill. `fork` gives an independent copy, so that every policy plays from the
same state. The truth (`chance`) is for oracles and tests; a policy must not call it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from twoside.schema.entities import EntityTable
    from twoside.schema.slates import Slates


@dataclass(frozen=True)
class Visits:
    """Who opens a list when, in order of time."""

    request_id: np.ndarray
    """int64 (n,)"""
    person: np.ndarray
    """int32 (n,)"""
    ts_ms: np.ndarray
    """int64 (n,)"""

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True)
class Answer:
    """What a world says to slates: rows of the lake's day tables."""

    exposures: pa.Table
    events: pa.Table
    """Some lie in the future: a reply that comes late. Whoever feeds them to a policy must wait
    until their `ts_ms` has passed."""


class World(Protocol):
    """A market that can be played."""

    @property
    def now_ms(self) -> int:
        """The world's own clock: where `advance` has brought it."""

    def fork(self) -> World:
        """An independent copy at the same state."""

    def advance(self, to_ms: int) -> None:
        """Move the clock: arrivals, departures, drift, filled and closed items up to `to_ms`."""

    def visits(self, scene: str, day: int) -> Visits:
        """All visits of a day (day number). The same in every fork and under every policy."""

    def respond(self, scene: str, slates: Slates) -> Answer:
        """People (and the other side) answer lists shown between now and the next `advance`.
        Openings that fill count at once for what is shown later."""

    def table(self, kind: str) -> EntityTable:
        """All entities of a kind as they are now; `is_open` tells what may be shown."""

    def chance(self, scene: str, person: np.ndarray, items: np.ndarray, now_ms: int) -> np.ndarray:
        """True probability that showing the pair (first position, full attention) ends in the
        scene's goal: int32 (n,), int32 (n, m) -> float32 (n, m)."""
