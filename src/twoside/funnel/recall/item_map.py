"""Vectors of items in two dimensions, so that people can look at them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.reasons import HasVectors
from twoside.schema.item_map import ItemMap

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import FittedChannel
    from twoside.schema.entities import EntityTable


def item_maps(
    channels: Mapping[str, FittedChannel],
    items: EntityTable,
    is_open: np.ndarray,
    liked: np.ndarray,
    most: int,
) -> dict[str, ItemMap]:
    """Channel -> a map of the `most` most liked open items that have a vector, of the channels
    with vectors. `liked` float (known,): items beyond its end count as liked by nobody; equal
    ones come in the order of rows."""
    worth = np.zeros(items.size)
    worth[: len(liked)] = liked[: items.size]
    order = np.argsort(-worth, kind="stable")
    order = order[is_open[order]]
    found = {}
    for name, channel in channels.items():
        if isinstance(channel, HasVectors):
            vectors = channel.vectors(items)
            there = order[(vectors[order] != 0).any(axis=1)]
            drawn = there[:most].astype(np.int32)
            found[name] = replace(flat(vectors[drawn], drawn), of=len(there))
    return found


def flat(vectors: np.ndarray, rows: np.ndarray) -> ItemMap:
    """The directions of float32 (n, dim) vectors on their two main axes, by a singular value
    decomposition of the centred directions (Pearson 1901; directions, for channels compare by
    them, and lengths tell how many like an item). An axis is turned so that its largest number is
    positive; without two axes that differ the second, or both, are 0."""
    wide = vectors.astype(np.float64)
    length = np.sqrt(np.square(wide).sum(axis=1, keepdims=True))
    unit = wide / np.maximum(length, 1e-30)
    centred = unit - unit.mean(axis=0) if len(unit) else unit
    left, size, _ = np.linalg.svd(centred, full_matrices=False)
    place, told = np.zeros((len(unit), 2)), np.zeros(2)
    total = np.square(size).sum()
    for axis in range(min(2, len(size))):
        if size[axis] > 1e-9:
            line = left[:, axis] * size[axis]
            place[:, axis] = line * np.sign(line[np.abs(line).argmax()])
            told[axis] = size[axis] ** 2 / total
    return ItemMap(rows, place[:, 0], place[:, 1], (float(told[0]), float(told[1])), len(rows))
