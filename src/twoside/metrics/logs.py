"""What the logs of a scene look like: counts by day and position, and how unequal and lively.

Made day by day, so a log of any length is summed up in the memory of one day, plus one number a
pair that met.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.metrics.gini import gini
from twoside.metrics.sessions import session_starts

if TYPE_CHECKING:
    import pyarrow as pa

POSITIONS = 30


@dataclass(frozen=True)
class LogSummary:
    """The logs of one scene at a glance. Sequences are aligned to `days`."""

    days: tuple[str, ...]
    """YYYY-MM-DD"""
    exposures: tuple[int, ...]
    counts: Mapping[str, tuple[int, ...]]
    """Event kind -> number a day"""
    by_position: Mapping[str, tuple[float, ...]]
    """Event kind -> events per exposure of a position, from 0 on; of events that carry the id of
    an exposure of the same day"""
    item_exposures: np.ndarray
    """int64 (items,)"""
    people: int
    items: int
    traits: Mapping[str, float] = field(default_factory=dict)
    """item_gini and activity_gini (of exposures, over those that occur), sessions_per_day and
    exposures_per_day (a person who comes), repeat_rate (exposures of a pair that met before)"""


class LogTally:
    """Adds up days."""

    def __init__(self, people: int, items: int) -> None:
        """`people` and `items` are the numbers of rows of the two kinds."""
        self._of_person = np.zeros(people, np.int64)
        self._of_item = np.zeros(items, np.int64)
        self._days: list[tuple[str, int, dict[str, int]]] = []
        self._shown_at = np.zeros(POSITIONS, np.int64)
        self._events_at: dict[str, np.ndarray] = {}
        self._pairs: list[np.ndarray] = []
        self._visits = self._sessions = 0

    def add(self, day: str, exposures: pa.Table, events: pa.Table) -> None:
        """One day's rows of the lake's tables `exposures` and `events`, of one scene."""
        person, item, ts_ms, position, exposure = (
            exposures[name].to_numpy()
            for name in ("person", "item", "ts_ms", "position", "exposure_id")
        )
        self._of_person += np.bincount(person, minlength=len(self._of_person))
        self._of_item += np.bincount(item, minlength=len(self._of_item))
        self._pairs.append(np.unique(person.astype(np.int64) * len(self._of_item) + item))
        who, _ = session_starts(person, ts_ms)
        self._sessions += len(who)
        self._visits += len(np.unique(who))
        kinds, counts = np.unique(events["kind"].to_numpy(zero_copy_only=False), return_counts=True)
        by_kind = dict(zip(kinds.tolist(), counts.tolist(), strict=True))
        self._days.append((day, len(person), by_kind))
        self._add_positions(position, exposure, events)

    def _add_positions(self, position: np.ndarray, exposure: np.ndarray, events: pa.Table) -> None:
        near = position < POSITIONS
        self._shown_at += np.bincount(position[near], minlength=POSITIONS)
        order = np.argsort(exposure)
        answered = events["exposure_id"].to_numpy()
        place = np.searchsorted(exposure, answered, sorter=order)
        place = order[np.minimum(place, max(len(order) - 1, 0))] if len(order) else place
        found = np.zeros(len(answered), bool)
        if len(order):
            found = (exposure[place] == answered) & (answered >= 0) & near[place]
        kinds = events["kind"].to_numpy(zero_copy_only=False)
        for kind in np.unique(kinds[found]).tolist():
            at = position[place[found & (kinds == kind)]]
            self._events_at.setdefault(kind, np.zeros(POSITIONS, np.int64))
            self._events_at[kind] += np.bincount(at, minlength=POSITIONS)

    def result(self) -> LogSummary:
        """The sum of all days so far."""
        exposures = tuple(number for _, number, _ in self._days)
        kinds = sorted({kind for _, _, counts in self._days for kind in counts})
        deep = int(np.flatnonzero(self._shown_at).max(initial=-1)) + 1
        return LogSummary(
            days=tuple(day for day, _, _ in self._days),
            exposures=exposures,
            counts={kind: tuple(c.get(kind, 0) for _, _, c in self._days) for kind in kinds},
            by_position={
                kind: tuple((at[:deep] / np.maximum(self._shown_at[:deep], 1)).tolist())
                for kind, at in self._events_at.items()
            },
            item_exposures=self._of_item.copy(),
            people=len(self._of_person),
            items=len(self._of_item),
            traits=self._traits(sum(exposures)),
        )

    def _traits(self, total: int) -> dict[str, float]:
        if not total:
            return {}
        met = len(np.unique(np.concatenate(self._pairs)))
        return {
            "item_gini": gini(self._of_item[self._of_item > 0]),
            "activity_gini": gini(self._of_person[self._of_person > 0]),
            "sessions_per_day": self._sessions / self._visits,
            "exposures_per_day": total / self._visits,
            "repeat_rate": 1 - met / total,
        }
