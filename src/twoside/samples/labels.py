"""Labels: does an event of a target follow the exposure within the target's window?

An event that names its exposure belongs to it. One that does not belongs to the latest exposure
of the same pair at or before it. The window of h hours is [ts, ts + h): an exposure whose window
has ended by the cut-off is final, because events are read strictly before the cut-off; one whose
window is still open is NaN (masked), also if the event has come already: else the last hours would
hold positives only, for a negative is known when its window ends and a positive at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from twoside.schema.calendar import HOUR_MS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from twoside.schema.domain import Target

_NAN = float("nan")


def labels(
    rows: ir.Table, answers: ir.Table, targets: Sequence[Target], cutoff_ms: int
) -> ir.Table:
    """(row, one float32 a target) of rows (row, exposure_id, shown_ms).

    `answers` are (exposure_id, kind, ts_ms) before the cut-off, see `answered`.
    """
    paired = answers.inner_join(rows.select("row", "exposure_id", "shown_ms"), "exposure_id")
    delay = paired.ts_ms - paired.shown_ms
    counted = paired.group_by("row").agg(
        **{
            f"hits_{n}": ibis.ifelse(
                paired.kind.isin(target.events) & (delay >= 0) & (delay < _window_ms(target)), 1, 0
            ).sum()
            for n, target in enumerate(targets)
        }
    )
    joined = rows.left_join(counted, "row")
    cutoff = ibis.literal(cutoff_ms, "int64")
    return joined.select(
        row=joined.row,
        **{
            target.name: ibis.cases(
                (joined.shown_ms + _window_ms(target) > cutoff, _NAN),
                (ibis.coalesce(joined[f"hits_{n}"], 0) > 0, 1.0),
                else_=0.0,
            ).cast("float32")
            for n, target in enumerate(targets)
        },
    )


def longest_ms(targets: Sequence[Target]) -> int:
    """How long after an exposure an event can still count, in milliseconds."""
    return max(_window_ms(target) for target in targets)


def _window_ms(target: Target) -> int:
    return int(target.within_hours * HOUR_MS)


def answered(exposures: ir.Table, events: ir.Table) -> ir.Table:
    """(exposure_id, kind, ts_ms) of events, each with the exposure that it answers.

    `exposures` must hold all exposures of the scene that the events may answer, also those after
    the sampled days: a later exposure of the pair takes the event from an earlier one.
    """
    named = events.filter(events.exposure_id >= 0).select("exposure_id", "kind", "ts_ms")
    return ibis.union(named, _latest(exposures, events.filter(events.exposure_id < 0)))


def _latest(exposures: ir.Table, events: ir.Table) -> ir.Table:
    """The latest exposure of the pair at or before each event: exposures are numbered in order of
    time within the pair, and an event takes the number that has been reached."""
    pair = ["person", "item"]
    shown = exposures.semi_join(events.select(*pair).distinct(), pair)
    columns = (*pair, "ts_ms", "is_event", "id", "kind")
    both = ibis.union(
        shown.mutate(
            is_event=ibis.literal(0, "int8"),
            id=shown.exposure_id,
            kind=ibis.literal("", "string"),
        ).select(*columns),
        events.mutate(is_event=ibis.literal(1, "int8"), id=events.event_id).select(*columns),
    )
    # At the same moment the exposure comes first: the event may answer it.
    running = ibis.window(group_by=pair, order_by=["ts_ms", "is_event", "id"], rows=(None, 0))
    reached = (1 - both.is_event).cast("int64").sum().over(running)
    numbered = both.mutate(number=reached.cast("int64"))
    shown = numbered.filter(numbered.is_event == 0).select(*pair, "number", exposure_id="id")
    acted = numbered.filter(numbered.is_event == 1).select(*pair, "number", "kind", "ts_ms")
    return acted.inner_join(shown, [*pair, "number"]).select("exposure_id", "kind", "ts_ms")
