"""Requests wait for the funnel in line; those that wait together go through it together.

While the funnel works on one batch, new requests gather and become the next one. So nobody waits
for a batch to fill, an idle server answers at once, and a busy one does the work per batch (array
operations, feature look-ups) once for several requests. One worker thread, because the funnel is
one; the event loop stays free to read and write.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twoside.schema.explanation import Slate
    from twoside.schema.request import Request
    from twoside.server.metrics import Metrics
    from twoside.server.service import Served, Service

LARGEST_BATCH = 2
"""More requests at once save work but make the first of them wait for the last."""


@dataclass(frozen=True)
class _Waiting:
    scene: str
    request: Request
    answer: asyncio.Future[tuple[Slate, str]]
    since: float


class Batches:
    """The line in front of the funnel."""

    def __init__(self, service: Service, metrics: Metrics, largest: int = LARGEST_BATCH) -> None:
        """`largest`: requests in one batch at most; 1 turns batching off."""
        self._service = service
        self._metrics = metrics
        self._largest = largest
        self._line: dict[str, list[_Waiting]] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="funnel")
        self._turn: asyncio.Task[None] | None = None

    async def serve(self, scene: str, request: Request) -> tuple[Slate, str]:
        """The list for a request, and the version that made it."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[Slate, str]] = loop.create_future()
        self._line.setdefault(scene, []).append(_Waiting(scene, request, answer, perf_counter()))
        if self._turn is None:
            self._turn = asyncio.create_task(self._work())
        return await answer

    async def _work(self) -> None:
        try:
            while self._line:
                # The scene whose first request has waited longest goes first.
                scene = min(self._line, key=lambda name: self._line[name][0].since)
                waiting = self._line.pop(scene)
                batch, rest = waiting[: self._largest], waiting[self._largest :]
                if rest:
                    self._line[scene] = rest
                await self._one(scene, batch)
        finally:
            self._turn = None

    async def _one(self, scene: str, batch: list[_Waiting]) -> None:
        loop = asyncio.get_running_loop()
        started = perf_counter()
        requests = [waiting.request for waiting in batch]
        try:
            served = await loop.run_in_executor(self._thread, self._service.serve, scene, requests)
        except Exception as error:
            if len(batch) > 1:
                # One bad request must not spoil its neighbours' lists.
                for waiting in batch:
                    await self._one(scene, [waiting])
                return
            _settle(batch[0], error)
            return
        self._note(scene, batch, served, started)
        for waiting, slate in zip(batch, served.slates, strict=True):
            if not waiting.answer.done():
                waiting.answer.set_result((slate, served.version))

    def _note(self, scene: str, batch: list[_Waiting], served: Served, started: float) -> None:
        spent = {
            "wait": 1000 * (started - batch[0].since),
            "funnel": 1000 * (perf_counter() - started),
            **served.milliseconds,
        }
        self._metrics.stages(scene, spent)
        for slate in served.slates:
            self._metrics.slate(scene, slate)

    def close(self) -> None:
        """Let the running batch end."""
        self._thread.shutdown(wait=True)


def _settle(waiting: _Waiting, error: Exception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_exception(error)
