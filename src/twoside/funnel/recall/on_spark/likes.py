"""Who liked what, by Spark: the pairs of recall/past.py and of recall/taste.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import Window
from pyspark.sql import functions as fn

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from twoside.funnel.recall.on_spark.log import Log


def pairs(log: Log) -> DataFrame:
    """Every pair that met, once, as in `Past`.

    Returns:
        person, item (int); ts_ms, row (long) of the latest behaviour; weight (float), the square
        root of the summed positive strengths; refused (boolean), the latest was negative.
    """
    strength = fn.col("strength")
    # Spark holds NaN to be above every number
    positive = fn.when((strength > 0) & ~fn.isnan(strength), strength.cast("double"))
    latest = fn.max(fn.struct("ts_ms", "row", "strength"))
    met = log.rows().groupBy("person", "item").agg(fn.sum(positive).alias("sum"), latest.alias("l"))
    return met.select(
        "person",
        "item",
        "l.ts_ms",
        "l.row",
        fn.sqrt(fn.coalesce("sum", fn.lit(0.0))).cast("float").alias("weight"),
        fn.coalesce(fn.col("l.strength") < 0, fn.lit(False)).alias("refused"),
    )


def liked(met: DataFrame, latest: int) -> DataFrame:
    """Of `pairs` the liked ones, at most the `latest` of each person, as in `Taste`.

    Returns:
        person, item (int), ts_ms (long), weight (float, above 0); back (int): 0 for the person's
        latest, 1 for the one before it; many (long): how many of the person are left.
    """
    good = met.filter(~fn.col("refused") & (fn.col("weight") > 0))
    newest = Window.partitionBy("person").orderBy(*(fn.desc(c) for c in ("ts_ms", "row", "item")))
    numbered = good.withColumn("back", fn.row_number().over(newest) - 1)
    left = numbered.filter(fn.col("back") < latest)
    many = fn.count("*").over(Window.partitionBy("person"))
    return left.select("person", "item", "ts_ms", "weight", "back", many.alias("many"))
