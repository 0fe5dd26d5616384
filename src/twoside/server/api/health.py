"""`GET /healthz`, `GET /metrics`, `POST /v1/reload`: for those who run the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import Response

from twoside.server.problems import answer

if TYPE_CHECKING:
    from twoside.server.desk import Desk
    from twoside.server.reloading import Reloading


def routes(desk: Desk, reloading: Reloading) -> APIRouter:
    """The three paths."""
    router = APIRouter(tags=["operation"])

    @router.get("/healthz", summary="Is the server well, and with which artefacts?")
    async def healthz() -> Response:
        state = {"status": "ok", "artefacts": dict(desk.service.versions())}
        if reloading.last_error:
            state["last_reload_error"] = reloading.last_error
        return answer(state)

    @router.get("/metrics", summary="Counts and times for Prometheus")
    async def metrics() -> Response:
        return Response(desk.metrics.text(), media_type="text/plain; version=0.0.4")

    @router.post("/v1/reload", summary="Load the artefacts that are current now")
    async def reload() -> Response:
        await asyncio.shield(reloading.now())
        return answer({"artefacts": dict(desk.service.versions())})

    return router
