"""Factors: items whose vector fits the person's, or lies near those of recent items.

`by = "person"`: score(j) = x . y_j |y_j|^(fame - 1), x the person's vector, solved exactly from
the recent items when asked (`recall/als.py`). `by = "items"`: score(j) = sum over recent items i
of worth_i * cosine(y_i, y_j) |y_j|^fame ("SimItem").
Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets",
ICDM. Ours: exact fold-in with weights that fall with order, and the power of the item's length:
long vectors are those of items that many like, so less `fame` gives rarer items their chance.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS, Factors
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.near_lists import NearLists, famed
from twoside.funnel.recall.reasons import by_cosine
from twoside.funnel.recall.seeds import Seeds, never
from twoside.index.vectors import VectorIndex
from twoside.schema.artefact import Packed, inside, within

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.index.vectors import Index
    from twoside.schema.entities import EntityTable
    from twoside.schema.reasons import Reasons
    from twoside.schema.request import Candidates


@dataclass(frozen=True)
class ALSSimItem:
    """Settings of the channel of factors; `fit` gives the fitted channel."""

    by: Literal["person", "items"] = "person"
    """What an item's vector is compared with: the person's, or those of recent items."""
    als: ALS = field(default_factory=ALS)
    """How the vectors are learned."""
    fame: float = 0.8
    """Power of an item's length; for `by = "person"` 1 is the plain product and 0 the cosine with
    the person, for `by = "items"` 1 is the product with the recent item's direction and 0 the
    cosine. Less leans away from what everybody likes."""
    last: int = 100
    """Recent items of the person that count."""
    decay: float = 0.7
    """Weight of a recent item against the one after it, beside `als.half_life_days`."""
    neighbours: int = 200
    """Nearest items kept per item, for `by = "items"`."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    search: VectorIndex = field(default_factory=VectorIndex)
    """How vectors are searched; always by the product."""

    def __post_init__(self) -> None:
        if self.by not in ("person", "items"):
            raise ConfigError(f"als_simitem.by = '{self.by}': expected 'person' or 'items'.")
        for name in ("last", "neighbours"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"als_simitem.{name} = {getattr(self, name)}: expected 1 or more."
                )
        if not 0 <= self.decay <= 1:
            raise ConfigError(f"als_simitem.decay = {self.decay}: expected 0 to 1.")

    def fit(self, data: RecallData, seed: int) -> FittedPerson | FittedItems:
        """Learn the vectors; an empty past gives a channel that finds nothing."""
        return self.of(self.als.learn(data, seed), seed)

    def update(
        self,
        fitted: FittedPerson | FittedItems,
        data: RecallData,
        since_ms: int,  # noqa: ARG002 - ages change all likes a little
        seed: int,
    ) -> FittedPerson | FittedItems:
        """Learn on from the former vectors, `als.again` passes in place of `als.iterations`."""
        return self.of(self.als.update(fitted.vector, data, seed), seed)

    def of(self, factors: Factors, seed: int) -> FittedPerson | FittedItems:
        """The channel of vectors that were learned elsewhere; the seed is that of the search."""
        if self.by == "items":
            near = NearLists.of_vectors(
                factors.vector, self.fame, self.neighbours, self.search, seed
            )
            return FittedItems(self, factors.vector, near)
        known = np.flatnonzero(factors.known)
        vectors = famed(factors.vector[known], self.fame)
        index = replace(self.search, metric="inner").build(known, vectors, seed)
        return FittedPerson(self, factors, index)

    def unpack(self, packed: Packed) -> FittedPerson | FittedItems:
        """The fitted channel that `pack` described."""
        told = dict(packed.meta["settings"])
        told |= {"als": ALS(**told["als"]), "search": VectorIndex(**told["search"])}
        settings = ALSSimItem(**told)
        if settings.by == "items":
            near = NearLists.unpack(inside(packed, "near"))
            return FittedItems(settings, packed.arrays["vector"], near)
        index = VectorIndex().unpack(inside(packed, "index"))
        return FittedPerson(settings, Factors.unpack(inside(packed, "factors")), index)

    def seeds(self, asking: Asking) -> Seeds:
        """The recent items of those who ask, as they count."""
        return Seeds.of(asking, self.last, self.decay, self.als.half_life_days)


@dataclass(frozen=True)
class FittedPerson:
    """Items whose vector fits the person's.

    It has nothing for people who liked no item that has a vector, and knows nothing of items that
    nobody had liked at the fit: those are passed over. (A seed like that is passed over, too.)
    """

    settings: ALSSimItem
    factors: Factors
    index: Index
    """Over the items that have a vector."""

    @property
    def vector(self) -> np.ndarray:
        """float32 (items, dim): as learned; the next update goes on from it."""
        return self.factors.vector

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The best items by the product with the vector of each person."""
        seeds = self.settings.seeds(asking).known(self.factors.known)
        people = self.factors.fold_in(seeds)
        barred = never(asking, self.settings.repeat)
        items, scores = self.index.search(people, limit, asking.is_open, barred)
        nobody = np.diff(seeds.start) == 0
        items[nobody], scores[nobody] = -1, 0
        return Recalled(items, scores)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item adds to the score of an item."""
        seeds = self.settings.seeds(asking).known(self.factors.known)
        return self.factors.reasons(seeds, item, self.settings.fame)

    def nearest(self, item: int, most: int) -> Candidates:
        """The nearest by the cosine of the vectors."""
        return by_cosine(self.factors.vector, item, most)

    def vectors(self, items: EntityTable) -> np.ndarray:
        """As they were learned; zeros for items without likes and for those that came after."""
        vector = np.zeros((items.size, self.factors.vector.shape[1]), np.float32)
        shared = min(items.size, len(self.factors.vector))
        vector[:shared] = self.factors.vector[:shared]
        return vector

    def pack(self) -> Packed:
        """Settings, vectors and the index."""
        factors, index = self.factors.pack(), self.index.pack()
        told = {"settings": asdict(self.settings), "factors": factors.meta, "index": index.meta}
        return Packed(told, {**within("factors", factors), **within("index", index)})


@dataclass(frozen=True)
class FittedItems:
    """Items near to recent ones by their vectors.

    It has nothing for people without a recent item that has neighbours, and knows nothing of items
    that nobody had liked at the fit.
    """

    settings: ALSSimItem
    vector: np.ndarray
    """float32 (items, dim): as learned; the next update goes on from it"""
    near: NearLists

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The sum of the lists of recent items, best first."""
        barred = never(asking, self.settings.repeat)
        return self.near.gather(self.settings.seeds(asking), asking.is_open, barred, limit)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item adds to the score of an item."""
        return self.near.reasons(self.settings.seeds(asking), item)

    def nearest(self, item: int, most: int) -> Candidates:
        """The list of an item."""
        return self.near.nearest(item, most)

    def pack(self) -> Packed:
        """Settings, vectors and lists."""
        near = self.near.pack()
        meta = {"settings": asdict(self.settings), "near": near.meta}
        return Packed(meta, {"vector": self.vector, **within("near", near)})
