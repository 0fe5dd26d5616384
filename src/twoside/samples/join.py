"""Samples: the exposures of some days, what followed them, and what was known at the request.

exposures -> rows (whole requests, a share of them, the first positions)
          -> labels: what followed each, before the cut-off
          -> of the rows that nothing followed, a share that stands for all of them
          -> features: what was known strictly before the row's request
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from twoside.errors import DataError
from twoside.features.catalogue import check, feature_columns
from twoside.features.engines import duckdb, graphs
from twoside.features.graph.happened import day_of
from twoside.samples.negatives import Negatives, down_to_last_positive
from twoside.samples.outcomes import Delayed, outcomes
from twoside.samples.share import in_share
from twoside.samples.weights import by_source, by_target
from twoside.schema.calendar import iso
from twoside.schema.progress import quiet
from twoside.schema.samples import Samples
from twoside.store.lake import ALWAYS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from twoside.features.definition import Feature
    from twoside.samples.daily import FeatureTables
    from twoside.samples.weights import Source
    from twoside.schema.domain import Domain, Scene
    from twoside.schema.progress import Tick
    from twoside.store.lake import Lake

_ROWS_SHARE = 0.1
"""Part of the whole work, for the progress, that choosing and labelling rows takes."""


def build_samples(
    lake: Lake,
    domain: Domain,
    scene: str,
    features: Sequence[Feature],
    first_day: int,
    last_day: int,
    cutoff_ms: int,
    *,
    request_share: float = 1.0,
    plain_share: float = 1.0,
    max_position: int | None = None,
    delayed: Delayed = "mask",
    negatives: Negatives = "exposed",
    positives: Mapping[str, float] | None = None,
    sources: Sequence[Source] = (),
    tables: FeatureTables | None = None,
    seed: int = 0,
    threads: int = 2,
    memory_limit: str = "2GB",
    tick: Tick = quiet,
) -> Samples:
    """The labelled rows of all requests made on `first_day` to `last_day` (day numbers, both
    included), in order of (request_id, position).

    Nothing at or after `cutoff_ms` is read. `request_share` keeps that part of the requests,
    whole; `max_position` keeps positions up to it (counted from 0).

    `plain_share` keeps that part of the rows without any positive label, each with the weight
    1 / plain_share, so that weighted means stay what they were (case-control sampling: King &
    Zeng 2001, "Logistic Regression in Rare Events Data", Political Analysis 9, eq. 11).

    `delayed`: labels whose window is open are masked, or weighted (`samples.delays`).
    `negatives`: all that was exposed and not taken, or only down to the last positive of each
    list (`samples.negatives.down_to_last_positive`).
    `positives`, `sources`: what rows count (`samples.weights`).
    `tables`: read the features from tables by day (`samples.daily`) instead of computing them.
    """
    found = domain.scene(scene)
    check(features, domain, found)
    with duckdb.connection(threads, memory_limit) as con:
        shown = _shown(con, lake, found, first_day, last_day, cutoff_ms, max_position)
        shown = shown.filter(in_share(shown.request_id, request_share, seed))
        rows = con.create_table("asked", _numbered(shown))
        table = con.to_pyarrow(rows.drop("shown_ms").order_by("row"))
        followed = outcomes(con, lake, found, rows, first_day, last_day, cutoff_ms)
        labelled = followed.labelled(delayed)
        kept = np.ones(table.num_rows, bool)
        weight = np.ones(table.num_rows, np.float32)
        if negatives == "skip_above":
            liked = [t.name for t in found.targets if t.sign > 0]
            positive = np.any([labelled.labels[name] == 1 for name in liked], axis=0)
            lists = _array(table, "request_id", np.int64)
            kept = down_to_last_positive(lists, _array(table, "position", np.int16), positive)
        if plain_share < 1:
            plain = ~np.any([label == 1 for label in labelled.labels.values()], axis=0)
            kept &= in_share(_array(table, "exposure_id", np.int64), plain_share, seed) | ~plain
            weight = np.where(plain, 1 / plain_share, 1).astype(np.float32)
        weight = weight * by_source(lake, found, table, sources)
        if not kept.all():
            rows, table = _only(con, rows, np.flatnonzero(kept)), table.filter(pa.array(kept))
            labelled, weight = labelled.where(kept), weight[kept]
        tick(_ROWS_SHARE)
        if tables is None:
            values = duckdb.feature_values(
                con,
                lake,
                domain,
                found,
                features,
                rows,
                cutoff_ms,
                lambda done: tick(_ROWS_SHARE + (1 - _ROWS_SHARE) * done),
            )
        else:
            shown = con.to_pyarrow(rows.select(day=day_of(rows.shown_ms, lake.calendar)).distinct())
            days = sorted(shown["day"].to_pylist())
            values = tables.read(days, _array(table, "exposure_id", np.int64), features)
    tick(1.0)
    return Samples(
        exposure_id=_array(table, "exposure_id", np.int64),
        request_id=_array(table, "request_id", np.int64),
        person=_array(table, "person", np.int32),
        item=_array(table, "item", np.int32),
        ts_ms=_array(table, "ts", np.int64),
        day=_array(table, "day", np.int32),
        position=_array(table, "position", np.int16),
        labels=labelled.labels,
        columns=feature_columns(features, lake, domain, found),
        values=np.ascontiguousarray(values),
        weight=weight,
        factors=by_target(labelled.labels, labelled.factors, positives or {}),
        pending=labelled.pending,
    )


def _array(table: pa.Table, name: str, dtype: type[np.generic]) -> np.ndarray:
    column: np.ndarray = table[name].to_numpy()
    return column.astype(dtype)


def _shown(
    con: Backend,
    lake: Lake,
    scene: Scene,
    first_day: int,
    last_day: int,
    cutoff_ms: int,
    max_position: int | None,
) -> ir.Table:
    """Exposures with `ts`, the moment of their request, and its day. An item may be shown after
    midnight to a request of the day before, so the day after is read too."""
    exposures = duckdb.logs(con, lake, "exposures", scene, first_day, last_day + 1)
    exposures = exposures.filter(exposures.ts_ms < cutoff_ms)
    if max_position is not None:
        exposures = exposures.filter(exposures.position <= max_position)
    requests = duckdb.logs(con, lake, "requests", scene, ALWAYS, last_day + 1)
    requests = con.create_table("asking", requests.select("request_id", "ts_ms"))
    engine, days = duckdb.DuckDB(con), (first_day, last_day)
    rows = with_requests(engine, lake, scene, exposures, requests, days)
    return rows.filter(rows.day >= first_day, rows.day <= last_day, rows.ts < cutoff_ms)


def with_requests(
    engine: graphs.Engine,
    lake: Lake,
    scene: Scene,
    exposures: ir.Table,
    requests: ir.Table,
    days: tuple[int, int],
) -> ir.Table:
    """Exposures with `ts`, the moment of their request, its day, and their context as features
    read it. An exposure of none of the requests is a `DataError`; `days` are for its words."""
    requests = requests.select("request_id", ts="ts_ms")
    orphans = exposures.anti_join(requests, "request_id")
    found = engine.rows(orphans.agg(n=orphans.count(), example=orphans.request_id.min()))
    n, example = found["n"][0].as_py(), found["example"][0].as_py()
    if n:
        raise DataError(
            f"exposures of {scene.name}, {iso(days[0])} to {iso(days[1])}: {n} belong to no "
            f"request of the lake, for example request_id={example}. Import the requests too."
        )
    rows = exposures.inner_join(requests, "request_id")
    return rows.mutate(day=day_of(rows.ts, lake.calendar), **graphs.asked_context(rows, scene))


def _numbered(shown: ir.Table) -> ir.Table:
    """Rows numbered from 0 in order of (request_id, position)."""
    order = [shown.request_id, shown.position, shown.exposure_id]
    context = [name for name in shown.columns if name.startswith("context__")]
    return shown.select(
        "exposure_id",
        "request_id",
        "ts",
        "day",
        "person",
        "item",
        "position",
        *context,
        row=ibis.row_number().over(ibis.window(order_by=order)).cast("int64"),
        shown_ms=shown.ts_ms,
    )


def _only(con: Backend, rows: ir.Table, kept: np.ndarray) -> ir.Table:
    """Some of the rows, numbered anew in the same order."""
    numbers = ibis.memtable(pa.table({"row": kept, "number": np.arange(len(kept))}))
    chosen = rows.inner_join(numbers, "row")
    return con.create_table("thinned", chosen.mutate(row=chosen.number).drop("number"))
