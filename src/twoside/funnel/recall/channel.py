"""What a recall channel is: settings that fit to the past, and a fitted channel that answers.

Channels answer many people at once; one person is a batch of one. What is known of a person at
the moment of the request (recent behaviours, open items) comes with the question, so a fitted
channel never has to be fitted again because somebody clicked. What others did since the fit it
learns when it is brought up to date (`recall/refresh.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from twoside.errors import DataError
from twoside.funnel.recall.past import Past

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.artefact import Packed
    from twoside.schema.behaviours import Behaviours
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class RecallData:
    """All that a channel may learn from, as it was at `now_ms`.

    Behaviours that say nothing (`Behaviours.sound`) are left out here, so that no channel meets
    them; a log of which nothing is left is of other tables: a `DataError`.
    """

    behaviours: Behaviours
    """What people did, strictly before `now_ms`; positive and negative strengths."""
    people: EntityTable
    items: EntityTable
    now_ms: int
    matches: tuple[tuple[str, str], ...] = ()
    """Pairs (person column, item column) that mean the same (wanted title, title), declared by
    the domain; both are categories, both are lists of categories, or both are numbers."""
    places: tuple[str, str, str, str] | None = None
    """(person latitude, person longitude, item latitude, item longitude) columns, degrees."""
    born: str | None = None
    """Item column (time) that says since when it exists; None: since its first behaviour."""
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Item column -> its words in order of their codes, for columns whose words are language and
    not ids; channels that read letters use them, the others only codes."""

    def __post_init__(self) -> None:
        sound = self.behaviours.sound(self.people.size, self.items.size)
        if len(self.behaviours) and not len(sound):
            raise DataError(
                f"recall: none of {len(self.behaviours)} behaviours is of a row of the tables "
                f"({self.people.size} of {self.people.kind}, {self.items.size} of "
                f"{self.items.kind}) with a strength that is a number. Expected a log and tables "
                "of the same lake."
            )
        object.__setattr__(self, "behaviours", sound)


@dataclass(frozen=True)
class Asking:
    """n people who want candidates now. Row i of each array belongs to the i-th of them.

    Behaviours that say nothing (`recall/past.py`) are passed over; arrays that do not fit each
    other are a `DataError`.
    """

    person: np.ndarray
    """int32 (n,) rows; -1 for someone never seen, which a row beyond the table becomes"""
    start: np.ndarray
    """int64 (n + 1,): the i-th person's recent behaviours are `start[i]:start[i + 1]` of:"""
    item: np.ndarray
    """int32 (total,), oldest first within a person"""
    ts_ms: np.ndarray
    """int64 (total,)"""
    strength: np.ndarray
    """float32 (total,)"""
    now_ms: np.ndarray
    """int64 (n,)"""
    is_open: np.ndarray
    """bool (items,): may be shown now"""
    people: EntityTable
    """All people as they are now (a fitted channel keeps no copy)."""
    items: EntityTable
    """All items as they are now, including those that came after the fit."""

    def __post_init__(self) -> None:
        n, total = len(self.person), len(self.item)
        expected = {"start": n + 1, "now_ms": n, "ts_ms": total, "strength": total}
        for name, size in {**expected, "is_open": self.items.size}.items():
            if len(getattr(self, name)) != size:
                raise DataError(
                    f"recall: asking.{name} has {len(getattr(self, name))} entries: expected "
                    f"{size}, for {n} people with {total} behaviours and {self.items.size} items."
                )
        known = (self.person >= 0) & (self.person < self.people.size)
        if not known.all():
            person = np.where(known, self.person, -1).astype(np.int32)
            object.__setattr__(self, "person", person)

    def __len__(self) -> int:
        return len(self.person)

    def open_up_to(self, size: int) -> np.ndarray:
        """bool (`size` or more,): `is_open`, and False for rows beyond the table, for a channel
        that learned from a longer one."""
        beyond = max(size - len(self.is_open), 0)
        return np.concatenate([self.is_open, np.zeros(beyond, bool)]) if beyond else self.is_open

    @cached_property
    def past(self) -> Past:
        """What they did, one entry a pair: worked out once for all channels."""
        parts = (self.start, self.item, self.ts_ms, self.strength)
        return Past.summary(*parts, size=self.items.size)


@dataclass(frozen=True)
class Recalled:
    """What a channel found for n people, best first."""

    items: np.ndarray
    """int32 (n, limit); -1 fills the end of a short answer"""
    scores: np.ndarray
    """float32 (n, limit), falling within a row; 0 where there is no item"""

    @staticmethod
    def nothing(people: int, limit: int) -> Recalled:
        """Empty lists, to be filled or left so."""
        shape = people, limit
        return Recalled(np.full(shape, -1, np.int32), np.zeros(shape, np.float32))


class FittedChannel(Protocol):
    """A channel that has learned; only open items, none twice, none below -1."""

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """Up to `limit` open items for each person, best first."""

    def pack(self) -> Packed:
        """Settings and arrays, for the store."""


class Channel(Protocol):
    """The settings of a channel: a frozen dataclass, one a file in `channels/`."""

    def fit(self, data: RecallData, seed: int) -> FittedChannel:
        """Learn from the past. Works on an empty past too: then it finds nothing or what
        needs no past, and says so in its docstring."""

    def unpack(self, packed: Packed) -> FittedChannel:
        """The fitted channel that `pack` described."""


@runtime_checkable
class LearnsOn(Protocol):
    """A channel that goes on from a former fit, for less than a new one. The others (their fit is
    one pass over the log, or exact only when all is summed anew) are simply fitted again; ask
    `recall/refresh.py`, which knows the difference."""

    def update(self, fitted: Any, data: RecallData, since_ms: int, seed: int) -> FittedChannel:
        """Nearly what `fit` on `data` gives.

        Args:
            fitted: what `fit`, `update` or `unpack` gave by the same settings; not changed.
            data: all of the past, as for `fit`; its tables are as they were, or longer.
            since_ms: behaviours from here on are new to `fitted`.
        """
