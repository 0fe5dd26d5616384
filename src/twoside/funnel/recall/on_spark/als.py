"""Factors by Spark: items' vectors learned by `pyspark.ml`, for the channels of `recall/als.py`.

Spark's loss is that of `recall/als.py` except that its ridge on a vector is regParam times the
number of its likes (Zhou et al. 2008, "Large-Scale Parallel Collaborative Filtering for the Netflix
Prize", section 3.1). Of L likes by P people of I items the mean ridges are regParam * L / P and
regParam * L / I. Only the product of both matters to x . y, for one side can be stretched and the
other shrunk; so regParam = ridge * sqrt(P I) / L gives as much of it, and the vectors times
(P / I)^(1/4) are those that `ridge` on people goes with, as fold-in has it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from pyspark.ml.recommendation import ALS as SparkALS  # noqa: N811 - ours has the name
from pyspark.sql import functions as fn

from twoside.errors import DataError
from twoside.funnel.recall.als import ALS, Factors
from twoside.funnel.recall.on_spark.likes import liked, pairs
from twoside.funnel.recall.on_spark.log import kept
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from twoside.funnel.recall.channels.als_simitem import ALSSimItem, FittedItems, FittedPerson
    from twoside.funnel.recall.on_spark.log import Log


def fit(
    settings: ALSSimItem, log: Log, folder: str, seed: int, blocks: int = 10
) -> FittedPerson | FittedItems:
    """As `settings.fit`, with factors that Spark learned; the index over them, or the lists of near
    items, are made in this process."""
    return settings.of(learn(settings.als, log, folder, seed, blocks), seed)


def learn(settings: ALS, log: Log, folder: str, seed: int, blocks: int = 10) -> Factors:
    """As `settings.learn`: the items' vectors in the memory of this process, 4 * dim bytes each.

    The optimum is another than that of one machine, for the ridge is: compare what it finds, not
    the numbers; people are folded in with one ridge for all (`nu` 0). Items that nobody likes, and
    all of an empty past, get zeros. Sums of Spark have no fixed order, so the same seed gives the
    same vectors up to rounding.

    Args:
        folder: a path or an address that all executors reach. There Spark leaves its checkpoints,
            for a chain of passes without any overflows its stack; the session keeps the folder.
        blocks: pieces of people and of items that Spark learns side by side; the vectors depend
            on it a little, for each begins at random.
    """
    vector = np.zeros((log.items, settings.dim), np.float32)
    with kept(_worths(settings, log)) as likes:
        found, ridge = _vectors(settings, likes, folder, seed, blocks)
        if found is not None:
            rows = found.toArrow()
            flat = rows["vector"].combine_chunks().flatten().to_numpy()
            vector[rows["item"].to_numpy()] = flat.reshape(-1, settings.dim)
    return Factors(replace(settings, nu=0.0), vector, ridge)


def write_vectors(
    settings: ALS, log: Log, out: str, folder: str, seed: int, blocks: int = 10
) -> None:
    """Write item (int), vector (array of float) of the liked items as Parquet, for a search engine
    beside; what `out` held is replaced. An empty past is an error, for there is nothing to learn.
    """
    with kept(_worths(settings, log)) as likes:
        found, _ = _vectors(settings, likes, folder, seed, blocks)
        if found is None:
            raise DataError("als on Spark: nobody liked anything: no vectors to write.")
        found.write.mode("overwrite").parquet(out)


def _worths(settings: ALS, log: Log) -> DataFrame:
    """person, item, worth (float): r of the loss."""
    newest = liked(pairs(log), settings.latest)
    age_days = (fn.lit(log.now_ms) - fn.col("ts_ms")) / DAY_MS
    worth = fn.col("weight") * fn.pow(fn.lit(2.0), -age_days / settings.half_life_days)
    return newest.select("person", "item", worth.cast("float").alias("worth")).filter("worth > 0")


def _vectors(
    settings: ALS, likes: DataFrame, folder: str, seed: int, blocks: int
) -> tuple[DataFrame | None, float]:
    """item, vector of the liked items, and the ridge that people go with; None without likes."""
    counts = (fn.countDistinct(name) for name in ("person", "item"))
    people, items, total = likes.agg(*counts, fn.count("*")).first() or (0, 0, 0)
    ridge = settings.ridge(total, items)
    if not total:
        return None, ridge
    likes.sparkSession.sparkContext.setCheckpointDir(folder)
    model = SparkALS(
        rank=settings.dim,
        maxIter=settings.iterations,
        regParam=float(ridge * np.sqrt(people * items) / total),
        implicitPrefs=True,
        alpha=float(settings.alpha),
        userCol="person",
        itemCol="item",
        ratingCol="worth",
        seed=seed,
        numUserBlocks=blocks,
        numItemBlocks=blocks,
        checkpointInterval=2,
    ).fit(likes)
    stretch = fn.lit(float((people / items) ** 0.25))
    vector = fn.transform("features", lambda value: (value * stretch).cast("float"))
    return model.itemFactors.select(fn.col("id").alias("item"), vector.alias("vector")), ridge
