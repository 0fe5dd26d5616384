"""A list and the story of how it came about: every stage's candidates and what it said of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from twoside.schema.request import Candidates, Request


@dataclass(frozen=True)
class Slate:
    """The list for one request."""

    items: np.ndarray
    """int32 (n,), best first; n is the asked length if enough items are open"""
    scores: np.ndarray
    """float32 (n,): the fused score"""
    failed: tuple[str, ...] = ()
    """Recall channels that raised an error and were left out, in the order of the funnel."""
    filled: int = 0
    """How many items at the end came from the fallback order, because rules left too few."""
    channels: tuple[str, ...] = ()
    """The recall channel from which the merge took each item; "" where the fallback filled it in.
    Another channel may have had the item too: an explanation says which."""


@dataclass(frozen=True)
class Shown:
    """One item of a list, with what every stage said of it."""

    item: int
    position: int
    score: float
    """The fused score."""
    channel_ranks: Mapping[str, int]
    """Recall channel -> rank (from 0) there; empty if the fallback filled it in."""
    merge_rank: int
    """-1: not from the merge."""
    prerank_rank: int
    """-1: not among those that prerank kept."""
    targets: Mapping[str, float]
    """Target -> probability by the rank model."""
    fused_rank: int
    """Rank by fused score, before diversity and rules; -1 if not ranked."""


@dataclass(frozen=True)
class Explanation:
    """Everything that happened for one request."""

    request: Request
    channels: Mapping[str, Candidates]
    merged: Candidates
    preranked: Candidates
    ranked: Candidates
    """In the order of the fused score."""
    target_scores: Mapping[str, np.ndarray]
    """Target -> float32 (len(ranked),), aligned to `ranked`."""
    dropped: Mapping[str, int]
    """Rule (seen, closed, rejected, company cap ...) -> number of candidates that it took out."""
    slate: Slate
    shown: tuple[Shown, ...]
    milliseconds: Mapping[str, float] = field(default_factory=dict)
    """Stage -> wall time."""
