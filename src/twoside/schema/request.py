"""A request for a list, the candidates on their way, and the list that comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Request:
    """Somebody opens a list."""

    person: int
    """Row of the person; -1 for one never seen, who gets a list all the same."""
    ts_ms: int
    length: int = 20
    context: Mapping[str, float] = field(default_factory=dict)
    """The scene's context columns, for example the tab: numbers and category codes."""
    request_id: int = -1


@dataclass(frozen=True)
class Candidates:
    """Items on their way through the funnel, best first, without repeats."""

    items: np.ndarray
    """int32 (n,)"""
    scores: np.ndarray
    """float32 (n,): what the last stage thought; comparable only within one list"""

    def __len__(self) -> int:
        return len(self.items)

    def where(self, keep: np.ndarray) -> Candidates:
        """Those where `keep` (bool or indices) says so, in its order."""
        return Candidates(self.items[keep], self.scores[keep])

    @staticmethod
    def empty() -> Candidates:
        """No candidates at all."""
        return Candidates(np.empty(0, np.int32), np.empty(0, np.float32))
