"""`POST /v1/recommend`: a list for a person in a scene."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter
from pydantic import ConfigDict, Field

from twoside.schema.request import Request
from twoside.server.problems import answer
from twoside.server.strict import Strict

if TYPE_CHECKING:
    from starlette.responses import Response

    from twoside.server.desk import Desk

LONGEST = 500


class Asked(Strict):
    """Who wants a list, and where."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"scene": "recruiting/jobs_for_seeker", "person": "p7", "length": 20}
        },
    )

    scene: str
    """Full name of the scene."""
    person: int | str
    """The person's id in your own data. One never seen gets a list too."""
    length: Annotated[int, Field(ge=1, le=LONGEST)] = 20
    """How many items."""
    context: Annotated[dict[str, float | str], Field(default_factory=dict)]
    """The scene's context columns, such as the tab of the app: numbers, or words."""
    now_ms: int | None = None
    """Epoch milliseconds; without it, now."""


class Item(Strict):
    """One item of a list."""

    id: int | str
    score: float
    channel: str
    """The recall channel that brought it; empty if the fallback order filled it in. Log it with
    the exposure, and metrics split by it."""


class Listed(Strict):
    """The list, best first."""

    request_id: int
    """Give it back with the exposures and behaviours that follow."""
    items: list[Item]
    known_person: bool
    failed: list[str]
    """Recall channels that failed and were left out."""
    filled: int
    """Items at the end that came from the fallback order."""
    version: str
    """Version of the artefact that made the list."""


def routes(desk: Desk) -> APIRouter:
    """The path, answered from a desk."""
    router = APIRouter(tags=["lists"])

    @router.post("/v1/recommend", response_model=Listed, summary="A list for a person")
    async def recommend(asked: Asked) -> Response:
        scene = desk.scene(asked.scene)
        context = desk.context(asked.scene, asked.context, "context")
        row = desk.service.row(asked.scene, scene.person, asked.person)
        now = desk.moment(asked.scene, asked.now_ms, "now_ms")
        request = Request(row, now, asked.length, context, desk.next_request_id())
        slate, version = await desk.batches.serve(asked.scene, request)
        desk.remember(asked.scene, request)
        ids = desk.service.externals(asked.scene, scene.item, slate.items)
        return answer(
            {
                "request_id": request.request_id,
                "items": [
                    {"id": item, "score": score, "channel": channel}
                    for item, score, channel in zip(
                        ids, slate.scores.tolist(), slate.channels, strict=True
                    )
                ],
                "known_person": row >= 0,
                "failed": list(slate.failed),
                "filled": int(slate.filled),
                "version": version,
            }
        )

    return router
