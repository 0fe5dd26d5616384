"""Exposures and events as one table of happenings, each with the groups that it counts for.

Columns: ts (int64 epoch ms), day (int32), kind (int8, see `codes`), later (int8: 0 an exposure,
1 an event; at the same ts exposures come first), id (int64), person, item (int32 rows), then the
columns of the two parties as they were at `ts` and the context of the exposure that an event
answers (null when it is not known to answer one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from twoside.features.graph.spans import as_of, column_of
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

    from twoside.schema.calendar import Calendar
    from twoside.schema.entities import ColumnType

EXPOSE = "expose"
"""The kind of an exposure, in the keys' statistics."""


def day_of(ts: ir.IntegerValue, calendar: Calendar) -> ir.IntegerValue:
    """The local day number of a moment, as int32."""
    local = ts + ibis.literal(calendar.offset_ms, "int64")
    return ((local - local % DAY_MS) / DAY_MS).cast("int32")


def codes(kinds: Sequence[str]) -> dict[str, int]:
    """The number that stands for each kind of happening: 0 is an exposure."""
    others = sorted(set(kinds) - {EXPOSE})
    return {EXPOSE: 0} | {kind: n for n, kind in enumerate(others, start=1)}


def happened(
    exposures: ir.Table | None,
    events: ir.Table | None,
    kinds: Mapping[str, int],
    context: ir.Table | None,
    calendar: Calendar,
) -> ir.Table:
    """All happenings, without the columns of the parties (`with_parties` adds them).

    `exposures` and `events` are rows of one scene; events of other kinds are left out. `context`
    holds (exposure_id, context columns ...) of all exposures that events may answer; None when no
    key asks for context.
    """
    parts = []
    if exposures is not None:
        extra = () if context is None else context.drop("exposure_id").columns
        shown = exposures.mutate(kind=_int8(0), later=_int8(0), id=exposures.exposure_id)
        parts.append(_columns(shown, calendar, extra))
    if events is not None:
        known = events.filter(events.kind.isin([k for k in kinds if k != EXPOSE]))
        code = ibis.cases(*((known.kind == kind, code) for kind, code in kinds.items()), else_=-1)
        acted = known.mutate(kind=code.cast("int8"), later=_int8(1), id=known.event_id)
        extra = ()
        if context is not None:
            extra = context.drop("exposure_id").columns
            acted = acted.left_join(context, "exposure_id")
        parts.append(_columns(acted, calendar, extra))
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _int8(value: int) -> ir.Scalar:
    return ibis.literal(value, "int8")


def _columns(rows: ir.Table, calendar: Calendar, context: Sequence[str]) -> ir.Table:
    return rows.select(
        ts=rows.ts_ms,
        day=day_of(rows.ts_ms, calendar),
        kind=rows.kind,
        later=rows.later,
        id=rows.id,
        person=rows.person,
        item=rows.item,
        **{column_of("context", name): rows[name].cast("int32") for name in context},
    )


def with_parties(
    rows: ir.Table,
    people: ir.Table,
    items: ir.Table,
    person_columns: Mapping[str, ColumnType],
    item_columns: Mapping[str, ColumnType],
) -> ir.Table:
    """`rows` (person, item, ts) with columns of both parties as of `ts`; tables from `spans`."""
    return as_of(as_of(rows, "person", people, person_columns), "item", items, item_columns)
