"""Behaviours as Spark holds them: what `RecallData` is on one machine."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as fn

from twoside.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyspark.sql import DataFrame, SparkSession

    from twoside.funnel.recall.channel import RecallData

_NEEDED = {"person": "int", "item": "int", "ts_ms": "long", "strength": "float"}


@dataclass(frozen=True)
class Log:
    """What people did, strictly before `now_ms`: the frame's columns are those of `Behaviours`.

    A column `row` (long), if there is one, tells which of a person's behaviours of the same
    millisecond came later; without it that is the one with the higher item. Rows whose person or
    item is null, below 0 or beyond the tables are left out; a strength that is null or NaN is
    neither for an item nor against it.
    """

    frame: DataFrame
    people: int
    """Rows of people ever given out."""
    items: int
    """Rows of items ever given out."""
    now_ms: int

    def __post_init__(self) -> None:
        for name in _NEEDED:
            if name not in self.frame.columns:
                hint = did_you_mean(name, self.frame.columns)
                raise DataError(f"behaviours on Spark have no column '{name}'. {hint}")

    @staticmethod
    def of(data: RecallData, session: SparkSession) -> Log:
        """From the memory of this process."""
        log = data.behaviours
        rows = pa.table(
            {
                "person": log.person,
                "item": log.item,
                "ts_ms": log.ts_ms,
                "strength": log.strength,
                "row": np.arange(len(log), dtype=np.int64),
            }
        )
        return Log(session.createDataFrame(rows), data.people.size, data.items.size, data.now_ms)

    @property
    def session(self) -> SparkSession:
        """Of the frame."""
        return self.frame.sparkSession

    def rows(self) -> DataFrame:
        """person, item, ts_ms, strength, row: those that the tables know."""
        row = fn.col("row") if "row" in self.frame.columns else fn.lit(0)
        columns = [fn.col(name).cast(kind).alias(name) for name, kind in _NEEDED.items()]
        known = fn.col("person").between(0, self.people - 1)
        known &= fn.col("item").between(0, self.items - 1)
        return self.frame.filter(known).select(*columns, row.cast("long").alias("row"))


@contextmanager
def kept(frame: DataFrame) -> Iterator[DataFrame]:
    """The frame in the memory and on the disks of the executors, until the block ends."""
    frame = frame.persist()
    try:
        yield frame
    finally:
        frame.unpersist()
