"""Merge: the lists of all channels into one, under a limit. A file is a way, named by `how`.

What a merge is stands here: lists of all channels in, one list without repeats out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np

from twoside.errors import ConfigError, did_you_mean
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from twoside.funnel.recall.past import Past
    from twoside.metrics.topn import Truth
    from twoside.schema.merge_report import MergeReport

NO_LISTS = "merge: there are no lists to merge. Add a [[recall]] channel."


class Lists(Protocol):
    """The part of a channel's answer that a merge reads."""

    @property
    def items(self) -> np.ndarray:
        """int32 (n, width), best first; -1 fills the end"""

    @property
    def scores(self) -> np.ndarray:
        """float32 (n, width), falling within a row; only a learned merge reads it"""


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


class FittedMerge(Protocol):
    """A merge that has learned, or that has nothing to learn (`Fixed`)."""

    @property
    def report(self) -> MergeReport | None:
        """What was learned, and what it brings; None where nothing was."""

    def kinds(self, past: Past) -> np.ndarray | None:
        """int64 (n,): the kind of each person, for `depths` and `merge`; None: all are alike."""

    def depths(self, kinds: np.ndarray | None) -> Mapping[str, int]:
        """Channel -> items to ask of it for people of these kinds, 0: do not ask. Channels that
        it does not name are asked for what the configuration says."""

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,
    ) -> Merged:
        """All channels into one list. A channel that failed, or was not asked, is simply not
        among them. `limit` None takes the settings' own; a person's list does not depend on the
        others."""

    def pack(self) -> Packed:
        """What was learned, for the store."""


class Merge(Protocol):
    """The settings of a way to merge: a frozen dataclass, one a file in `merge/`."""

    learns: ClassVar[bool]
    """Does `fit` read its arguments? Only then is it worth to make them."""
    limit: int
    budgets: dict[str, int]

    def fit(
        self,
        lists: Mapping[str, Lists],
        truth: Truth,
        kinds: np.ndarray | None,
        costs: Mapping[str, float],
        seed: int,
        values: np.ndarray | None = None,
    ) -> FittedMerge:
        """Learn from what channels found and people then liked.

        Args:
            lists: by channel, of n people, as they were before
            truth: what each of them liked afterwards
            kinds: int64 (n,) from the fitted merge's `kinds`; None: all are alike
            costs: ms of each channel for one person
            values: float64, what each right item is worth; None: all the same.
        """

    def unpack(self, packed: Packed) -> FittedMerge:
        """The fitted merge that `pack` described."""


class Way(Protocol):
    """Settings that merge as they stand."""

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,
    ) -> Merged:
        """As `FittedMerge.merge`."""


@dataclass(frozen=True)
class Fixed:
    """A way that has nothing to learn, as a fitted merge."""

    way: Way
    report: MergeReport | None = None

    def kinds(self, past: Past) -> np.ndarray | None:  # noqa: ARG002
        """All are alike."""
        return None

    def depths(self, kinds: np.ndarray | None) -> Mapping[str, int]:  # noqa: ARG002
        """As the configuration says."""
        return {}

    def merge(
        self,
        lists: Mapping[str, Lists],
        limit: int | None = None,
        kinds: np.ndarray | None = None,
    ) -> Merged:
        """As the settings say."""
        return self.way.merge(lists, limit, kinds)

    def pack(self) -> Packed:
        """Nothing: the settings say it all."""
        return Packed()


def fixed(way: Way, *args: Any, **more: Any) -> Fixed:  # noqa: ARG001 - the settings say it all
    """`fit` and `unpack` of a way that has nothing to learn."""
    return Fixed(way)


def stacked(
    lists: Mapping[str, Lists], budgets: Mapping[str, int], everything: int
) -> tuple[np.ndarray, np.ndarray]:
    """The lists as one array, and what each channel may give.

    Returns:
        items: int32 (channels, n, width)
        budget: int64 (channels,); `everything` where nothing is set.
    """
    if not lists:
        raise ConfigError(NO_LISTS)
    width = max(found.items.shape[1] for found in lists.values())
    people = next(iter(lists.values())).items.shape[0]
    items = np.full((len(lists), people, width), -1, np.int32)
    for n, found in enumerate(lists.values()):
        items[n, :, : found.items.shape[1]] = found.items
    return items, np.array([budgets.get(name, everything) for name in lists], np.int64)


def check_budgets(
    named: Mapping[str, float], channels: Iterable[str], where: str = "merge.budgets"
) -> None:
    """Refuse a budget (a turn, a cost) of a channel that a configuration does not have, or below 0.
    For those who know the whole configuration: a merge cannot tell a misspelt name from a channel
    that failed."""
    known = tuple(channels)
    for name, number in named.items():
        if name not in known:
            raise ConfigError(f"{where}: there is no channel '{name}'. {did_you_mean(name, known)}")
        if number < 0:
            raise ConfigError(f"{where}.{name} = {number}: expected 0 or more.")
