"""The same question to any engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa

from twoside.features.engines import duckdb

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.features.definition import Feature
    from twoside.schema.domain import Domain, Scene
    from twoside.store.lake import Lake

QUICK = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
"""Spark compiles nothing: of a few thousand rows that would be most of the work."""


def asked_of(lake: Lake, scene: Scene, first_day: int, last_day: int, every: int = 1) -> pa.Table:
    """Every n-th exposure of some days, as engines are asked."""
    requests = lake.read("requests", last_day=last_day, scene=scene.name).to_pydict()
    ts_of = dict(zip(requests["request_id"], requests["ts_ms"], strict=True))
    shown = lake.read("exposures", first_day, last_day, scene=scene.name)
    shown = shown.take(np.arange(0, shown.num_rows, every))
    ts = [ts_of[request] for request in shown["request_id"].to_pylist()]
    day = [lake.calendar.day_of(moment) for moment in ts]
    return pa.table(
        {
            "row": pa.array(np.arange(len(ts)), pa.int64()),
            "ts": pa.array(ts, pa.int64()),
            "day": pa.array(day, pa.int32()),
            "person": shown["person"],
            "item": shown["item"],
            **{f"context__{column.name}": shown[column.name] for column in scene.context},
        }
    )


def local_values(
    lake: Lake, domain: Domain, scene: Scene, features: Sequence[Feature], asked: pa.Table, end: int
) -> np.ndarray:
    """float32 (asked, features) by the engine of one machine."""
    with duckdb.connection() as con:
        question = con.create_table("question", ibis.memtable(asked))
        return duckdb.feature_values(
            con, lake, domain, scene, features, question, end, lambda _: None
        )


def differing(
    seen: np.ndarray, expected: np.ndarray, features: Sequence[Feature]
) -> dict[str, float]:
    """Features whose values differ by more than 1e-9 of their size -> by how much."""
    same = np.isclose(seen, expected, rtol=1e-9, atol=1e-9, equal_nan=True)
    return {
        features[n].name: float(np.nanmax(np.abs(seen[:, n] - expected[:, n])))
        for n in np.flatnonzero(~same.all(axis=0))
    }
