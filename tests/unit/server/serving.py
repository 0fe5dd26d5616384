"""A server inside the test: no socket, the app's own life cycle, a clock that stands still."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx

from twoside.server.app import create_app

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from twoside.server.service import Service

NOW_MS = 1_774_700_000_000


def talk(
    service: Service, conversation: Callable[[httpx.AsyncClient], Awaitable[Any]], **settings: Any
) -> Any:
    """What a conversation with a server over this service returns."""

    async def run() -> Any:
        app = create_app(service, clock=lambda: NOW_MS, **settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url="http://server") as client,
        ):
            return await conversation(client)

    return asyncio.run(run())


def post(service: Service, path: str, body: Any, **settings: Any) -> httpx.Response:
    """The answer to one POST."""

    async def once(client: httpx.AsyncClient) -> httpx.Response:
        return await client.post(path, json=body)

    answer: httpx.Response = talk(service, once, **settings)
    return answer


def get(service: Service, path: str, **settings: Any) -> httpx.Response:
    """The answer to one GET."""

    async def once(client: httpx.AsyncClient) -> httpx.Response:
        return await client.get(path)

    answer: httpx.Response = talk(service, once, **settings)
    return answer
