"""Rules: what a list must not hold. Each is a small class that says which candidates may stay.

`closed` and `rejected` are never broken. A list that would be short takes further open items from
a fallback order, then what was only `seen`, then what was over the `cap`: better a second job of
one company than an empty place.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Facts:
    """What is known about one person at the moment of the request. Arrays of a kind align."""

    now_ms: int
    is_open: np.ndarray
    """bool (items,)"""
    items: EntityTable
    shown_item: np.ndarray
    """int32: items that lists showed to the person"""
    shown_ms: np.ndarray
    """int64"""
    behaved_item: np.ndarray
    """int32: items of behaviours of the pair, oldest first, by either side"""
    behaved_ms: np.ndarray
    """int64"""
    behaved_strength: np.ndarray
    """float32; negative is against the pair"""


@dataclass(frozen=True)
class Closed:
    """Closed items go."""

    def keep(self, candidates: np.ndarray, facts: Facts) -> np.ndarray:
        """bool (n,) for int32 (n,) item rows."""
        return np.asarray(facts.is_open[candidates])


@dataclass(frozen=True)
class Rejected:
    """Items go whose latest behaviour was against the pair, by either side."""

    within_days: float = 90.0
    """A rejection is forgotten after so long."""

    def keep(self, candidates: np.ndarray, facts: Facts) -> np.ndarray:
        """bool (n,) for int32 (n,) item rows."""
        recent = facts.now_ms - facts.behaved_ms <= self.within_days * DAY_MS
        against = np.zeros(len(facts.is_open) + 1, bool)  # the last one is for unknown items
        # oldest first, and of several values for one place the last one stays
        against[facts.behaved_item] = (facts.behaved_strength < 0) & recent
        return np.asarray(~against[candidates])


@dataclass(frozen=True)
class Seen:
    """Items go that the person has just been shown and passed by, or has dealt with."""

    shown_days: float = 1.0
    """Shown within so many days without any behaviour since: passed by. 0 lets them stay."""
    behaved_days: float = 0.0
    """Behaved positively within so many days: dealt with. 0 lets them stay."""
    behaved_strength: float = 0.0
    """Only behaviours above this strength deal with an item (a chat, but not a view)."""
    times: int = 1
    """Shown at least so often within these days."""

    def keep(self, candidates: np.ndarray, facts: Facts) -> np.ndarray:
        """bool (n,) for int32 (n,) item rows."""
        gone = np.zeros(len(facts.is_open) + 1, bool)  # the last one is for unknown items
        if self.shown_days > 0:
            recent = facts.now_ms - facts.shown_ms <= self.shown_days * DAY_MS
            shown = facts.shown_item[recent]
            if self.times > 1:
                shown = np.flatnonzero(np.bincount(shown, minlength=1) >= self.times)
            gone[shown] = True
            gone[facts.behaved_item[facts.behaved_strength > 0]] = False
        if self.behaved_days > 0:
            done = facts.behaved_strength > self.behaved_strength
            recent = facts.now_ms - facts.behaved_ms <= self.behaved_days * DAY_MS
            gone[facts.behaved_item[done & recent]] = True
        return np.asarray(~gone[candidates])


@dataclass(frozen=True)
class Cap:
    """At most so many items of one group in a list (3 of one company)."""

    column: str
    """Item column that names the group; unknown (-1) is no group."""
    most: int = 3

    def keep(self, candidates: np.ndarray, facts: Facts) -> np.ndarray:
        """bool (n,) for int32 (n,) item rows in order: the first `most` of a group stay."""
        if self.column not in facts.items.columns:
            known = did_you_mean(self.column, facts.items.columns)
            raise ConfigError(
                f"rules.cap: {facts.items.kind} has no column '{self.column}'. {known}"
            )
        group = facts.items.columns[self.column][candidates]
        order = np.argsort(group, kind="stable")
        run = group[order]
        first = np.searchsorted(run, run, side="left")
        place = np.empty(len(group), np.int64)
        place[order] = np.arange(len(group)) - first
        return np.asarray((place < self.most) | (group < 0))


@dataclass(frozen=True)
class Kept:
    """What the rules leave of an ordered list of candidates."""

    keep: np.ndarray
    """bool (n,)"""
    dropped: Mapping[str, int]
    """Rule -> how many it took out, counted at the first rule that did"""


@dataclass(frozen=True)
class Rules:
    """The rules of a scene, in the order in which they are counted."""

    seen: Seen | None = field(default_factory=Seen)
    rejected: Rejected | None = field(default_factory=Rejected)
    cap: tuple[Cap, ...] = ()

    def apply(self, candidates: np.ndarray, facts: Facts) -> Kept:
        """Which of the candidates may stay.

        Args:
            candidates: int32 (n,) item rows, best first, none twice.
        """
        return self._apply(candidates, facts, seen=True, cap=True)

    def full(
        self, candidates: np.ndarray, fallback: np.ndarray, facts: Facts, length: int
    ) -> tuple[np.ndarray, int]:
        """A list of `length` items, if so many are open and not rejected.

        Args:
            candidates: int32 (n,) item rows in the order of the list, also those that rules
                would take out.
            fallback: int32 (m,): open items in a general order (`rerank.fill.fallback_order`).

        Returns:
            The list, int32 (at most length,), and how many of it are no candidates.
        """
        extra = fallback[~np.isin(fallback, candidates)]
        everything = np.concatenate([candidates, extra]).astype(np.int32)
        own = np.arange(len(everything)) < len(candidates)
        chosen = np.zeros(len(everything), bool)
        order = np.empty(0, np.int64)
        for seen, cap in ((True, True), (False, True), (False, False)):
            free = np.flatnonzero(~chosen)
            # chosen ones stand first, so that the cap counts them
            rows = np.concatenate([order, free])
            keep = self._apply(everything[rows], facts, seen=seen, cap=cap).keep
            keep[: len(order)] = False
            order = np.concatenate([order, rows[keep]])[:length]
            chosen[order] = True
            if len(order) == length:
                break
        return everything[order], int((~own[order]).sum())

    def _apply(self, candidates: np.ndarray, facts: Facts, *, seen: bool, cap: bool) -> Kept:
        steps: list[tuple[str, Closed | Rejected | Seen]] = [("closed", Closed())]
        if self.rejected is not None:
            steps.append(("rejected", self.rejected))
        if seen and self.seen is not None:
            steps.append(("seen", self.seen))
        keep = np.ones(len(candidates), bool)
        dropped: dict[str, int] = {}
        for name, rule in steps:
            stays = rule.keep(candidates, facts)
            dropped[name] = int((keep & ~stays).sum())
            keep &= stays
        for one in self.cap if cap else ():
            left = np.flatnonzero(keep)
            stays = one.keep(candidates[left], facts)
            dropped[f"cap {one.column}"] = int((~stays).sum())
            keep[left[~stays]] = False
        return Kept(keep, dropped)
