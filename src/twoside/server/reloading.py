"""New artefacts without a pause: load beside the old ones, then swap one reference.

The load runs in its own thread, so requests go on with the old version until the new one is
there whole. If it cannot be loaded, the old one stays, and the error is told and counted.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twoside.server.metrics import Metrics
    from twoside.server.service import Service

_log = logging.getLogger("twoside.server")


class Reloading:
    """Watches the pointers of the artefacts."""

    def __init__(self, service: Service, metrics: Metrics, every_seconds: float = 2.0) -> None:
        self._service = service
        self._metrics = metrics
        self._every = every_seconds
        self._one = asyncio.Lock()
        self.last_error = ""
        """Why the last load failed; empty after one that went well."""

    async def now(self) -> None:
        """Load and swap; raises if the new artefacts cannot be loaded."""
        async with self._one:
            try:
                await asyncio.to_thread(self._service.reload)
            except Exception as error:
                self.last_error = str(error)
                self._metrics.reloaded("failed")
                raise
            self.last_error = ""
            self._metrics.reloaded("done")
            self._metrics.versions(self._service.versions())

    async def watch(self) -> None:
        """For ever: reload when another version has been made current. Whatever is wrong with
        it, the server goes on with what it has."""
        while True:
            await asyncio.sleep(self._every)
            try:
                if await asyncio.to_thread(self._service.is_stale):
                    await self.now()
                    _log.info("now serving %s", dict(self._service.versions()))
            except Exception as error:
                _log.error("the new artefacts were not loaded, the old ones stay: %s", error)
