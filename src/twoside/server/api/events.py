"""`POST /v1/events`: what was shown and what followed.

Either all events of a call are taken in or none: a 422 lists every wrong one with its place. An
event of a person or item that the lake does not know cannot be kept; it is counted and listed in
the answer, and the others are taken in.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Annotated, Literal

import pyarrow as pa
from fastapi import APIRouter
from pydantic import ConfigDict, Field

from twoside.errors import did_you_mean
from twoside.schema.tables import EVENTS, EXPOSURES
from twoside.server.problems import Problem, Rejected, answer
from twoside.server.strict import Strict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from twoside.server.desk import Desk

EXPOSE = "expose"
MOST = 10_000


class Happened(Strict):
    """One exposure (kind `expose`) or one behaviour."""

    scene: str
    kind: str
    """`expose`, or an event kind of the scene's domain."""
    person: int | str
    """The one whom the list was for."""
    item: int | str
    by: Literal["person", "item"] | None = None
    """Who acted; without it, the party who does so by the domain's declaration."""
    ts_ms: int | None = None
    """Epoch milliseconds; without it, now."""
    request_id: int = -1
    """As the list carried it."""
    exposure_id: int = -1
    """For a behaviour: the exposure that it answers, if known."""
    position: Annotated[int, Field(ge=0, le=32_767)] = 0
    """For an exposure: its place in the list, from 0."""
    context: Annotated[dict[str, float | str], Field(default_factory=dict)]
    """For an exposure: the scene's context columns, as the request for its list had them."""
    value: float | None = None
    """The kind's own quantity (seconds, stars)."""


class Batch(Strict):
    """Events in any order and of any scenes."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "events": [
                    {
                        "scene": "recruiting/jobs_for_seeker",
                        "kind": "expose",
                        "person": "p7",
                        "item": 1000,
                        "position": 0,
                    },
                    {
                        "scene": "recruiting/jobs_for_seeker",
                        "kind": "chat",
                        "person": "p7",
                        "item": 1000,
                    },
                ]
            }
        },
    )

    events: Annotated[list[Happened], Field(min_length=1, max_length=MOST)]


class Unknown(Strict):
    """An event that could not be kept."""

    event: int
    """Its number in the call, from 0."""
    what: Literal["person", "item"]
    id: int | str


class Taken(Strict):
    """What became of the events."""

    accepted: int
    unknown: list[Unknown]


@dataclass(frozen=True)
class _Row:
    """An event whose ids and time are known."""

    event: Happened
    person: int
    item: int
    ts_ms: int
    context: Mapping[str, float]


def routes(desk: Desk) -> APIRouter:
    """The path, answered from a desk."""
    router = APIRouter(tags=["events"])

    # Not async: arrays are built and kept in a thread, and lists go on meanwhile.
    @router.post("/v1/events", response_model=Taken, summary="Exposures and behaviours")
    def events(batch: Batch) -> Response:
        _check(desk, batch.events)
        known: list[_Row] = []
        unknown: list[dict[str, object]] = []
        for number, event in enumerate(batch.events):
            scene = desk.scene(event.scene)
            person = desk.service.row(event.scene, scene.person, event.person)
            item = desk.service.row(event.scene, scene.item, event.item)
            if person < 0:
                unknown.append({"event": number, "what": "person", "id": event.person})
            elif item < 0:
                unknown.append({"event": number, "what": "item", "id": event.item})
            else:
                ts_ms = desk.moment(event.scene, event.ts_ms, f"events.{number}.ts_ms")
                context = desk.context(event.scene, event.context, f"events.{number}.context")
                known.append(_Row(event, person, item, ts_ms, context))
        known.sort(key=lambda row: (row.event.scene, row.ts_ms))
        for name, rows in groupby(known, key=lambda row: row.event.scene):
            _keep(desk, name, list(rows))
        return answer({"accepted": len(known), "unknown": unknown})

    return router


def _check(desk: Desk, events: list[Happened]) -> None:
    problems: list[Problem] = []
    scenes = desk.service.scenes()
    kinds = {
        name: (EXPOSE, *(kind.name for kind in desk.service.domain(name).events))
        for name in {event.scene for event in events} & scenes.keys()
    }
    for number, event in enumerate(events):
        if event.scene not in scenes:
            hint = did_you_mean(event.scene, scenes)
            problems.append((f"events.{number}.scene", f"{event.scene!r} is not served. {hint}"))
        elif event.kind not in kinds[event.scene]:
            hint = did_you_mean(event.kind, kinds[event.scene])
            problems.append((f"events.{number}.kind", f"there is no kind {event.kind!r}. {hint}"))
    if problems:
        raise Rejected(problems)


def _keep(desk: Desk, scene: str, rows: list[_Row]) -> None:
    shown = [row for row in rows if row.event.kind == EXPOSE]
    followed = [row for row in rows if row.event.kind != EXPOSE]
    desk.service.record(scene, _exposures(desk, scene, shown), _events(desk, followed))
    kinds = [row.event.kind for row in rows]
    for kind in dict.fromkeys(kinds):
        desk.metrics.events(scene, kind, kinds.count(kind))


def _exposures(desk: Desk, scene: str, rows: list[_Row]) -> pa.Table:
    table = pa.Table.from_pylist(
        [
            {
                "exposure_id": desk.next_request_id(),
                "request_id": row.event.request_id,
                "ts_ms": row.ts_ms,
                "scene": row.event.scene.rpartition("/")[2],
                "person": row.person,
                "item": row.item,
                "position": row.event.position,
            }
            for row in rows
        ],
        schema=EXPOSURES,
    )
    for column in desk.scene(scene).context:
        category = column.type == "category"
        missing = -1.0 if category else float("nan")
        values = [row.context.get(column.name, missing) for row in rows]
        kind = pa.int32() if category else pa.float64()
        table = table.append_column(column.name, pa.array(values, pa.float64()).cast(kind))
    return table


def _events(desk: Desk, rows: list[_Row]) -> pa.Table:
    return pa.Table.from_pylist(
        [
            {
                "event_id": desk.next_request_id(),
                "ts_ms": row.ts_ms,
                "scene": row.event.scene.rpartition("/")[2],
                "kind": row.event.kind,
                "person": row.person,
                "item": row.item,
                "by": row.event.by or _actor(desk, row.event),
                "exposure_id": row.event.exposure_id,
                "value": float("nan") if row.event.value is None else row.event.value,
            }
            for row in rows
        ],
        schema=EVENTS,
    )


def _actor(desk: Desk, event: Happened) -> str:
    by = desk.service.domain(event.scene).event(event.kind).by
    return "item" if by == "item" else "person"
