"""Item2Vec: items stand near each other when people like them one after the other, or when their
words do.

Each item is a bag: itself, its words of every category column, and character n-grams of these
words where the data tells the words. All get vectors by skip-gram over the sequences of liked
items (`recall.skipgram`), an item's vector is the weighted sum over its bag, and a person gets
what is near to the recent items (`recall.near_items`). In the bag

    an item itself weighs  sqrt(n / (n + shrink)),  n: how many like it
    each of m words of a column  words / sqrt(m)

so a rare item is carried by its words, and a new one is known by nothing else; an item of many
likes is moved away from those that are described alike.
Source: Barkan & Koenigstein 2016, "Item2Vec: Neural Item Embedding for Collaborative Filtering",
MLSP; side information after Vasile et al. 2016, "Meta-Prod2Vec", RecSys; n-grams after Bojanowski
et al. 2017 (fastText). What we changed: item and words are one bag (in Meta-Prod2Vec each is a
token that predicts the others); the vector of an item is the sum of its two vectors, as word and
as neighbour, for both are learned well when both are bags; the weights in the bag (there none);
near(i, j) grows with how many like j.
`side = False` leaves plain Item2Vec.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import ConfigError
from twoside.funnel.recall.bag_vectors import normal, sums
from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channels._item2vec_features import Features
from twoside.funnel.recall.near_items import NearItems
from twoside.funnel.recall.neighbours import ItemNeighbours
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.skipgram import SkipGram, Tables
from twoside.funnel.recall.taste import Taste
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData, Recalled
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Item2Vec:
    """Settings of the Item2Vec channel; `fit` gives the fitted channel."""

    dim: int = 64
    """Length of a vector."""
    side: bool = True
    """Items are known by their words, too."""
    words: float = 3.0
    """Weight of a column's words together, against 1 for an item itself that very many like."""
    shrink: float = 2.0
    """Likes at which an item itself weighs 1 / sqrt(2); larger: it takes more likes to outweigh
    the words. An item without words weighs 1."""
    shortest: int = 2
    """Letters of the shortest n-gram of a word, borders counted."""
    longest: int = 4
    """Letters of the longest; less than `shortest` for words without n-grams."""
    window: int = 5
    """Liked items to each side that count as near."""
    fade: float = 1.0
    """Weight of a place in the window against the one before it, going away."""
    epochs: int = 10
    """Passes over the sequences."""
    again: int = 3
    """Passes over the windows that hold new likes, when a fit is brought up to date."""
    negatives: int = 20
    """Items drawn at each place of a sequence."""
    against: float = 5.0
    """What they weigh together, against the near ones."""
    power: float = 0.75
    """They are drawn in proportion to likes ** power."""
    learning_rate: float = 0.1
    """First step of row-wise Adagrad."""
    latest: int = 100
    """Items kept per person in learning, the newest."""
    neighbours: int = 200
    """Nearest items kept per item."""
    sharpness: float = 10.0
    """Larger: the very nearest count more against the next."""
    fame: float = 0.45
    """Power of an item's likes in how near it is; 0 gives rare items their best chance."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.6
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""

    def __post_init__(self) -> None:
        for name in (
            "dim",
            "shortest",
            "window",
            "epochs",
            "again",
            "negatives",
            "latest",
            "neighbours",
            "last",
        ):
            if getattr(self, name) < 1:
                raise ConfigError(f"item2vec.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("words", "against", "learning_rate", "sharpness"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"item2vec.{name} = {getattr(self, name)}: expected more than 0.")
        for name in ("shrink", "longest", "power", "fame"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"item2vec.{name} = {getattr(self, name)}: expected 0 or more.")
        for name in ("fade", "decay"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"item2vec.{name} = {getattr(self, name)}: expected 0 to 1.")

    def fit(self, data: RecallData, seed: int) -> FittedItem2Vec:
        """Learn the vectors and every item's nearest. An empty past, or one in which nobody liked
        two things, gives empty lists; an item without likes is known by its words, without words
        by nothing. Equal behaviours of a pair count once, at the latest."""
        taste = Taste.of(data, self.latest)
        features = self._features(data, data.items.size, self._words(data.items))
        rng = np.random.default_rng(seed)
        tables = Tables.begin(features.total, self.dim, rng)
        sequences = (taste.start, taste.item, taste.weight)
        return self._learn(data, taste, sequences, features, tables, self.epochs, rng)

    def update(
        self, fitted: FittedItem2Vec, data: RecallData, since_ms: int, seed: int
    ) -> FittedItem2Vec:
        """Go on from the former vectors, `again` times over the windows that hold a new like; new
        items and words begin like those of a fit. When the words are not the former ones and
        more (another column, other texts) it is a new fit."""
        words = self._words(data.items)
        former = self._features(data, len(fitted.vector), fitted.words)
        grown = words.columns == fitted.words.columns
        if not grown or former.total != len(fitted.tables.own):
            return self.fit(data, seed)
        taste = Taste.of(data, self.latest, timed=True)
        features = self._features(data, data.items.size, words)
        rng = np.random.default_rng(seed)
        tables = fitted.tables.moved(former.places_in(features), features.total, rng)
        sequences = _since(taste, since_ms, self.window)
        return self._learn(data, taste, sequences, features, tables, self.again, rng)

    def _learn(
        self,
        data: RecallData,
        taste: Taste,
        sequences: tuple[np.ndarray, np.ndarray, np.ndarray],
        features: Features,
        tables: Tables,
        epochs: int,
        rng: np.random.Generator,
    ) -> FittedItem2Vec:
        words, size = features.words, data.items.size
        likes = np.bincount(taste.item, minlength=size)
        if not (taste.many > 1).any():
            nothing = np.zeros((size, self.dim), np.float32)
            word = np.zeros((words.total, self.dim), np.float32)
            return FittedItem2Vec.of(self, words, word, nothing, likes, tables)
        own = np.sqrt(likes / np.maximum(likes + self.shrink, 1)).astype(np.float32)
        bags = features.bags(data.items, own, self.words)
        how = SkipGram(
            self.dim,
            self.window,
            self.fade,
            self.negatives,
            self.against,
            self.power,
            epochs,
            self.learning_rate,
        )
        tables = how.learn(*sequences, bags, likes, tables, rng)
        table = tables.sum
        taught = np.zeros(features.total, bool)  # what no liked item has stays: nowhere
        taught[bags.of(np.flatnonzero(likes)).word] = True
        table[~taught] = 0
        word = table[size : size + words.total]
        word = word + sums(features.of_word, table[size + words.total :])
        return FittedItem2Vec.of(self, words, word, normal(sums(bags, table)), likes, tables)

    def _words(self, items: EntityTable) -> Words:
        return Words.of(items) if self.side else Words((), ())

    def _features(self, data: RecallData, items: int, words: Words) -> Features:
        return Features.of(items, words, data.words, self.shortest, self.longest)

    def unpack(self, packed: Packed) -> FittedItem2Vec:
        """The fitted channel that `pack` described."""
        meta, a = packed.meta, packed.arrays
        words = Words(tuple(meta["columns"]), tuple(meta["sizes"]))
        lists = a["start"], a["item"], a["near"]
        return FittedItem2Vec(
            Item2Vec(**meta["settings"]),
            words,
            a["word"],
            a["vector"],
            a["likes"],
            lists,
            Tables(a["own"], a["other"], a["met"]),
        )


def _since(taste: Taste, since_ms: int, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """start, item, weight of the ends of those sequences that have new likes: these, and the
    `window` likes before them."""
    upto = np.concatenate([[0], np.cumsum(taste.ts_ms >= since_ms)])
    new = upto[taste.start[1:]] - upto[taste.start[:-1]]
    length = np.where(new > 0, np.minimum(new + window, taste.many), 0)
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    pick = np.arange(start[-1]) + np.repeat(taste.start[1:] - start[1:], length)
    return start, taste.item[pick], taste.weight[pick]


@dataclass(frozen=True)
class FittedItem2Vec:
    """Vectors of words and of items, and the lists of the items that were there at the fit."""

    settings: Item2Vec
    words: Words
    word: np.ndarray
    """float32 (words, dim): with the word's n-grams in it"""
    vector: np.ndarray
    """float32 (items, dim): length 1, zeros where nothing is known"""
    likes: np.ndarray
    """int64 (items,): how many liked it"""
    lists: tuple[np.ndarray, np.ndarray, np.ndarray]
    """start, item, near: as in `ItemNeighbours`"""
    tables: Tables
    """Of all features; the next update goes on from them"""
    _neighbours: Remembered[ItemNeighbours] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_neighbours", Remembered(self._with_new))

    @staticmethod
    def of(
        settings: Item2Vec,
        words: Words,
        word: np.ndarray,
        vector: np.ndarray,
        likes: np.ndarray,
        tables: Tables,
    ) -> FittedItem2Vec:
        """From vectors: the lists are worked out."""
        near = NearItems(settings.neighbours, settings.sharpness, settings.fame)
        lists = near.lists(vector, likes)
        return FittedItem2Vec(settings, words, word, vector, likes, lists, tables)

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The items nearest to what the person liked last; nothing for people without likes."""
        return self._neighbours.of(asking.items).recall(asking, limit)

    def neighbours(self, items: EntityTable) -> ItemNeighbours:
        """The lists by which it answers, of all items of a table."""
        return self._neighbours.of(items)

    def vectors(self, items: EntityTable) -> np.ndarray:
        """float32 (items, dim): of all items of a table; those that came after the fit by their
        words, zeros if they have none."""
        known = self.vector[: items.size]
        new = np.arange(len(known), items.size)
        if not len(new):
            return known
        return np.concatenate([known, normal(sums(self.words.bags(items).of(new), self.word))])

    def pack(self) -> Packed:
        """Settings, vectors, lists and tables."""
        meta: dict[str, Any] = {
            "settings": asdict(self.settings),
            "columns": list(self.words.columns),
            "sizes": list(self.words.sizes),
        }
        arrays = {"word": self.word, "vector": self.vector, "likes": self.likes}
        arrays |= dict(zip(("start", "item", "near"), self.lists, strict=True))
        arrays |= {"own": self.tables.own, "other": self.tables.other, "met": self.tables.met}
        return Packed(meta, arrays)

    def _with_new(self, items: EntityTable) -> ItemNeighbours:
        """The lists for a table; worked out anew if it has items that came after the fit."""
        s = self.settings
        lists = self.lists
        if items.size > len(self.vector):
            likes = np.zeros(items.size, np.int64)
            likes[: len(self.likes)] = self.likes
            near = NearItems(s.neighbours, s.sharpness, s.fame)
            lists = near.lists(self.vectors(items), likes)
        return ItemNeighbours(*lists, asdict(s), s.last, s.decay, s.repeat)
