"""Swing by Spark: items in blocks, each block with the people it needs and all that these liked.

A block goes to one executor as one Arrow table and through the same kernel as on one machine
(`channels/swing.py`), so nothing is broadcast. An item has at most `max_people` people and these at
most `latest` items each: a block holds at most 256 * max_people * latest numbers, 41 MB with the
defaults, and mostly far less, for people occur in it once.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as fn

from twoside.funnel.recall.channels.swing import item_by_item
from twoside.funnel.recall.on_spark import lists

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from twoside.funnel.recall.channels.swing import Swing
    from twoside.funnel.recall.on_spark.log import Log

_BLOCK = 256
"""Items that go to an executor together: next to each other, so that a block is a range."""


def near(settings: Swing, log: Log, likes: DataFrame, seed: int) -> DataFrame:
    """The nearest items of each item as `lists` has them; of an empty past no rows.

    Args:
        likes: `likes.liked` of the log, at most `settings.latest` a person.
        seed: draws the people of items that more than `max_people` liked, the same as on one
            machine; only then this process holds a number for each person, 12 bytes.
    """
    block = fn.floor(fn.col("item") / _BLOCK).cast("int").alias("block")
    asked = fn.collect_list(fn.struct("item", "everybody")).alias("of")
    people = _sample(settings, log, likes, seed).groupBy(block, "person").agg(asked)
    whole = likes.groupBy("person").agg(fn.collect_list("item").alias("items"))
    found = people.join(whole, "person").groupBy("block")
    return found.applyInArrow(partial(nearest, settings), "item int, near_item int, near float")


def _sample(settings: Swing, log: Log, likes: DataFrame, seed: int) -> DataFrame:
    """item, person, everybody (how many liked the item): the people who count."""
    liked_by = likes.groupBy("item").agg(fn.count("*").alias("everybody"))
    pairs = likes.select("item", "person").join(liked_by.filter("everybody > 1"), "item")
    if not liked_by.filter(fn.col("everybody") > settings.max_people).take(1):
        return pairs
    place = np.random.default_rng(seed).permutation(log.people)
    rows = {"person": np.arange(log.people, dtype=np.int32), "order": place}
    ordered = pairs.join(log.session.createDataFrame(pa.table(rows)), "person")
    return lists.first(ordered, "item", fn.asc("order"), limit=settings.max_people)


def nearest(settings: Swing, block: pa.Table) -> pa.Table:
    """The near items of one block.

    Args:
        block: a row a person: block, person; of: list of (item of the block, everybody), where
            the person counts; items: list of all that the person liked.
    """
    rows = block.sort_by("person").combine_chunks()  # the order of sums, always the same
    items, of = (rows[name].combine_chunks() for name in ("items", "of"))
    start = np.concatenate([[0], np.cumsum(items.value_lengths().to_numpy())])
    names, item = np.unique(items.flatten().to_numpy(), return_inverse=True)
    asked, everybody = (column.to_numpy() for column in of.flatten().flatten())
    number = np.searchsorted(names, asked)
    person = np.repeat(np.arange(len(rows)), of.value_lengths().to_numpy())
    by_item = np.argsort(number, kind="stable")
    of_start = np.concatenate([[0], np.cumsum(np.bincount(number, minlength=len(names)))])
    all_of = np.zeros(len(names), np.int64)
    all_of[number] = everybody
    many = np.diff(start)
    first = int(rows["block"][0].as_py()) * _BLOCK
    begin, end = np.searchsorted(names, [first, first + _BLOCK])
    count, found, value = item_by_item(
        int(begin),
        int(end),
        start.astype(np.int64),
        item.astype(np.int32),
        of_start.astype(np.int64),
        person[by_item].astype(np.int32),
        all_of,
        many**-settings.damping,
        1 / (settings.alpha + np.arange(2, max(many.max(), 2) + 1)),
        settings.fame,
        settings.neighbours,
    )
    pair = (np.repeat(names[begin:end], count), names[found])
    columns = (*(pair[::-1] if settings.fame else pair), value)
    return pa.table(dict(zip(lists.COLUMNS, columns, strict=True)))
