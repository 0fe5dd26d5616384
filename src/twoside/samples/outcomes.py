"""Outcomes: of each exposure, when the first event of each target followed, as of a cut-off.

Labels, delay curves and rates are all made from these few arrays.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from twoside.features.engines import duckdb
from twoside.samples.delays import delay_curve, weighed
from twoside.samples.labels import first_delays, longest_ms, masked

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake


Delayed = Literal["mask", "weigh"]
"""What becomes of a label whose window is open: unknown, or what is known so far, weighted."""


@dataclass(frozen=True)
class Labelled:
    """Labels of n exposures; see the fields of the same names of `schema.samples.Samples`."""

    labels: dict[str, np.ndarray]
    factors: dict[str, np.ndarray]
    pending: dict[str, np.ndarray]

    def where(self, keep: np.ndarray) -> Labelled:
        """Those exposures where `keep` (bool) says so."""
        kept = (
            {name: array[keep] for name, array in part.items()}
            for part in (self.labels, self.factors, self.pending)
        )
        return Labelled(*kept)


@dataclass(frozen=True)
class Outcomes:
    """What followed n exposures, strictly before the cut-off."""

    age_ms: np.ndarray
    """int64 (n,): cut-off minus exposure"""
    delay_ms: Mapping[str, np.ndarray]
    """target -> int64 (n,): exposure to first event within the window; -1 none has come"""
    window_ms: Mapping[str, int]
    """target -> its attribution window"""

    def __len__(self) -> int:
        return len(self.age_ms)

    def where(self, keep: np.ndarray) -> Outcomes:
        """Those exposures where `keep` (bool or indices) says so."""
        delays = {name: delay[keep] for name, delay in self.delay_ms.items()}
        return Outcomes(self.age_ms[keep], delays, self.window_ms)

    def is_open(self, target: str) -> np.ndarray:
        """bool (n,): may the event still come?"""
        open_: np.ndarray = self.age_ms < self.window_ms[target]
        return open_

    def labelled(self, delayed: Delayed) -> Labelled:
        """Labels with open windows masked, or weighted by the delay curves of these exposures."""
        if delayed == "mask":
            return Labelled(self.labels(), {}, {})
        labels, factors, pending = {}, {}, {}
        for name, delay in self.delay_ms.items():
            curve = delay_curve(delay, self.age_ms, self.window_ms[name])
            labels[name], factors[name] = weighed(delay, self.age_ms, curve, np.ones(len(self)))
            pending[name] = self.is_open(name)
        return Labelled(labels, factors, pending)

    def labels(self) -> dict[str, np.ndarray]:
        """target -> float32 (n,): 1 happened, 0 did not, NaN while the window is open."""
        return {
            name: masked(delay, self.age_ms, self.window_ms[name])
            for name, delay in self.delay_ms.items()
        }


def outcomes(
    con: Backend,
    lake: Lake,
    scene: Scene,
    rows: ir.Table,
    first_day: int,
    last_day: int,
    cutoff_ms: int,
) -> Outcomes:
    """Of `rows` (row from 0, exposure_id, shown_ms), in order of `row`: exposures that were shown
    to requests of `first_day` to `last_day`."""
    targets = scene.targets
    # Shown at the latest on the day after the last; its window may end so many days later.
    until = lake.calendar.start_of(last_day + 2) + longest_ms(targets)
    end_day = min(lake.calendar.day_of(until), lake.calendar.day_of(cutoff_ms))
    events = duckdb.logs(con, lake, "events", scene, first_day, end_day)
    wanted = sorted({kind for target in targets for kind in target.events})
    events = events.filter(events.ts_ms < cutoff_ms, events.kind.isin(wanted))
    exposures = duckdb.logs(con, lake, "exposures", scene, first_day, end_day)
    exposures = exposures.filter(exposures.ts_ms < cutoff_ms)
    graph = first_delays(rows, exposures, events, targets, lake.calendar)
    table = con.to_pyarrow(graph.order_by("row"))
    return Outcomes(
        age_ms=cutoff_ms - table["shown_ms"].to_numpy(),
        delay_ms={target.name: table[target.name].to_numpy() for target in targets},
        window_ms={target.name: target.window_ms for target in targets},
    )
