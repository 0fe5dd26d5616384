"""Merge: the lists of all channels into one, under a limit. A file is a way, named by `how`.

What a merge is stands here: lists of all channels in, one list without repeats out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Lists(Protocol):
    """The part of a channel's answer that a merge reads."""

    @property
    def items(self) -> np.ndarray:
        """int32 (n, width), best first; -1 fills the end"""


@dataclass(frozen=True)
class Merged:
    """One list for each of n people, no item twice, -1 at the end of a short one."""

    channels: tuple[str, ...]
    """What the numbers of `source` mean."""
    items: np.ndarray
    """int32 (n, limit)"""
    source: np.ndarray
    """int16 (n, limit): the channel that gave the item; -1 where there is none"""
    rank: np.ndarray
    """int16 (n, limit): its rank (from 0) in that channel; -1 where there is none"""


class Merge(Protocol):
    """The settings of a way to merge: a frozen dataclass, one a file in `merge/`."""

    limit: int
    budgets: dict[str, int]

    def merge(self, lists: Mapping[str, Lists], limit: int | None = None) -> Merged:
        """All channels into one list, in the order in which they are given. A channel that
        failed is simply not among them. `limit` None takes the settings' own."""


def stacked(
    lists: Mapping[str, Lists], budgets: Mapping[str, int], everything: int
) -> tuple[np.ndarray, np.ndarray]:
    """The lists as one array, and what each channel may give.

    Returns:
        items: int32 (channels, n, width)
        budget: int64 (channels,); `everything` where nothing is set.
    """
    if not lists:
        raise ConfigError("merge: there are no lists to merge. Add a [[recall]] channel.")
    width = max(found.items.shape[1] for found in lists.values())
    people = next(iter(lists.values())).items.shape[0]
    items = np.full((len(lists), people, width), -1, np.int32)
    for n, found in enumerate(lists.values()):
        items[n, :, : found.items.shape[1]] = found.items
    return items, np.array([budgets.get(name, everything) for name in lists], np.int64)


def check_budgets(
    named: Mapping[str, int], channels: Iterable[str], where: str = "merge.budgets"
) -> None:
    """Refuse a budget (or a turn) of a channel that a configuration does not have, or below 0.
    For those who know the whole configuration: a merge cannot tell a misspelt name from a channel
    that failed."""
    known = tuple(channels)
    for name, number in named.items():
        if name not in known:
            raise ConfigError(f"{where}: there is no channel '{name}'. {did_you_mean(name, known)}")
        if number < 0:
            raise ConfigError(f"{where}.{name} = {number}: expected 0 or more.")
