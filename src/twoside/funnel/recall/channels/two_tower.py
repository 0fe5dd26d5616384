"""Two towers: items whose vector lies near that of the person, both learned from what was taken.

    score(person, item) = sharpness * u(person) . y(item) + bias(item)

The person's vector comes from the id, the declared words and the latest items; the item's from
the id and its words. An item without likes has no id vector of its own and is known by its words;
a person who is new, by words and by what was just done. Learned by a softmax over the items of
the batch and others drawn by popularity, with the log-q correction (`samples/negatives.py`).
Source: Yi et al. 2019, "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item
Recommendations", RecSys; Covington et al. 2016, "Deep Neural Networks for YouTube
Recommendations", RecSys. `nn/towers.py` has the net and what we changed in it.

Learning needs torch (the extra `deep`); an answer is arithmetic on arrays, so a server needs none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from twoside.funnel.recall import bag_vectors
from twoside.funnel.recall.bag_vectors import normal
from twoside.funnel.recall.bags import Bags, Words
from twoside.funnel.recall.best_fits import best_fits
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.recent import recent_of
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.with_torch import (
    learning,
    refuse_nonsense,
    refuse_other_shape,
)
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable

_ARRAYS = ("person_id", "item_id", "person_word", "item_word", "turn", "bias", "log_sharpness")


@dataclass(frozen=True)
class TwoTower:
    """Settings of the two-tower channel; `fit` gives the fitted channel."""

    dim: int = 64
    """Length of a vector."""
    temperature: float = 0.2
    """Divides the product of the two vectors, 1 at most: smaller tells items further apart.
    Learning begins with it and finds its own."""
    epochs: int = 6
    """Passes over the likes."""
    again: int = 3
    """Passes of an update over the likes that are new."""
    batch: int = 512
    """Likes taken together; each is a negative for the others."""
    negatives: int = 256
    """Further items drawn by popularity, the same for a whole batch; 0 for none."""
    power: float = 0.75
    """They are drawn in proportion to likes ** power."""
    log_q: bool = True
    """Correct for how often an item is drawn. Without, what is liked by many is pushed down."""
    rows: int = 400_000
    """Most likes to learn from, the newest."""
    half_life_days: float = 7.0
    """Age at which a like counts half in learning."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.6
    """Weight of a recent item against the one after it."""
    forget: float = 0.5
    """Share of ids that learning sees as unknown."""
    learning_rate: float = 0.01
    penalty: float = 0.01
    """Weight decay (AdamW)."""
    averaged: int = 150
    """Steps over which the parameters are averaged, the oldest counting least; at most a quarter
    of all steps."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    threads: int = 1
    """More than one wait for each other, on a busy machine for long."""

    def __post_init__(self) -> None:
        refuse_nonsense("two_tower", self)

    def fit(self, data: RecallData, seed: int) -> FittedTwoTower:
        """Learn both towers; an empty past, or one of a single item, gives empty lists."""
        fitted: FittedTwoTower = learning("two_tower").learn(self, data, seed)
        return fitted

    def update(
        self, fitted: FittedTwoTower, data: RecallData, since_ms: int, seed: int
    ) -> FittedTwoTower:
        """Go on from former parameters, by passes over the likes since `since_ms` only; ids
        that came since begin as the unknown one. Without such likes it is `fitted` itself."""
        if not len(fitted.bias):
            return self.fit(data, seed)
        refuse_other_shape("two_tower", self, fitted.settings, "dim")
        found: FittedTwoTower = learning("two_tower").go_on(self, fitted, data, since_ms, seed)
        return found

    def unpack(self, packed: Packed) -> FittedTwoTower:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        return FittedTwoTower(
            TwoTower(**meta["settings"]),
            Words(tuple(meta["person_columns"]), tuple(meta["person_sizes"])),
            Words(tuple(meta["item_columns"]), tuple(meta["item_sizes"])),
            *(packed.arrays[name] for name in _ARRAYS),
        )


@dataclass(frozen=True)
class _Items:
    """All items as vectors."""

    vector: np.ndarray
    """float32 (items, dim): x, as histories take them"""
    normal: np.ndarray
    """float32 (dim, items): y turned round, so that one number of all items lies together"""
    bias: np.ndarray
    """float32 (items,)"""


@dataclass(frozen=True)
class FittedTwoTower:
    """The parameters of both towers; row 0 of ids and biases is that of the unknown."""

    settings: TwoTower
    person_words: Words
    item_words: Words
    person_id: np.ndarray
    """float32 (people + 1, dim)"""
    item_id: np.ndarray
    """float32 (items + 1, dim)"""
    person_word: np.ndarray
    """float32 (person words, dim)"""
    item_word: np.ndarray
    """float32 (item words, dim)"""
    turn: np.ndarray
    """float32 (dim, dim)"""
    bias: np.ndarray
    """float32 (items + 1,); empty if nothing was learned"""
    log_sharpness: np.ndarray
    """float32 (1,): of 1 over the temperature that was learned; empty likewise"""
    _items: Remembered[_Items] = field(init=False, repr=False, compare=False)
    _bags: Remembered[Bags] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_items", Remembered(self._offers))
        object.__setattr__(self, "_bags", Remembered(self.person_words.bags))

    @property
    def words(self) -> tuple[Words, Words]:
        """Of people, and of items."""
        return self.person_words, self.item_words

    @property
    def net(self) -> dict[str, np.ndarray]:
        """The parameters by name, as `nn.towers.TwoTowerNet` has them."""
        return {name: getattr(self, name) for name in _ARRAYS}

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The nearest items. A person of whom nothing is known gets what everybody likes."""
        if not len(self.bias):
            return Recalled.nothing(len(asking), limit)
        offered = self._items.of(asking.items)
        one_each = np.arange(len(asking) + 1)
        return best_fits(
            asking,
            limit,
            one_each,
            self.people(asking),
            offered.normal,
            offered.bias,
            float(np.exp(self.log_sharpness[0])),
            self.settings.repeat,
        )

    def people(self, asking: Asking) -> np.ndarray:
        """float32 (n, dim): the normal vectors u of those who ask."""
        recent, worth = recent_of(asking.past, self.settings.last, self.settings.decay)
        bags = self._bags.of(asking.people).of(asking.person)
        known = (asking.person >= 0) & (asking.person < len(self.person_id) - 1)
        vector = self.person_id[np.where(known, asking.person + 1, 0)]
        bag_vectors.add(vector, bags, self.person_word)
        _add_past(vector, recent, worth, self._items.of(asking.items).vector, self.turn)
        return normal(vector)

    def vectors(self, items: EntityTable) -> np.ndarray:
        """float32 (items, dim): the normal vectors y, also of items that came after the fit; zeros
        if nothing was learned."""
        if not len(self.bias):
            return np.zeros((items.size, self.settings.dim), np.float32)
        return np.ascontiguousarray(self._items.of(items).normal.T)

    def pack(self) -> Packed:
        """Settings and parameters."""
        meta: dict[str, Any] = {
            "settings": asdict(self.settings),
            "person_columns": list(self.person_words.columns),
            "person_sizes": list(self.person_words.sizes),
            "item_columns": list(self.item_words.columns),
            "item_sizes": list(self.item_words.sizes),
        }
        return Packed(meta, self.net)

    def _offers(self, items: EntityTable) -> _Items:
        rows = np.arange(1, items.size + 1)
        slot = np.where(rows < len(self.bias), rows, 0)
        vector = self.item_id[slot]
        bags = self.item_words.bags(items)
        bag_vectors.add(vector, bags, self.item_word)
        return _Items(vector, np.ascontiguousarray(normal(vector).T), self.bias[slot])


@njit(cache=True, nogil=True)
def _add_past(vector, recent, worth, items, turn):  # type: ignore[no-untyped-def]
    dim = vector.shape[1]
    mean = np.empty(dim, np.float32)
    for i in range(len(vector)):
        mean[:] = 0
        for k in range(recent.shape[1]):
            if recent[i, k] < 0:
                break
            for c in range(dim):
                mean[c] += worth[i, k] * items[recent[i, k], c]
        for a in range(dim):
            for c in range(dim):
                vector[i, c] += mean[a] * turn[a, c]
