"""What rows count, by what followed and by where they come from.

Both shift the rates that a model learns, on purpose: a target whose positives count three times is
predicted about three times as often. Use them for order, or fuse with that in mind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twoside.schema.domain import Scene
    from twoside.store.lake import Lake


@dataclass(frozen=True)
class Source:
    """Rows of one source, told by a context column of the scene (the tab of the app)."""

    column: str
    word: str
    weight: float
    """What each such row counts; above 0."""


def by_target(
    labels: Mapping[str, np.ndarray],
    factors: Mapping[str, np.ndarray],
    positives: Mapping[str, float],
) -> dict[str, np.ndarray]:
    """The factors, with the positives of each target of `positives` counting so many times."""
    found = dict(factors)
    for target, weight in positives.items():
        if target not in labels:
            raise ConfigError(
                f"training.positives: no target '{target}'. {did_you_mean(target, labels)}"
            )
        _check(f"training.positives.{target}", weight)
        times = np.where(labels[target] == 1, np.float32(weight), np.float32(1))
        found[target] = times * found.get(target, np.float32(1))
    return found


def by_source(lake: Lake, scene: Scene, rows: pa.Table, sources: Sequence[Source]) -> np.ndarray:
    """float32 (n,): the product of the weights of the sources that a row belongs to. `rows` has
    `context__<column>` codes."""
    weight = np.ones(rows.num_rows, np.float32)
    known = [column.name for column in scene.context if column.type == "category"]
    for n, source in enumerate(sources):
        where = f"training.sources[{n}]"
        if source.column not in known:
            raise ConfigError(
                f"{where}.column = '{source.column}': expected a category of the context of "
                f"{scene.name}. {did_you_mean(source.column, known)}"
            )
        _check(f"{where}.weight", source.weight)
        words = lake.vocabulary(source.column).words.to_pylist()
        if source.word not in words:
            raise ConfigError(
                f"{where}.word = '{source.word}': the lake has no such {source.column}. "
                f"{did_you_mean(source.word, words)}"
            )
        code = words.index(source.word)
        weight[rows[f"context__{source.column}"].to_numpy() == code] *= source.weight
    return weight


def _check(where: str, weight: float) -> None:
    if not 0 < weight < float("inf"):
        raise ConfigError(f"{where} = {weight}: expected a number above 0.")
