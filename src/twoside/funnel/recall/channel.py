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

from twoside.funnel.recall.past import Past

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.artefact import Packed
    from twoside.schema.behaviours import Behaviours
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class RecallData:
    """All that a channel may learn from, as it was at `now_ms`."""

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


@dataclass(frozen=True)
class Asking:
    """n people who want candidates now. Row i of each array belongs to the i-th of them."""

    person: np.ndarray
    """int32 (n,) rows; -1 for someone never seen"""
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

    def __len__(self) -> int:
        return len(self.person)

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
