"""The two jobs by a channel's name: fit it with Spark, or write its near items with Spark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from twoside.errors import ConfigError, did_you_mean
from twoside.funnel.recall.channels.als_simitem import ALSSimItem
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.channels.swing import Swing
from twoside.funnel.recall.channels.usercf import UserCF
from twoside.funnel.recall.on_spark import als, neighbours, usercf

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import FittedChannel
    from twoside.funnel.recall.on_spark.log import Log

_CHANNELS = {"als_simitem": ALSSimItem, "itemcf": ItemCF, "swing": Swing, "usercf": UserCF}


def fit_on_spark(use: str, settings: Any, log: Log, folder: str, seed: int) -> FittedChannel:
    """What `settings.fit` gives, in the memory of this process.

    Args:
        use: the channel's name; `settings` are of its class.
        folder: a path or an address that all executors reach, for what Spark keeps on its way
            (only ALS does).
        seed: as in `settings.fit`.
    """
    _check(use, settings, [*_CHANNELS])
    if use == "als_simitem":
        return als.fit(settings, log, folder, seed)
    if use == "usercf":
        return usercf.fit(settings, log)
    return neighbours.fit(use, settings, log, seed)


def neighbours_on_spark(use: str, settings: Any, log: Log, folder: str, seed: int) -> None:
    """Write the near items of each item: (item, near_item, near) as Parquet, those of an item
    together and nearest first. Nothing of them passes through this process. An empty past writes
    no rows. (`usercf.write_lists` and `als.write_vectors` write what these two have instead.)

    Args:
        use: "itemcf" or "swing"; `settings` are of its class.
        folder: a path or an address such as `hdfs:///near/swing`; what it held is replaced.
        seed: as in `settings.fit`.
    """
    _check(use, settings, ["itemcf", "swing"])
    neighbours.write(use, settings, log, folder, seed)


def _check(use: str, settings: object, known: list[str]) -> None:
    if use not in known:
        raise ConfigError(f"recall on Spark: no job for '{use}'. {did_you_mean(use, known)}")
    if not isinstance(settings, _CHANNELS[use]):
        raise ConfigError(
            f"recall on Spark: settings of '{use}' are {type(settings).__name__}: "
            f"expected {_CHANNELS[use].__name__}."
        )
