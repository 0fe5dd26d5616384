"""Answers as rows of the lake's day tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from twoside.domains.recruiting.answers import KINDS, PARTIES, Outbox
from twoside.schema.tables import EVENTS, EXPOSURES, REQUESTS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.schema.slates import Slates

SCENES = ("jobs_for_seeker", "seekers_for_boss")
POSITIONS = 256
"""An exposure's id is request_id * POSITIONS + position: unique without a counter."""
STEPS = 8
"""An event's id is exposure_id * STEPS + its kind's place in `KINDS`."""


@dataclass(frozen=True)
class DayTables:
    """One day of a lake."""

    day: int
    requests: pa.Table
    exposures: pa.Table
    events: pa.Table
    """Those whose moment lies in this day; late answers to older exposures are among them."""
    entities: Mapping[str, pa.Table] = field(default_factory=dict)
    """Kind -> new and changed rows: row (int32), id (string), valid_from_ms (int64), then the
    declared columns, categories as words."""


@dataclass(frozen=True)
class EventRows:
    """Events as aligned arrays, in order of (ts_ms, event_id)."""

    event_id: np.ndarray
    """int64"""
    ts_ms: np.ndarray
    """int64"""
    scene: np.ndarray
    """int8, of `SCENES`"""
    kind: np.ndarray
    """int8, of `KINDS`"""
    person: np.ndarray
    """int32"""
    item: np.ndarray
    """int32"""
    by: np.ndarray
    """int8, of `PARTIES`"""
    value: np.ndarray
    """float32"""

    def __len__(self) -> int:
        return len(self.ts_ms)

    def where(self, keep: np.ndarray) -> EventRows:
        """Those where `keep` (bool or indices) says so."""
        return EventRows(**{name: array[keep] for name, array in vars(self).items()})

    def table(self) -> pa.Table:
        """In the lake's schema."""
        return pa.table(
            {
                "event_id": self.event_id,
                "ts_ms": self.ts_ms,
                "scene": _spelt(self.scene, SCENES),
                "kind": _spelt(self.kind, KINDS),
                "person": self.person,
                "item": self.item,
                "by": _spelt(self.by, PARTIES),
                "exposure_id": self.event_id // STEPS,
                "value": pa.array(self.value, pa.float32()),
            },
            schema=EVENTS,
        )


def no_events() -> EventRows:
    """Nothing happened."""
    return EventRows(
        *(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int8)),
        *(np.empty(0, np.int8), np.empty(0, np.int32), np.empty(0, np.int32)),
        *(np.empty(0, np.int8), np.empty(0, np.float32)),
    )


def in_order(*parts: EventRows) -> EventRows:
    """All of them, by time."""
    names = vars(parts[0])
    together = EventRows(
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    )
    return together.where(np.lexsort((together.event_id, together.ts_ms)))


def event_rows(scene: int, slates: Slates, out: Outbox) -> EventRows:
    """What was written into the outbox, by time."""
    n = int(out.written[0])
    slate, place, kind = out.slate[:n], out.place[:n].astype(np.int64), out.kind[:n]
    exposure = slates.request_id[slate] * POSITIONS + place
    rows = EventRows(
        event_id=exposure * STEPS + kind,
        ts_ms=out.ts_ms[:n],
        scene=np.full(n, scene, np.int8),
        kind=kind,
        person=slates.person[slate].astype(np.int32),
        item=slates.items[slate, place].astype(np.int32),
        by=out.by[:n],
        value=out.value[:n],
    )
    return in_order(rows)


def exposures(
    scene: int, slates: Slates, shown: np.ndarray, shown_ms: np.ndarray, last_ms: np.ndarray
) -> pa.Table:
    """One row a shown item. shown: int (n,) rows shown of each list; shown_ms: int64 (n, L);
    last_ms: int64 (n,): the end of each list's day, which no exposure passes."""
    place = np.arange(slates.items.shape[1])
    slate, at = np.nonzero(place < shown[:, None])
    return pa.table(
        {
            "exposure_id": slates.request_id[slate] * POSITIONS + at,
            "request_id": slates.request_id[slate],
            "ts_ms": np.minimum(shown_ms[slate, at], last_ms[slate]),
            "scene": _spelt(np.full(len(slate), scene, np.int8), SCENES),
            "person": slates.person[slate],
            "item": slates.items[slate, at],
            "position": at.astype(np.int16),
        },
        schema=EXPOSURES,
    )


def requests(scene: int, slates: Slates) -> pa.Table:
    """One row a list."""
    return pa.table(
        {
            "request_id": slates.request_id,
            "ts_ms": slates.ts_ms,
            "scene": _spelt(np.full(len(slates), scene, np.int8), SCENES),
            "person": slates.person,
        },
        schema=REQUESTS,
    )


def _spelt(codes: np.ndarray, words: tuple[str, ...]) -> pa.Array:
    """Codes as strings."""
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(words)).cast(pa.string())
