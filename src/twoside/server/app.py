"""The server as one FastAPI app: HTTP interface and, if wanted, the console."""

from __future__ import annotations

import asyncio
import gc
from contextlib import asynccontextmanager
from time import perf_counter, time_ns
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import RedirectResponse

from twoside.server import problems
from twoside.server.api import documentation, events, health, near, recommend
from twoside.server.batches import LARGEST_BATCH, Batches
from twoside.server.desk import Desk
from twoside.server.metrics import Metrics
from twoside.server.reloading import Reloading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
    from typing import Any

    from twoside.server.service import Service

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

CONSOLE = "/console"


def clock_ms() -> int:
    """The server is where time comes in; below it, `now` is an argument."""
    return time_ns() // 1_000_000


def create_app(
    service: Service,
    console: bool = False,
    largest_batch: int = LARGEST_BATCH,
    watch_seconds: float = 2.0,
    clock: Callable[[], int] = clock_ms,
) -> FastAPI:
    """The app over a loaded service.

    With `console`, the pages are mounted at /console; a process can hold one such app, because
    NiceGUI is one a process. `largest_batch` as in `Batches`, `watch_seconds` as in `Reloading`.
    """
    metrics = Metrics()
    batches = Batches(service, metrics, largest_batch)
    desk = Desk(service, metrics, batches, clock)
    reloading = Reloading(service, metrics, watch_seconds)
    metrics.versions(service.versions())

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        watching = asyncio.create_task(reloading.watch())
        # All that was loaded stays: spare the collector the walk through it, as its pauses
        # would be the slowest requests.
        gc.collect()
        gc.freeze()
        yield
        watching.cancel()
        batches.close()

    app = FastAPI(
        title="twoside",
        summary="Lists for both sides of a market.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    problems.install(app)
    app.include_router(recommend.routes(desk))
    app.include_router(near.routes(desk))
    app.include_router(events.routes(desk))
    app.include_router(health.routes(desk, reloading))
    app.include_router(documentation.routes(app))
    app.add_middleware(_Timing, metrics=metrics)
    if console:
        from twoside.server.console.mount import mount

        mount(app, desk, CONSOLE)

        @app.get("/", include_in_schema=False)
        async def home() -> RedirectResponse:
            return RedirectResponse(CONSOLE)

    return app


class _Timing:
    """Counts and times the requests of the HTTP interface, the console's own not."""

    def __init__(self, app: Any, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if scope["type"] != "http" or not path.startswith("/v1/"):
            await self._app(scope, receive, send)
            return
        started = perf_counter()
        status = 500

        async def watched(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            known = path if status != 404 else "other"
            self._metrics.answered(known, status, perf_counter() - started)
