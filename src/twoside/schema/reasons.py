"""Why recall found an item: what a person did before, or people like them, each with its share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.request import Candidates


@dataclass(frozen=True)
class Reasons:
    """The parts of one score, the one that adds most first; they sum to the score."""

    rows: np.ndarray
    """int32 (m,), each once"""
    adds: np.ndarray
    """float64 (m,); below 0 where a recent item speaks against it. None is 0."""
    of: Literal["items", "people"] = "items"
    """What the rows are: recent items of the person, or people like them."""

    @staticmethod
    def sorted(
        rows: np.ndarray, adds: np.ndarray, of: Literal["items", "people"] = "items"
    ) -> Reasons:
        """From parts in any order; those that add nothing are left out, equal parts come in the
        order of rows."""
        there = np.flatnonzero(adds)
        order = there[np.lexsort((rows[there], -adds[there]))]
        return Reasons(rows[order].astype(np.int32), adds[order].astype(np.float64), of)


@dataclass(frozen=True)
class Reasoned:
    """An item that a channel found."""

    item: int
    score: float
    reasons: Reasons


@dataclass(frozen=True)
class RecallReasons:
    """What every channel that can say why found for one person."""

    channels: Mapping[str, tuple[Reasoned, ...]]
    """Best first; empty where a channel found nothing."""
    near_people: Mapping[str, Candidates]
    """Of the channels that ask people like this one: those (rows of people), nearest first."""
    behaviours: Mapping[int, str] = field(default_factory=dict)
    """Recent item -> the kind of event that says most of it."""
