"""ItemCF by Spark: the formula of `channels/itemcf.py` by joins and sums.

A join of likes with likes of the same person gives each pair of items a < b that the person liked;
sums of them by (a, b) hold both directions, so half of what the formula sums goes over the network.
Spark sums on each executor before it sends, and no step depends on how many like one item: the
largest piece of work is a person's square, at most `latest`^2 / 2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyspark.sql import functions as fn

from twoside.errors import ConfigError
from twoside.funnel.recall.on_spark import lists

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

    from twoside.funnel.recall.channels.itemcf import ItemCF
    from twoside.funnel.recall.on_spark.log import Log


def near(settings: ItemCF, log: Log, likes: DataFrame, seed: int) -> DataFrame:  # noqa: ARG001
    """The nearest items of each item as `lists` has them; of an empty past no rows.

    Args:
        likes: `likes.liked` of the log, at most `settings.latest` a person.
    """
    if settings.words:
        raise ConfigError(
            f"itemcf.words = {settings.words}: expected 0 on Spark, where no words of items are."
        )
    weighed = likes.select("person", "item", "back", _damped(settings).alias("weight"))
    square = fn.sum(fn.col("weight").cast("double") ** 2).alias("square")
    sums = _sums(settings, weighed.join(weighed.groupBy("item").agg(square), "item"))
    there = _near(settings, "after", "a", "b")
    back = _near(settings, "before", "b", "a")
    both = sums.select(fn.inline(fn.array(there, back)))
    of, other = ("item", "near_item") if settings.kept == "seed" else ("near_item", "item")
    order = fn.desc("near"), fn.asc(other)
    return lists.first(both.filter("near > 0"), of, *order, limit=settings.neighbours)


def _damped(settings: ItemCF) -> Column:
    weight = fn.col("weight")
    return (weight / fn.sqrt(fn.log1p("many"))).cast("float") if settings.damp else weight


def _sums(settings: ItemCF, weighed: DataFrame) -> DataFrame:
    """a, b (a < b), with square_a and square_b: sum_p w_p^2; product: sum_p w_pa w_pb; after: sum_p
    1 / d where b came after a, and before: where b came before a."""
    one, two = weighed.alias("one"), weighed.alias("two")
    same = fn.col("one.person") == fn.col("two.person")
    both = one.join(two, same & (fn.col("one.item") < fn.col("two.item")))
    product = fn.col("one.weight").cast("double") * fn.col("two.weight").cast("double")
    steps = fn.col("one.back") - fn.col("two.back")

    def in_order(apart: Column) -> Column:
        counts = apart.between(1, settings.window)
        return fn.sum(fn.when(counts, 1 / apart).otherwise(0.0))

    return both.groupBy(fn.col("one.item").alias("a"), fn.col("two.item").alias("b")).agg(
        fn.first("one.square").alias("square_a"),
        fn.first("two.square").alias("square_b"),
        fn.sum(product).alias("product"),
        in_order(steps).alias("after"),
        in_order(-steps).alias("before"),
    )


def _near(settings: ItemCF, order: str, seed: str, other: str) -> Column:
    """A row of the answer: the seed, the other, and how near they are."""
    above = fn.col("product") + settings.order_weight * fn.col(order)
    below = fn.sqrt(f"square_{seed}") * fn.col(f"square_{other}") ** settings.fame
    near = (above / (below + settings.shrink)).cast("float")
    columns = zip((fn.col(seed), fn.col(other), near), lists.COLUMNS, strict=True)
    return fn.struct(*(column.alias(name) for column, name in columns))
