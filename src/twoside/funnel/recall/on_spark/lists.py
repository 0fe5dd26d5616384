"""Lists of near items as a Spark frame: item, near_item (int), near (float)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import Window
from pyspark.sql import functions as fn

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

COLUMNS = ("item", "near_item", "near")


def first(frame: DataFrame, of: str, *order: Column, limit: int) -> DataFrame:
    """Of each `of` the first `limit` rows in an order."""
    place = fn.row_number().over(Window.partitionBy(of).orderBy(*order))
    return frame.withColumn("place", place).filter(fn.col("place") <= limit).drop("place")


def arrays(frame: DataFrame, items: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Collected: start, item, near as in `ItemNeighbours`, 8 bytes a pair and some for sorting."""
    rows = frame.select(*COLUMNS).toArrow()
    item, other, near = (rows[name].to_numpy() for name in COLUMNS)
    order = np.lexsort((other, -near, item))
    return starts(item, items), other[order].astype(np.int32), near[order].astype(np.float32)


def write(frame: DataFrame, folder: str) -> None:
    """As Parquet, the lists of an item together, nearest first. What the folder held is replaced;
    it is a path or an address such as `hdfs:///near`."""
    order = (fn.asc("item"), fn.desc("near"), fn.asc("near_item"))
    whole = frame.select(*COLUMNS).repartition("item").sortWithinPartitions(*order)
    whole.write.mode("overwrite").parquet(folder)


def starts(owner: np.ndarray, size: int) -> np.ndarray:
    """int64 (size + 1,): where the rows of each owner begin, once they are in order of owners."""
    start = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(owner, minlength=size), out=start[1:])
    return start
