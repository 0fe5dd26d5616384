"""Labels: does an event of a target follow the exposure within the target's window?

An event that names its exposure belongs to it. One that does not belongs to the latest exposure
of the same pair at or before it. The window of h hours is [shown, shown + h).

    answered        every event with the exposure that it answers
    first_delays    exposure -> how long after it the first event of each target came
    masked          delays -> 1, 0, or NaN while the window is open

An exposure whose window has ended by the cut-off is final, because events are read strictly before
the cut-off. One whose window is still open is masked, also if the event has come already: else the
last hours would hold positives only, for a negative is known when its window ends and a positive
at once. `delays` has the other way: to weigh them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np

from twoside.features.graph.happened import day_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import ibis.expr.types as ir

    from twoside.schema.calendar import Calendar
    from twoside.schema.domain import Target

NEVER_MS = -1
"""The delay of what has not happened."""
_ANSWER = ("exposure_id", "kind", "ts_ms", "event_id")


def first_delays(
    rows: ir.Table,
    exposures: ir.Table,
    events: ir.Table,
    targets: Sequence[Target],
    calendar: Calendar,
) -> ir.Table:
    """(row, shown_ms, one int64 a target) of rows (row, exposure_id, shown_ms): milliseconds from
    the exposure to the first event of the target within its window, `NEVER_MS` if there is none.

    `exposures` and `events` are those before the cut-off, see `answered`.
    """
    answers = answered(exposures, events)
    firsts = _firsts_of_day(events, targets, calendar)
    if firsts is not None:
        answers = answers.inner_join(firsts, "event_id")
    paired = answers.inner_join(rows.select("row", "exposure_id", "shown_ms"), "exposure_id")
    delay = paired.ts_ms - paired.shown_ms
    first = paired.group_by("row").agg(
        **{
            f"first_{n}": ibis.ifelse(
                _counts(paired, target, n) & (delay >= 0) & (delay < target.window_ms),
                delay,
                ibis.null("int64"),
            ).min()
            for n, target in enumerate(targets)
        }
    )
    joined = rows.left_join(first, "row")
    return joined.select(
        row=joined.row,
        shown_ms=joined.shown_ms,
        **{
            target.name: ibis.coalesce(joined[f"first_{n}"], NEVER_MS).cast("int64")
            for n, target in enumerate(targets)
        },
    )


def masked(delay_ms: np.ndarray, age_ms: np.ndarray, window_ms: int) -> np.ndarray:
    """float32 (n,): 1 happened, 0 did not, NaN while the window is open.

    `delay_ms` int64 (n,) of `first_delays`; `age_ms` int64 (n,): cut-off minus exposure."""
    label = np.where(delay_ms >= 0, np.float32(1), np.float32(0))
    return np.where(age_ms >= window_ms, label, np.float32(np.nan))


def longest_ms(targets: Sequence[Target]) -> int:
    """How long after an exposure an event can still count, in milliseconds."""
    return max(target.window_ms for target in targets)


def _firsts_of_day(
    events: ir.Table, targets: Sequence[Target], calendar: Calendar
) -> ir.Table | None:
    """(event_id, a flag for each target that counts once a pair and day); None if none does."""
    flags = {}
    for n, target in enumerate(targets):
        if target.once_per == "pair_day":
            mine = events.kind.isin(target.events)
            same = [events.person, events.item, day_of(events.ts_ms, calendar), mine]
            within = ibis.window(group_by=same, order_by=[events.ts_ms, events.event_id])
            flags[f"is_first_{n}"] = ibis.row_number().over(within) == 0
    return events.select("event_id", **flags) if flags else None


def _counts(paired: ir.Table, target: Target, n: int) -> ir.BooleanValue:
    mine: ir.BooleanValue = paired.kind.isin(target.events)
    return mine & paired[f"is_first_{n}"] if target.once_per == "pair_day" else mine


def answered(exposures: ir.Table, events: ir.Table) -> ir.Table:
    """(exposure_id, kind, ts_ms, event_id) of events, each with the exposure that it answers.

    `exposures` must hold all exposures of the scene that the events may answer, also those after
    the sampled days: a later exposure of the pair takes the event from an earlier one.
    """
    named = events.filter(events.exposure_id >= 0).select(*_ANSWER)
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
    acted = numbered.filter(numbered.is_event == 1)
    acted = acted.select(*pair, "number", "kind", "ts_ms", event_id="id")
    return acted.inner_join(shown, [*pair, "number"]).select(*_ANSWER)
