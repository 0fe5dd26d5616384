"""Backward elimination: the weakest of what is left go, and trees are asked again without them.

Features that say nearly the same divide a worth between them, so in one ranking of all of them each
looks poor, and of a good group none may come in, or many. Here half of such a group goes in one
round and what stays has their worth in the next. It starts from what the methods agree is the
better part: trees on all of a wide catalogue see too much by chance.

A feature's worth in a round is its share in the gain of the trees, which many rows make sure, and
its share in what they lose on the held-out days when it is shuffled, which is nothing for what was
only learned by heart or did not last: both together, a target by the root of its rarer class.
Source: Guyon, Weston, Barnhill & Vapnik 2002, "Gene selection for cancer classification using
support vector machines", Machine Learning 46 (recursive feature elimination), with this worth in
place of the squared weight of a linear machine, and several targets at once.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.features.selection.consensus import shares
from twoside.features.selection.evidence import Evidence, Trees
from twoside.features.selection.methods.permutation import Permutation
from twoside.features.selection.methods.xgboost_gain import XGBoostGain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.schema.progress import Tick
    from twoside.store.kept import Kept


def _trees() -> Trees:
    return Trees(
        rounds=100, max_depth=4, min_child_weight=30.0, reg_lambda=10.0, colsample_bytree=0.3
    )


@dataclass(frozen=True)
class Elimination:
    """Settings of the elimination."""

    share: float = 1 / 3
    """Of all features, the best by consensus, that it starts from; at least twice what is kept."""
    drop: float = 0.25
    """Share of what is left that goes in a round."""
    trees: Trees = field(default_factory=_trees)
    """Smaller than those of the methods, as a ranker's are."""

    def start(self, ranked: Sequence[str], features: int, keep: int) -> tuple[str, ...]:
        """Of names, best first, those that it starts from. `features`: of the catalogue."""
        return tuple(ranked[: max(round(self.share * features), 2 * keep)])

    def sizes(self, start: int, keep: int) -> list[int]:
        """How many are left in each round, from the first to the last: `keep`."""
        found = [start]
        while found[-1] > keep:
            found.append(max(keep, int(found[-1] * (1 - self.drop))))
        return found

    def best(
        self, evidence: Evidence, names: tuple[str, ...], keep: int, kept: Kept | None, tick: Tick
    ) -> tuple[str, ...]:
        """At most `keep` of the names, best first. A round is kept as soon as it is done."""
        sizes = self.sizes(len(names), keep)
        left = names
        for turn, size in enumerate(sizes):
            left = left[:size]
            before = sum(sizes[:turn])

            def part(done: float, before: int = before, size: int = size) -> None:
                tick((before + done * size) / sum(sizes))

            left = self._ranked(evidence, left, kept, part)
        tick(1.0)
        return left

    def _ranked(
        self, evidence: Evidence, names: tuple[str, ...], kept: Kept | None, tick: Tick
    ) -> tuple[str, ...]:
        """The names by trees on them alone, best first."""
        about = (evidence.digest, self.trees, sorted(names))
        key = f"elimination-{hashlib.sha256(repr(about).encode()).hexdigest()[:24]}"
        found = kept.load(key) if kept else None
        if found is None:
            found = {"features": self._by_trees(evidence.only(names, self.trees), tick)}
            if kept:
                kept.save(key, found)
        return tuple(found["features"])

    def _by_trees(self, evidence: Evidence, tick: Tick) -> list[str]:
        gained = XGBoostGain().scores(evidence, lambda done: tick(0.8 * done))
        lost = Permutation().scores(evidence, lambda done: tick(0.8 + 0.2 * done))
        share = (shares(gained) + shares(lost)) @ evidence.sureness()
        return [evidence.names[n] for n in np.argsort(-share, kind="stable")]
