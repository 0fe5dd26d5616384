"""The person's last behaviours before the request: one graph for each set of events.

Behaviours and requests of a person lie in one order of time; a running count numbers the
behaviours and tells each request how many came before it. The last n of a request are then an
equi-join on (person, number), the same on every engine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ibis

from twoside.features.definition import Recent, recent_columns
from twoside.features.graph.spans import column_of
from twoside.features.kinds.sequence import RecentGap, RecentShare, RecentValue
from twoside.features.kinds.similarity import RecentSimilarity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir

_NAN = float("nan")


def recent(
    asked: ir.Table, happened: ir.Table, one: RecentSet, codes: Mapping[str, int]
) -> ir.Table:
    """(row, features ...) of one set of events and window. `happened` carries the item's columns
    as they were then, `asked` as they are at the request (both named by `item_column`)."""
    features = one.features
    steps = _steps(asked, happened, one, codes)
    rows = asked.left_join(_by_request(steps, features), ["person", "ts"])
    hits: dict[str, str] = {}
    for column in sorted({f.column for f in features if isinstance(f, RecentShare)}):
        lasts = sorted({f.last for f in features if isinstance(f, RecentShare)})
        counted = _hits(steps, column, lasts)
        rows = rows.left_join(counted, ["person", "ts", item_column(column)])
        hits |= {f"{column}_{last}": f"hits_{column}_{last}" for last in lasts}
    similar = [f for f in features if isinstance(f, RecentSimilarity)]
    if similar:
        rows = rows.left_join(_alike(asked, steps, similar), "row")
    return rows.select(
        row=rows.row, **{f.name: _value(rows, f, hits).cast("float32") for f in features}
    )


def item_column(column: str) -> str:
    """The name of an item's column, or of the item itself."""
    return "item" if column == "item" else column_of("item", column)


def _steps(
    asked: ir.Table, happened: ir.Table, one: RecentSet, codes: Mapping[str, int]
) -> ir.Table:
    """(person, ts, back, item columns ...): the last behaviours of each request, back = 1 the
    newest."""
    features = one.features
    columns = sorted({item_column(column) for f in features for column in recent_columns(f)})
    kinds = [codes[kind] for kind in one.events]
    order = ["later", "id"]
    acted = happened.filter(happened.kind.isin(kinds), happened.person >= 0)
    acted = acted.select("person", "ts", "day", *order, *columns, is_event=ibis.literal(1, "int8"))
    requests = asked.filter(asked.person >= 0).select("person", "ts", "day").distinct()
    empty = {name: ibis.null(acted[name].type()) for name in (*order, *columns)}
    questions = requests.mutate(is_event=ibis.literal(0, "int8"), **empty)
    both = ibis.union(acted, questions.select(*acted.columns))
    running = ibis.window(group_by="person", order_by=["ts", "is_event", *order], rows=(None, 0))
    numbered = both.mutate(number=both.is_event.cast("int64").sum().over(running).cast("int64"))
    acts = numbered.filter(numbered.is_event == 1)
    acts = acts.select("person", "number", *columns, acted_on="day")
    asks = numbered.filter(numbered.is_event == 0).select("person", "ts", "day", seen="number")
    deepest = max(f.back if isinstance(f, RecentValue) else f.last for f in features)
    wanted = asks.mutate(step=ibis.range(1, deepest + 1).unnest())
    wanted = wanted.mutate(back=wanted.step.cast("int64")).drop("step")
    wanted = wanted.mutate(number=wanted.seen - wanted.back + 1).drop("seen")
    steps = wanted.inner_join(acts, ["person", "number"])
    if one.days is not None:
        steps = steps.filter(steps.acted_on >= steps.day - one.days)
    return steps.drop("number", "day", "acted_on")


