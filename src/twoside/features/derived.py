"""Features of features: a preference or a trend divides one column of the matrix by another.

The float32 columns themselves are divided, after the engine or the writers have filled them, so
offline and online cannot differ here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from twoside.features.kinds.cross import Preference
from twoside.features.kinds.statistic import Trend

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twoside.features.definition import Feature

Derived: TypeAlias = Preference | Trend
"""The kinds that are computed from other features of the list."""


def sources(f: Feature) -> tuple[str, ...]:
    """The names of the features that it is computed from; none if it is not derived."""
    return (f.of, f.over) if isinstance(f, Derived) else ()


def with_sources(names: Iterable[str], features: Sequence[Feature]) -> tuple[Feature, ...]:
    """The named features of a list that passed `catalogue.check`, and all that they are computed
    from, in the order of the list."""
    named = {f.name: f for f in features}
    wanted: set[str] = set()
    left = list(names)
    while left:
        name = left.pop()
        if name not in wanted:
            wanted.add(name)
            left += sources(named[name])
    return tuple(f for f in features if f.name in wanted)


def in_order(features: Sequence[Feature]) -> list[Derived]:
    """The derived ones, each after those that it is computed from."""
    named = {f.name: f for f in features}
    ordered: dict[str, Derived] = {}

    def add(f: Feature) -> None:
        if isinstance(f, Derived) and f.name not in ordered:
            for name in sources(f):
                add(named[name])
            ordered[f.name] = f

    for f in features:
        add(f)
    return list(ordered.values())


def fill(values: np.ndarray, features: Sequence[Feature]) -> None:
    """Compute the derived columns of float32 (n, len(features)) from the others, in place."""
    column = {f.name: n for n, f in enumerate(features)}
    for f in in_order(features):
        of, over = values[:, column[f.of]], values[:, column[f.over]]
        values[:, column[f.name]] = np.divide(of, over, np.full_like(of, np.nan), where=over != 0)
