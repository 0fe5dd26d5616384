"""Channels that can say why: which recent items, or which like people, brought an item.

A channel takes part by having the methods of `NearItems` or `NearPeople`; no list is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np

from twoside.schema.reasons import Reasoned, Reasons, RecallReasons
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import Asking, FittedChannel
    from twoside.schema.entities import EntityTable


@runtime_checkable
class NearItems(Protocol):
    """A channel whose scores are sums over the recent items of a person."""

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item of the one person who asks adds to the score of an item,
        whether or not the person may get it. Nothing for an item that the channel does not
        know."""

    def nearest(self, item: int, most: int) -> Candidates:
        """The items nearest to an item, open or not; none for one it does not know."""


@runtime_checkable
class HasNeighbours(Protocol):
    """A channel that answers by lists of near items, made for the items as they are now."""

    def neighbours(self, items: EntityTable) -> NearItems:
        """These lists."""


@runtime_checkable
class NearPeople(Protocol):
    """A channel whose scores are sums over people who are like the one who asks."""

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each of them adds to the score of an item."""

    def near_people(self, asking: Asking) -> Candidates:
        """Them, nearest first: rows of people, and how like they are."""


@runtime_checkable
class HasVectors(Protocol):
    """A channel that has a vector for items."""

    def vectors(self, items: EntityTable) -> np.ndarray:
        """float32 (items, dim), of the items as they are now; zeros where it has none."""


def reasons(channels: Mapping[str, FittedChannel], asking: Asking, most: int) -> RecallReasons:
    """The first `most` items of each such channel for the one person who asks, and why."""
    found, people = {}, {}
    for name, channel in channels.items():
        near = near_items(channel, asking.items) or channel
        if not isinstance(near, NearItems | NearPeople):
            continue
        recalled = channel.recall(asking, most)
        pairs = zip(recalled.items[0].tolist(), recalled.scores[0].tolist(), strict=True)
        found[name] = tuple(
            Reasoned(item, score, near.reasons(asking, item)) for item, score in pairs if item >= 0
        )
        if isinstance(channel, NearPeople):
            people[name] = channel.near_people(asking)
    return RecallReasons(found, people)


def nearest(
    channels: Mapping[str, FittedChannel], item: int, most: int, items: EntityTable
) -> dict[str, Candidates]:
    """Channel -> the items nearest to an item: by its own lists, or by the cosine of its
    vectors."""
    found = {}
    for name, channel in channels.items():
        near = near_items(channel, items)
        if near is not None:
            found[name] = near.nearest(item, most)
        elif isinstance(channel, HasVectors):
            found[name] = by_cosine(channel.vectors(items), item, most)
    return found


def near_items(channel: FittedChannel, items: EntityTable) -> NearItems | None:
    """What says what is near to an item; None if a channel sums up no near items."""
    if isinstance(channel, NearItems):
        return channel
    return channel.neighbours(items) if isinstance(channel, HasNeighbours) else None


def by_cosine(vectors: np.ndarray, item: int, most: int) -> Candidates:
    """The nearest by the cosine of float32 (items, dim), above 0 only; an item with zeros is
    near nothing. Equal ones come in the order of rows."""
    if not (0 <= item < len(vectors) and vectors[item].any()):
        return Candidates.empty()
    length = np.sqrt(np.square(vectors, dtype=np.float64).sum(axis=1))
    cosine = vectors @ vectors[item] / np.maximum(length * length[item], 1e-30)
    cosine[item] = 0
    order = np.argsort(-cosine, kind="stable")[:most]
    order = order[cosine[order] > 0]
    return Candidates(order.astype(np.int32), cosine[order].astype(np.float32))


def listed(start: np.ndarray, item: np.ndarray, near: np.ndarray, of: int, most: int) -> Candidates:
    """The first `most` of the list of one item, lists as in `ItemNeighbours`."""
    if not 0 <= of < len(start) - 1:
        return Candidates.empty()
    part = slice(start[of], min(start[of] + most, start[of + 1]))
    return Candidates(item[part], near[part])


def near_in(
    start: np.ndarray, item: np.ndarray, near: np.ndarray, seeds: np.ndarray, of: int
) -> np.ndarray:
    """float64 (seeds,): near(seed, of) in the lists; 0 where `of` is not in a seed's list."""
    found = np.zeros(len(seeds))
    for n, seed in enumerate(seeds.tolist()):
        if 0 <= seed < len(start) - 1:
            part = slice(start[seed], start[seed + 1])
            found[n] = near[part][item[part] == of].sum(dtype=np.float64)
    return found