def _by_request(steps: ir.Table, features: Sequence[Recent]) -> ir.Table:
    """What needs no candidate: the values of single steps, and the sums behind the means."""
    found: dict[str, Any] = {}
    for f in features:
        if isinstance(f, RecentValue):
            there = steps[item_column(f.column)]
            found[f"at_{f.name}"] = ibis.ifelse(steps.back == f.back, there, ibis.null()).max()
        if isinstance(f, RecentGap):
            value = steps[item_column(f.column)]
            known = (steps.back <= f.last) & ~value.isnan()
            found[f"sum_{f.name}"] = ibis.ifelse(known, value, 0.0).sum()
            found[f"known_{f.name}"] = ibis.ifelse(known, 1, 0).sum()
    return steps.group_by("person", "ts").agg(steps=steps.count(), **found)


def _hits(steps: ir.Table, column: str, lasts: Sequence[int]) -> ir.Table:
    """(person, ts, the item's column, hits ...): how many of the last n had that value."""
    name = item_column(column)
    known = steps.filter(steps[name] >= 0)
    return known.group_by("person", "ts", name).agg(
        **{f"hits_{column}_{last}": ibis.ifelse(known.back <= last, 1, 0).sum() for last in lasts}
    )


def _alike(asked: ir.Table, steps: ir.Table, features: Sequence[RecentSimilarity]) -> ir.Table:
    """(row, alike ...): the mean or largest similarity of each asked row to the steps of its
    request; rows without any are missing."""
    names = sorted({item_column(column) for f in features for column in f.columns})
    then = steps.select("person", "ts", "back", **{f"then_{name}": name for name in names})
    met = asked.select("row", "person", "ts", *names).inner_join(then, ["person", "ts"])
    found: dict[str, Any] = {}
    for f in features:
        same: Any = 0
        known: Any = 0
        for name in (item_column(column) for column in f.columns):
            both = (met[name] >= 0) & (met[f"then_{name}"] >= 0)
            known = known + ibis.ifelse(both, 1, 0)
            same = same + ibis.ifelse(both & (met[name] == met[f"then_{name}"]), 1, 0)
        counts = (met.back <= f.last) & (known > 0)
        share = ibis.ifelse(counts, same / known, ibis.null("float64"))
        found[f"alike_{f.name}"] = share.mean() if f.how == "mean" else share.max()
    return met.group_by("row").agg(**found)


def _value(rows: ir.Table, f: Recent, hits: Mapping[str, str]) -> Any:
    seen = ibis.coalesce(rows.steps, ibis.literal(0, "int64"))
    match f:
        case RecentValue():
            return ibis.coalesce(rows[f"at_{f.name}"], ibis.literal(-1, "int32"))
        case RecentSimilarity():
            return ibis.coalesce(rows[f"alike_{f.name}"], _NAN)
        case RecentGap():
            known = ibis.coalesce(rows[f"known_{f.name}"], ibis.literal(0, "int64"))
            mean = rows[f"sum_{f.name}"] / known
            return ibis.ifelse(known > 0, rows[item_column(f.column)] - mean, _NAN)
        case RecentShare():
            same = ibis.coalesce(rows[hits[f"{f.column}_{f.last}"]], ibis.literal(0, "int64"))
            length = ibis.ifelse(seen < f.last, seen, f.last)
            return ibis.ifelse(seen > 0, same / length, _NAN)


@dataclass(frozen=True)
class RecentSet:
    """Features that read the same sequence."""

    events: tuple[str, ...]
    days: int | None
    """How many whole days before the request's day it goes back; None: to the beginning"""
    features: tuple[Recent, ...]

    @staticmethod
    def of(features: Sequence[Recent]) -> list[RecentSet]:
        """The features by their set of events and window, in the order of first use."""
        sets: dict[tuple[tuple[str, ...], int | None], list[Recent]] = {}
        for f in features:
            sets.setdefault((tuple(sorted(set(f.events))), f.days), []).append(f)
        return [RecentSet(events, days, tuple(found)) for (events, days), found in sets.items()]
