"""`POST /v1/reasons`: why recall found items for a person; `POST /v1/neighbours`: what is near to
an item. For people who look into recall, not for the path of a list: they are asked one by one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from fastapi import APIRouter
from pydantic import ConfigDict, Field

from twoside.schema.request import Request
from twoside.server.problems import Rejected, answer
from twoside.server.strict import Strict

if TYPE_CHECKING:
    from starlette.responses import Response

    from twoside.schema.reasons import Reasoned
    from twoside.schema.request import Candidates
    from twoside.server.desk import Desk

LONGEST = 100


class PersonAsked(Strict):
    """Whose items are to be explained."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"scene": "recruiting/jobs_for_seeker", "person": "p7", "length": 5}
        },
    )

    scene: str
    """Full name of the scene."""
    person: int | str
    """The person's id in your own data. For one never seen no channel has a reason."""
    length: Annotated[int, Field(ge=1, le=LONGEST)] = 10
    """Items of each channel."""


class ItemAsked(Strict):
    """Of which item the neighbours are wanted."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"scene": "recruiting/jobs_for_seeker", "item": "j7", "length": 10}
        },
    )

    scene: str
    """Full name of the scene."""
    item: int | str
    """The item's id in your own data."""
    length: Annotated[int, Field(ge=1, le=LONGEST)] = 10
    """Neighbours from each channel."""


class Reason(Strict):
    """One part of a score."""

    id: int | str
    """A recent item of the person, or a person like this one."""
    adds: float
    """The parts of an item sum to its score."""
    behaviour: str
    """What the person did with the recent item; empty for a person."""


class Found(Strict):
    """An item that a channel found."""

    id: int | str
    score: float
    of: Literal["items", "people"]
    """What the reasons are."""
    because: list[Reason]
    """What adds most comes first."""


class Near(Strict):
    """Something near."""

    id: int | str
    score: float
    """Comparable within one channel only."""


class PersonReasons(Strict):
    """What the channels that can say why find, best first."""

    known_person: bool
    channels: dict[str, list[Found]]
    near_people: dict[str, list[Near]]
    """Of the channels that ask like people: those, nearest first."""


class Neighbours(Strict):
    """What is near to the item, nearest first."""

    channels: dict[str, list[Near]]


def routes(desk: Desk) -> APIRouter:
    """Both paths, answered from a desk."""
    router = APIRouter(tags=["recall"])
    service = desk.service

    def pairs_of(near: Candidates, scene: str, kind: str) -> list[dict[str, object]]:
        ids = service.externals(scene, kind, near.items)
        pairs = zip(ids, near.scores.tolist(), strict=True)
        return [{"id": external, "score": score} for external, score in pairs]

    @router.post("/v1/reasons", response_model=PersonReasons, summary="Why recall finds an item")
    async def reasons(asked: PersonAsked) -> Response:
        scene = desk.scene(asked.scene)
        row = service.row(asked.scene, scene.person, asked.person)
        request = Request(row, desk.moment(asked.scene, None, "now"), asked.length)
        told = await asyncio.to_thread(service.reasons, asked.scene, request)

        def found(one: Reasoned) -> dict[str, object]:
            rows, of = one.reasons.rows, one.reasons.of
            kind = scene.item if of == "items" else scene.person
            ids = service.externals(asked.scene, kind, rows)
            did = [told.behaviours.get(row, "") if of == "items" else "" for row in rows.tolist()]
            parts = zip(ids, one.reasons.adds.tolist(), did, strict=True)
            because = [{"id": i, "adds": adds, "behaviour": done} for i, adds, done in parts]
            return {"score": one.score, "of": of, "because": because}

        channels = {}
        for name, items in told.channels.items():
            rows = np.array([one.item for one in items], np.int32)
            ids = service.externals(asked.scene, scene.item, rows)
            pairs = zip(ids, items, strict=True)
            channels[name] = [{"id": external, **found(one)} for external, one in pairs]
        people = {
            name: pairs_of(near, asked.scene, scene.person)
            for name, near in told.near_people.items()
        }
        return answer({"known_person": row >= 0, "channels": channels, "near_people": people})

    @router.post("/v1/neighbours", response_model=Neighbours, summary="What is near to an item")
    async def neighbours(asked: ItemAsked) -> Response:
        scene = desk.scene(asked.scene)
        row = service.row(asked.scene, scene.item, asked.item)
        if row < 0:
            raise Rejected([("item", f"{asked.item!r}: the lake has no such {scene.item}.")])
        near = await asyncio.to_thread(service.near, asked.scene, row, asked.length)
        found = {name: pairs_of(one, asked.scene, scene.item) for name, one in near.items()}
        return answer({"channels": found})

    return router
