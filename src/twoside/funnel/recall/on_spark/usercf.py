"""UserCF by Spark: the inverted index of `channels/usercf.py`, and the lists of everybody.

The index is likes with the numbers of the formula beside them, and of each item the `max_people`
newest. The lists are two joins: everybody's recent items with that index, which gives the
like-minded, and these with what they liked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pyspark.sql import Window
from pyspark.sql import functions as fn

from twoside.funnel.recall.channels.usercf import FittedUserCF, UserCF
from twoside.funnel.recall.on_spark import lists
from twoside.funnel.recall.on_spark.likes import liked, pairs
from twoside.funnel.recall.on_spark.log import kept

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from twoside.funnel.recall.on_spark.log import Log


@dataclass(frozen=True)
class Index:
    """What `UserCF.fit` works out, as frames."""

    likes: DataFrame
    """person, item, ts_ms, back; bent, vote (float): the arrays of `FittedUserCF`, all pairs"""
    norms: DataFrame
    """person, norm (float): |b_v|"""
    asked: DataFrame
    """person, item, ts_ms, bent: of each item the people who are asked"""


def index(settings: UserCF, log: Log, likes: DataFrame) -> Index:
    """From `likes.liked` of the log, at most `settings.latest` a person; of an empty past empty."""
    many = likes.groupBy("item").agg(fn.count("*").alias("liked_by"))
    bent = fn.col("weight") * _rarity(settings, fn.col("liked_by"), log)
    famous = (fn.col("liked_by") ** -settings.fame).cast("float")
    age = fn.pow(fn.lit(float(settings.order)), fn.col("back")).cast("float")
    whole = likes.join(many, "item").select(
        "person",
        "item",
        "ts_ms",
        "back",
        bent.cast("float").alias("bent"),
        (fn.col("weight") * famous * age).cast("float").alias("vote"),
    )
    square = fn.sum(fn.col("bent").cast("double") ** 2)
    norms = whole.groupBy("person").agg(fn.sqrt(square).cast("float").alias("norm"))
    newest = fn.desc("ts_ms"), fn.asc("person")
    pairs_asked = whole.select("person", "item", "ts_ms", "bent")
    asked = lists.first(pairs_asked, "item", *newest, limit=settings.max_people)
    return Index(whole, norms, asked)


def fit(settings: UserCF, log: Log) -> FittedUserCF:
    """The channel that `settings.fit` gives, with its index in the memory of this process, some 30
    bytes a pair."""
    with kept(liked(pairs(log), settings.latest)) as likes:
        found = index(settings, log, likes)
        own = found.likes.select("person", "item", "back", "vote").toArrow()
        asked = found.asked.toArrow()
        norms = found.norms.toArrow()
        liked_by = likes.groupBy("item").agg(fn.count("*").alias("many")).toArrow()
    person, item, back, vote = (own[n].to_numpy() for n in ("person", "item", "back", "vote"))
    in_time = np.lexsort((-back, person))
    of, who, ts_ms, bent = (asked[n].to_numpy() for n in ("item", "person", "ts_ms", "bent"))
    newest = np.lexsort((who, -ts_ms, of))
    norm = np.zeros(log.people, np.float32)
    norm[norms["person"].to_numpy()] = norms["norm"].to_numpy()
    many = np.ones(log.items)
    many[liked_by["item"].to_numpy()] = liked_by["many"].to_numpy()
    return FittedUserCF(
        settings,
        lists.starts(of, log.items),
        who[newest],
        bent[newest],
        norm,
        (np.log1p(log.people / many) ** settings.rarity).astype(np.float32),
        lists.starts(person, log.people),
        item[in_time],
        vote[in_time],
    )


def write_lists(settings: UserCF, log: Log, limit: int, open_items: DataFrame, folder: str) -> None:
    """Write the lists of all people with likes as they are at `now_ms`: what `FittedUserCF.recall`
    tells them when it is asked with their whole past. (person, item int, score float) as Parquet,
    the rows of a person together and best first, at most `limit`. Nothing of them passes through
    this process; people without likes have no rows.

    Args:
        open_items: item (int): those that may be shown.
        folder: a path or an address such as `hdfs:///lists`; what it held is replaced.
    """
    order = fn.asc("person"), fn.desc("score"), fn.asc("item")
    with kept(pairs(log)) as met:
        found = _lists(settings, log, met, open_items)
        best = lists.first(found, "person", *order[1:], limit=limit).repartition("person")
        best.sortWithinPartitions(*order).write.mode("overwrite").parquet(folder)


def _lists(settings: UserCF, log: Log, met: DataFrame, open_items: DataFrame) -> DataFrame:
    """person, item, score of all that may be shown."""
    found = index(settings, log, liked(met, settings.latest))
    minded = _like_minded(settings, log, found, liked(met, settings.last))
    votes = found.likes.select(fn.col("person").alias("other"), "item", "vote")
    score = fn.sum(fn.col("like").cast("double") ** settings.sharp * fn.col("vote")).cast("float")
    whole = minded.join(votes, "other").groupBy("person", "item").agg(score.alias("score"))
    barred = met.filter("refused" if settings.repeat else "refused or weight > 0")
    free = whole.filter("score > 0").join(barred, ["person", "item"], "left_anti")
    return free.join(open_items, "item", "left_semi").select("person", "item", "score")


def _like_minded(settings: UserCF, log: Log, found: Index, recent: DataFrame) -> DataFrame:
    """person, other (int), like (float): the `neighbours` of the greatest like of each person."""
    many = found.likes.groupBy("item").agg(fn.count("*").alias("liked_by"))
    fade = fn.pow(fn.lit(float(settings.decay)), fn.col("back"))
    liked_by = fn.coalesce(fn.col("liked_by"), fn.lit(1))
    mine = fade * fn.col("weight") * _rarity(settings, liked_by, log)
    mine_of = recent.join(many, "item", "left").select("person", "item", mine.alias("mine"))
    own = Window.partitionBy("person")
    mine_of = mine_of.withColumn("own", fn.sqrt(fn.sum(fn.col("mine") ** 2).over(own)))
    asked = found.asked.select(fn.col("person").alias("other"), "item", "bent")
    met = mine_of.join(asked, "item").filter("person != other")
    product = fn.sum(fn.col("mine") * fn.col("bent")).alias("product")
    sums = met.groupBy("person", "other").agg(product, fn.first("own").alias("own"))
    sums = sums.join(found.norms.withColumnRenamed("person", "other"), "other")
    like = fn.col("product") / (fn.col("own") * fn.col("norm") + settings.shrink)
    likeness = sums.select("person", "other", like.cast("float").alias("like")).filter("like > 0")
    order = fn.desc("like"), fn.asc("other")
    return lists.first(likeness, "person", *order, limit=settings.neighbours)


def _rarity(settings: UserCF, liked_by: Column, log: Log) -> Column:
    return (fn.log1p(fn.lit(log.people) / liked_by) ** settings.rarity).cast("float")
