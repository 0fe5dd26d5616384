"""The policies that a funnel is measured against: random, popularity and the oracle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.schema.behaviours import Behaviours
    from twoside.schema.domain import Domain
    from twoside.simulate.world import Visits, World


class RandomPolicy:
    """Open items at random: the floor."""

    def __init__(self, item_kind: str, seed: int) -> None:
        self._kind = item_kind
        self._random = np.random.default_rng(seed)

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        rows = np.flatnonzero(world.table(self._kind).open_rows()).astype(np.int32)
        return _filled(
            [self._random.permutation(rows)[:length] for _ in range(len(visits))], length
        )

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """Nothing."""


class PopularityPolicy:
    """The open items with most positive behaviours in the last `days` days, the same for all."""

    def __init__(
        self, item_kind: str, behaviours: Behaviours, domain: Domain, days: int = 7
    ) -> None:
        self._kind = item_kind
        self._window_ms = days * DAY_MS
        self._positive = {event.name for event in domain.events if event.sign > 0}
        good = behaviours.where(behaviours.strength > 0)
        self._item, self._ts_ms = good.item, good.ts_ms

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        table = world.table(self._kind)
        recent = self._ts_ms >= world.now_ms - self._window_ms
        counts = np.bincount(self._item[recent], minlength=table.size).astype(np.float64)
        counts[~table.open_rows()] = -1
        best = np.argsort(-counts, kind="stable")[:length]
        best = best[counts[best] >= 0].astype(np.int32)
        return _filled([best] * len(visits), length)

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:  # noqa: ARG002
        """Counts what people do with its own lists."""
        good = np.isin(events["kind"].to_pylist(), [*self._positive])
        self._item = np.concatenate([self._item, events["item"].to_numpy()[good]])
        self._ts_ms = np.concatenate([self._ts_ms, events["ts_ms"].to_numpy()[good]])


class OraclePolicy:
    """The open items in the order of their true chance: greedy, so a bound in practice only."""

    def __init__(self, scene: str, item_kind: str) -> None:
        self._scene, self._kind = scene, item_kind

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        rows = np.flatnonzero(world.table(self._kind).open_rows()).astype(np.int32)
        lists: list[np.ndarray] = []
        for begin in range(0, len(visits), 64):
            people = visits.person[begin : begin + 64]
            items = np.broadcast_to(rows, (len(people), len(rows)))
            chance = world.chance(self._scene, people, items, world.now_ms)
            top = min(length, len(rows))
            best = np.argpartition(-chance, top - 1, axis=1)[:, :top]
            order = np.argsort(-np.take_along_axis(chance, best, 1), axis=1, kind="stable")
            lists.extend(rows[np.take_along_axis(best, order, 1)])
        return _filled(lists, length)

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """It knows already."""


def _filled(lists: list[np.ndarray], length: int) -> np.ndarray:
    """Lists of any length as int32 (n, length), -1 at the end of the short ones."""
    table = np.full((len(lists), length), -1, np.int32)
    for row, items in zip(table, lists, strict=True):
        row[: len(items)] = items
    return table
