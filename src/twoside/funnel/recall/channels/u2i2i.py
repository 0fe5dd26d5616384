"""U2I2I: what lies near to the recent items by their vectors.

    score(j) = sum over recent items i of  worth_i * cosine(y_i, y_j) * |y_j|^fame
    worth_i = weight_i * decay^k * 2^(-age / half-life),  i the k-th latest liked item, from 0

Vectors are learned from likes (`recall/als.py`), and only the `neighbours` nearest of each item
count. With `vectors = "content"` an item without likes, also one that came after the fit, has the
direction that its words tell (`recall/word_vectors.py`) and the median length.
Source: item-based collaborative filtering in a space of factors, Koren 2008, "Factorization Meets
the Neighborhood", KDD (section 2.2 names the practice). Ours: decay by order and by age together,
the power of the length, and words where there are no likes.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.near_lists import NearLists, famed, merged
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.seeds import Seeds, never
from twoside.funnel.recall.word_vectors import WordVectors
from twoside.index.vectors import VectorIndex
from twoside.schema.artefact import Packed, inside, within
from twoside.schema.reasons import Reasons

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.index.vectors import Index
    from twoside.schema.entities import EntityTable
    from twoside.schema.request import Candidates


@dataclass(frozen=True)
class U2I2I:
    """Settings of the channel of near items; `fit` gives the fitted channel."""

    vectors: Literal["als", "content"] = "content"
    """als: items that nobody had liked at the fit have no vector. content: theirs are told by
    their words."""
    als: ALS = field(default_factory=ALS)
    """How the vectors are learned."""
    neighbours: int = 200
    """Nearest items kept per item."""
    fame: float = 0.4
    """Power of an item's length; long are those that many like. 0 is the cosine."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.7
    """Weight of a recent item against the one after it."""
    half_life_days: float = 30.0
    """Age at which a recent item counts half, besides."""
    penalty: float = 1.0
    """L2 on the vectors of words."""
    iterations: int = 30
    """Steps of learning the vectors of words."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    search: VectorIndex = field(default_factory=VectorIndex)
    """How vectors are searched; always by the product."""

    def __post_init__(self) -> None:
        if self.vectors not in ("als", "content"):
            raise ConfigError(f"u2i2i.vectors = '{self.vectors}': expected 'als' or 'content'.")
        for name in ("neighbours", "last", "iterations"):
            if getattr(self, name) < 1:
                raise ConfigError(f"u2i2i.{name} = {getattr(self, name)}: expected 1 or more.")
        if not 0 <= self.decay <= 1:
            raise ConfigError(f"u2i2i.decay = {self.decay}: expected 0 to 1.")
        for name in ("half_life_days", "penalty"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"u2i2i.{name} = {getattr(self, name)}: expected more than 0.")

    def fit(self, data: RecallData, seed: int) -> FittedU2I2I:
        """Learn vectors and lists; an empty past gives a channel that finds nothing."""
        return self._of(self.als.learn(data, seed).vector, data, seed)

    def update(
        self,
        fitted: FittedU2I2I,
        data: RecallData,
        since_ms: int,  # noqa: ARG002 - ages change all likes a little
        seed: int,
    ) -> FittedU2I2I:
        """Learn the vectors on from the former ones; lists and words are made anew."""
        return self._of(self.als.update(fitted.vector, data, seed).vector, data, seed)

    def _of(self, vector: np.ndarray, data: RecallData, seed: int) -> FittedU2I2I:
        near = NearLists.of_vectors(vector, self.fame, self.neighbours, self.search, seed)
        if self.vectors == "als":
            return FittedU2I2I(self, vector, near, None)
        words = WordVectors.learn(data.items, vector, self.penalty, self.iterations)
        return FittedU2I2I(self, vector, near, words)

    def unpack(self, packed: Packed) -> FittedU2I2I:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        told = dict(meta["settings"])
        told |= {"als": ALS(**told["als"]), "search": VectorIndex(**told["search"])}
        near = NearLists.unpack(inside(packed, "near"))
        words = WordVectors.unpack(inside(packed, "words")) if "words" in meta else None
        return FittedU2I2I(U2I2I(**told), packed.arrays["vector"], near, words)


@dataclass(frozen=True)
class _New:
    """Items without likes at the fit, as they are now."""

    unit: np.ndarray
    """float32 (items, dim): the direction of every item, learned or told by its words"""
    length: np.ndarray
    """float32 (items,): of the vector by which one told by words is found; 0 for the others"""
    index: Index
    """Over those told by words."""


@dataclass(frozen=True)
class FittedU2I2I:
    """Items near to recent ones.

    It has nothing for people without a recent item that has neighbours. With "als" it knows
    nothing of items that nobody had liked at the fit; with "content" these are found by their
    words (without a word that was there at the fit they are not), and when one of them was just
    liked it leads to others like it, not to items with likes, until the next fit.
    """

    settings: U2I2I
    vector: np.ndarray
    """float32 (items, dim): as learned, zeros for items without likes"""
    near: NearLists
    words: WordVectors | None
    """None when no words are looked at."""
    _new: Remembered[_New] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_new", Remembered(self._newcomers))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The sum over recent items, best first."""
        s = self.settings
        seeds = Seeds.of(asking, s.last, s.decay, s.half_life_days)
        barred = never(asking, s.repeat)
        found = self.near.gather(seeds, asking.is_open, barred, limit)
        if self.words is None:
            return found
        new = self._new.of(asking.items)
        towards = _towards(seeds.start, seeds.item, seeds.worth, new.unit)
        told = Recalled(*new.index.search(towards, limit, asking.is_open, barred))
        return merged(found, told)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each recent item adds to the score of an item."""
        s = self.settings
        seeds = Seeds.of(asking, s.last, s.decay, s.half_life_days)
        learned = 0 <= item < len(self.vector) and self.vector[item].any()
        if self.words is None or learned:
            return self.near.reasons(seeds, item)
        new = self._new.of(asking.items)
        seeds = seeds.known((new.unit != 0).any(axis=1))
        if not 0 <= item < len(new.unit):
            return self.near.reasons(seeds, item)
        offered = new.unit[item].astype(np.float64) * new.length[item]
        return Reasons.sorted(seeds.item, seeds.worth * (new.unit[seeds.item] @ offered))

    def nearest(self, item: int, most: int) -> Candidates:
        """The list of an item; an item without likes has none."""
        return self.near.nearest(item, most)

    def _newcomers(self, items: EntityTable) -> _New:
        assert self.words is not None
        known = np.flatnonzero(self.vector[: items.size].any(axis=1))
        unit = np.zeros((items.size, self.vector.shape[1]), np.float32)
        unit[known] = famed(self.vector[known], 0)
        told = self.words.of(items)
        new = np.flatnonzero(~unit.any(axis=1) & told.any(axis=1))
        offered = told[new] * np.float32(self._length() ** self.settings.fame)
        unit[new] = famed(told[new], 0)
        length = np.zeros(items.size, np.float32)
        length[new] = np.sqrt((offered.astype(np.float64) ** 2).sum(axis=1))
        search = VectorIndex("inner", self.settings.search.exact_below)
        return _New(unit, length, search.build(new, offered))

    def _length(self) -> float:
        """Median length of the learned vectors; 0 without any."""
        length = np.sqrt(np.square(self.vector, dtype=np.float64).sum(axis=1))
        return float(np.median(length[length > 0])) if length.any() else 0.0

    def pack(self) -> Packed:
        """Settings, vectors, lists, and with words their vectors."""
        near = self.near.pack()
        meta = {"settings": asdict(self.settings), "near": near.meta}
        arrays = {"vector": self.vector, **within("near", near)}
        if self.words is not None:
            words = self.words.pack()
            meta["words"] = words.meta
            arrays |= within("words", words)
        return Packed(meta, arrays)


@njit(cache=True, nogil=True)
def _towards(start, item, worth, unit):  # type: ignore[no-untyped-def]
    """float32 (n, dim): the sum of the directions of recent items by their worth."""
    n, dim = len(start) - 1, unit.shape[1]
    out = np.zeros((n, dim), np.float32)
    total = np.empty(dim)
    for i in range(n):
        total[:] = 0
        for r in range(start[i], start[i + 1]):
            if item[r] < len(unit):
                for c in range(dim):
                    total[c] += worth[r] * unit[item[r], c]
        for c in range(dim):
            out[i, c] = total[c]
    return out
