"""A funnel as a policy that plays in a world."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.request import Request
from twoside.schema.slates import Origin

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.funnel.pipeline import Funnel
    from twoside.simulate.world import Visits, World

_BATCH = 64
"""Requests served together: enough to share the work, few enough to stay in the cache."""


class FunnelPolicy:
    """Serves every visit by the funnel, with what the funnel knew at the last tick."""

    def __init__(self, funnel: Funnel) -> None:
        self._funnel = funnel

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        return self.serve_told(world, visits, length)[0]

    def serve_told(self, world: World, visits: Visits, length: int) -> tuple[np.ndarray, Origin]:
        """The same, with the channel that brought each item."""
        scene = self._funnel.states.scene
        self._funnel.tables(world.table(scene.person), world.table(scene.item))
        lists = np.full((len(visits), length), -1, np.int32)
        told = Origin.of(len(visits), length, "funnel")
        requests = [
            Request(person, ts_ms, length, request_id=number)
            for person, ts_ms, number in zip(
                visits.person.tolist(),
                visits.ts_ms.tolist(),
                visits.request_id.tolist(),
                strict=True,
            )
        ]
        for begin in range(0, len(requests), _BATCH):
            slates = self._funnel.serve(requests[begin : begin + _BATCH])
            for n, slate in enumerate(slates, begin):
                lists[n, : len(slate.items)] = slate.items
                told.channel[n, : len(slate.channels)] = slate.channels
        return lists, told

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """Into the live state; what was fitted stays as it is."""
        self._funnel.update(exposures, events)
