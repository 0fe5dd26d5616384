"""What the labels of a scene are, and what a lake says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis

from twoside.errors import DataError
from twoside.features.engines import duckdb
from twoside.samples.delays import delay_curve
from twoside.samples.outcomes import Outcomes, outcomes

if TYPE_CHECKING:
    from twoside.schema.domain import Scene, Target
    from twoside.store.lake import Lake


@dataclass(frozen=True)
class LabelSummary:
    """One label, as of a cut-off."""

    name: str
    exposures: int
    final: int
    """Exposures whose window has ended."""
    positives: int
    """Of those."""
    rate: float
    """positives / final"""
    median_hours: float
    """Exposure to event, corrected for what has not come yet; NaN if it cannot be known."""
    p95_hours: float

    @property
    def share_final(self) -> float:
        """Final exposures of all."""
        return self.final / self.exposures if self.exposures else float("nan")


def label_summaries(
    lake: Lake, scene: Scene, first_day: int, last_day: int, cutoff_ms: int
) -> list[LabelSummary]:
    """All labels of a scene over the exposures shown on some days before the cut-off."""
    found = shown_outcomes(lake, scene, first_day, last_day, cutoff_ms)
    return [_summary(found, target) for target in scene.targets]


def shown_outcomes(
    lake: Lake, scene: Scene, first_day: int, last_day: int, cutoff_ms: int
) -> Outcomes:
    """What followed the exposures shown on some days before the cut-off, by exposure id."""
    with duckdb.connection() as con:
        shown = duckdb.logs(con, lake, "exposures", scene, first_day, last_day)
        shown = shown.filter(shown.ts_ms < cutoff_ms)
        number = ibis.row_number().over(ibis.window(order_by=shown.exposure_id)).cast("int64")
        rows = shown.select("exposure_id", row=number, shown_ms=shown.ts_ms)
        rows = con.create_table("shown", rows)
        return outcomes(con, lake, scene, rows, first_day, last_day, cutoff_ms)


def _summary(found: Outcomes, target: Target) -> LabelSummary:
    final = ~found.is_open(target.name)
    delay = found.delay_ms[target.name]
    came = int((delay[final] >= 0).sum())
    try:
        curve = delay_curve(delay, found.age_ms, target.window_ms)
        median, late = curve.quantile(0.5), curve.quantile(0.95)
    except DataError:  # no window has ended yet
        median = late = float("nan")
    n = int(final.sum())
    return LabelSummary(
        target.name, len(found), n, came, came / n if n else float("nan"), median, late
    )
