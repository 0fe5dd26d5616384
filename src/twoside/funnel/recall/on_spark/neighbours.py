"""Channels of near items (`ItemNeighbours`) by Spark: their lists as Parquet, or fitted here."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from twoside.funnel.recall.neighbours import ItemNeighbours
from twoside.funnel.recall.on_spark import itemcf, lists, swing
from twoside.funnel.recall.on_spark.likes import liked, pairs
from twoside.funnel.recall.on_spark.log import kept

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pyspark.sql import DataFrame, SparkSession

    from twoside.funnel.recall.channels.itemcf import ItemCF
    from twoside.funnel.recall.channels.swing import Swing
    from twoside.funnel.recall.on_spark.log import Log

_NEAR: dict[str, Callable[..., DataFrame]] = {"itemcf": itemcf.near, "swing": swing.near}


def write(use: str, settings: ItemCF | Swing, log: Log, folder: str, seed: int) -> None:
    """Write the lists as Parquet, as `jobs.neighbours_on_spark` says."""
    with _near(use, settings, log, seed) as near:
        lists.write(near, folder)


def fit(use: str, settings: ItemCF | Swing, log: Log, seed: int) -> ItemNeighbours:
    """The channel that `settings.fit` gives, its lists in the memory of this process. Sums go in
    another order, so `near` may differ in the last digits, and with it the order of near equals."""
    with _near(use, settings, log, seed) as near:
        return _fitted(settings, near, log.items)


def read(
    settings: ItemCF | Swing, folder: str, items: int, session: SparkSession
) -> ItemNeighbours:
    """The same from what `neighbours_on_spark` wrote; `items`: rows of items at that time."""
    return _fitted(settings, session.read.parquet(folder), items)


def _fitted(settings: ItemCF | Swing, near: DataFrame, items: int) -> ItemNeighbours:
    whole = lists.arrays(near, items)
    told = asdict(settings)
    return ItemNeighbours(*whole, told, settings.last, settings.decay, settings.repeat)


@contextmanager
def _near(use: str, settings: ItemCF | Swing, log: Log, seed: int) -> Iterator[DataFrame]:
    with kept(liked(pairs(log), settings.latest)) as likes:
        yield _NEAR[use](settings, log, likes, seed)
