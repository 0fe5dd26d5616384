"""What an entity was at a moment: its versions as spans of time, and the join that reads them.

An as-of join is not portable between engines, so a version gets an end (the start of the next
one), and what held at a moment is an equi-join on the row with two comparisons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis

if TYPE_CHECKING:
    from collections.abc import Mapping

    import ibis.expr.types as ir

    from twoside.schema.entities import ColumnType

FOREVER = 2**62
"""The end, in epoch ms, of a version that still holds."""


def spans(versions: ir.Table) -> ir.Table:
    """Versions (row, valid_from_ms, columns ...) with `valid_to_ms`, exclusive."""
    by_row = ibis.window(group_by="row", order_by="valid_from_ms")
    end = versions.valid_from_ms.lead().over(by_row)
    return versions.mutate(valid_to_ms=ibis.coalesce(end, ibis.literal(FOREVER, "int64")))


def as_of(
    rows: ir.Table,
    side: str,
    held: ir.Table,
    columns: Mapping[str, ColumnType],
) -> ir.Table:
    """`rows` (with `side`, an entity row, and `ts`) and for each column what held then, named as
    `column_of` says. Before the first version everything is unknown."""
    if not columns:
        return rows
    there = held.select(
        held_row=held.row,
        held_from=held.valid_from_ms,
        held_to=held.valid_to_ms,
        **{column_of(side, name): held[name] for name in columns},
    )
    joined = rows.left_join(
        there,
        [
            rows[side] == there.held_row,
            rows.ts >= there.held_from,
            rows.ts < there.held_to,
        ],
    )
    filled = {
        column_of(side, name): ibis.coalesce(joined[column_of(side, name)], unknown(kind))
        for name, kind in columns.items()
    }
    return joined.select(*rows.columns, **filled)


def column_of(side: str, column: str) -> str:
    """The name that a party's column has in a joined table: `item__title`."""
    return f"{side}__{column}"


def unknown(kind: ColumnType) -> Any:
    """The literal that stands for "not known" in a column of that type."""
    if kind == "number":
        return ibis.literal(float("nan"), "float64")
    if kind == "categories":
        return ibis.literal([], "array<int32>")
    return ibis.literal(-1, "int64" if kind == "time" else "int32")
