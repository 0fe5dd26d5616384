"""Content of items: what is described like the items that a person took of late.

    near(a, b) = sum over pieces of  weight(piece) * piece(a, b)

Pieces (`recall.likeness`): the words of each column by idf cosine, each number and the place by
how far they lie apart, and how many like b. Their weights are learned from pairs of items that
one person liked within a few steps against pairs drawn at random (logistic, none below 0), or
set. A person gets what is near to the recent items, as in `itemcf`.

`content` asks how an item fits a person; this asks how it is like another, so it needs nothing
declared and its lists can be looked at, kept and shown ("more like this"): `reasons`.
Source: content-based neighbours, Lops, de Gemmis & Semeraro 2011, "Content-based Recommender
Systems: State of the Art and Trends", Recommender Systems Handbook, section 3.3; learned weights
are ours.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import ConfigError, did_you_mean
from twoside.funnel.recall.evidence import weigh
from twoside.funnel.recall.likeness import Likeness
from twoside.funnel.recall.neighbours import ItemNeighbours, by_block
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.sphere import km_of_chord, unit_vectors
from twoside.funnel.recall.taste import Taste
from twoside.funnel.recall.terms import term_columns
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import Asking, RecallData, Recalled
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class ContentSimItem:
    """Settings of the channel; `fit` gives the fitted channel."""

    weights: dict[str, float] = field(default_factory=dict)
    """Piece -> weight ("title", "near pay", "place", "liked"); a piece that is not named weighs 0.
    Empty: learned."""
    steps: int = 3
    """How far apart one person may have liked two items for them to teach."""
    learn_from: int = 20_000
    """Pairs to learn the weights from, the newest; with fewer than `least` each piece weighs 1,
    being liked 0.1."""
    least: int = 100
    against: int = 10
    """Random items for each pair."""
    penalty: float = 1e-4
    """L2 on the weights of standardised pieces."""
    fame: float = 0.3
    """Share of the learned weight of being liked that counts: 1 finds most, less gives rare items
    their chance."""
    sharpness: float = 1.0
    """An item of the lists counts exp(sharpness * (near - nearest)); 0: all listed alike."""
    neighbours: int = 200
    """Nearest items kept per item."""
    work: int = 4000
    """Most items that one is compared with."""
    latest: int = 100
    """Items kept per person in learning, the newest."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.75
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    threads: int = 1
    """Blocks of items that are listed at once; the lists are the same for any number."""

    def __post_init__(self) -> None:
        whole = (
            "steps",
            "learn_from",
            "against",
            "neighbours",
            "work",
            "latest",
            "last",
            "threads",
        )
        for name in whole:
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"content_simitem.{name} = {getattr(self, name)}: expected 1 or more."
                )
        for name in ("least", "penalty", "fame", "sharpness"):
            if not getattr(self, name) >= 0:
                raise ConfigError(
                    f"content_simitem.{name} = {getattr(self, name)}: expected 0 or more."
                )
        for piece, weight in self.weights.items():
            if not weight >= 0:
                raise ConfigError(
                    f"content_simitem.weights.{piece} = {weight}: expected 0 or more."
                )
        if not 0 <= self.decay <= 1:
            raise ConfigError(f"content_simitem.decay = {self.decay}: expected 0 to 1.")

    def fit(self, data: RecallData, seed: int) -> FittedContentSimItem:
        """Learn the weights and list every item's nearest. Without likes the weights are plain;
        an item without words has no neighbours."""
        taste = Taste.of(data, self.latest)
        liked = np.log1p(np.bincount(taste.item, minlength=data.items.size))
        columns, numbers = term_columns(data.items), _numbers(data)
        place = None if data.places is None else data.places[2:]
        if place is not None and not set(place) <= set(data.items.columns):
            place = None
        first, second = _taken_together(taste, self.steps, self.learn_from)
        scale = _scales(data.items, numbers, first, second)
        scale_km = _scale_km(data.items, place, first, second)
        plain = _Pieces(columns, numbers, scale, place, scale_km)
        weights = self._set(plain)
        if weights is None:
            weights = self._learned(plain.of(data.items, liked), first, second, seed)
        none = np.zeros(1, np.int64), np.empty(0, np.int32), np.empty(0, np.float32)
        bare = FittedContentSimItem(self, plain, weights, liked[:0], none)
        return replace(bare, liked=liked, lists=bare.all_lists(data.items, liked))

    def _set(self, pieces: _Pieces) -> np.ndarray | None:
        if not self.weights:
            return None
        names = pieces.names
        for piece in self.weights:
            if piece not in names:
                raise ConfigError(
                    f"content_simitem.weights: there is no piece '{piece}'. "
                    f"{did_you_mean(piece, names)}"
                )
        return np.array([self.weights.get(name, 0.0) for name in names])

    def _learned(
        self, likeness: Likeness, first: np.ndarray, second: np.ndarray, seed: int
    ) -> np.ndarray:
        if len(first) < self.least:
            width = likeness.pieces(first[:0], first[:0]).shape[1]
            return np.array([*[1.0] * (width - 1), 0.1])
        rng = np.random.default_rng(seed)
        there = np.flatnonzero((likeness.liked > 0) | (np.diff(likeness.start) > 0))
        other = rng.choice(there, len(first) * self.against)
        good = likeness.pieces(first, second)
        bad = likeness.pieces(np.repeat(first, self.against), other)
        weights = weigh(good, bad, self.penalty)
        weights[-1] *= self.fame
        return weights

    def unpack(self, packed: Packed) -> FittedContentSimItem:
        """The fitted channel that `pack` described."""
        meta, a = packed.meta, packed.arrays
        place = None if meta["place"] is None else (meta["place"][0], meta["place"][1])
        pieces = _Pieces(
            tuple(meta["columns"]), tuple(meta["numbers"]), a["scale"], place, meta["scale_km"]
        )
        lists = a["start"], a["item"], a["near"]
        settings = ContentSimItem(**meta["settings"])
        return FittedContentSimItem(settings, pieces, a["weights"], a["liked"], lists)


def _numbers(data: RecallData) -> tuple[str, ...]:
    """The item columns of numbers, but for places and for what says whether it is open."""
    items, places = data.items, data.places or ()
    return tuple(
        sorted(
            name
            for name, values in items.columns.items()
            if np.issubdtype(values.dtype, np.floating)
            and name not in items.sizes
            and name not in (*places, "is_open", data.born)
        )
    )


def _taken_together(taste: Taste, steps: int, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of items (earlier, later) that one person liked at most `steps` apart: int32 (m,).
    Of too many, evenly spread ones."""
    first, second = [np.empty(0, np.int32)], [np.empty(0, np.int32)]
    for step in range(1, steps + 1):
        same = taste.person[:-step] == taste.person[step:]
        first.append(taste.item[:-step][same])
        second.append(taste.item[step:][same])
    a, b = np.concatenate(first), np.concatenate(second)
    pick = np.unique(np.linspace(0, max(len(a) - 1, 0), min(most, len(a))).astype(np.int64))
    return a[pick], b[pick]


def _scales(
    items: EntityTable, numbers: tuple[str, ...], first: np.ndarray, second: np.ndarray
) -> np.ndarray:
    """float64 (numbers,): median gap of those pairs, the items' spread where there are none; never
    so small that only equal ones are near."""
    scales = []
    for name in numbers:
        values = items.columns[name]
        gap = np.abs(values[first] - values[second])
        gap, there = gap[np.isfinite(gap)], values[np.isfinite(values)]
        spread = float(there.std()) if len(there) else 1.0
        scales.append(max(float(np.median(gap)) if len(gap) else spread, 0.05 * spread, 1e-9))
    return np.array(scales, float)


def _scale_km(
    items: EntityTable, place: tuple[str, str] | None, first: np.ndarray, second: np.ndarray
) -> float:
    """Median km between those pairs, at least 1; 10 where no two places are known."""
    if place is None:
        return 10.0
    points = unit_vectors(items.columns[place[0]], items.columns[place[1]])
    chord = np.sqrt(((points[first] - points[second]) ** 2).sum(axis=1))
    km = km_of_chord(chord[np.isfinite(chord)])
    return max(float(np.median(km)), 1.0) if len(km) else 10.0


@dataclass(frozen=True)
class _Pieces:
    """What items are compared by."""

    columns: tuple[str, ...]
    numbers: tuple[str, ...]
    scale: np.ndarray
    """float64 (numbers,)"""
    place: tuple[str, str] | None
    scale_km: float

    @property
    def names(self) -> tuple[str, ...]:
        place = () if self.place is None else ("place",)
        return (*self.columns, *(f"near {name}" for name in self.numbers), *place, "liked")

    def of(self, items: EntityTable, liked: np.ndarray) -> Likeness:
        """The items of a table; `liked` float64 (items,): log(1 + likes)."""
        return Likeness.of(
            items, self.columns, self.numbers, self.scale, self.place, self.scale_km, liked
        )


@dataclass(frozen=True)
class FittedContentSimItem:
    """The weights of the pieces, and the lists of the items that were there at the fit."""

    settings: ContentSimItem
    by: _Pieces
    weights: np.ndarray
    """float64 (pieces,), in order of `names`"""
    liked: np.ndarray
    """float64 (items,): log(1 + likes) at the fit; items that came later have the mean"""
    lists: tuple[np.ndarray, np.ndarray, np.ndarray]
    """start, item, near, as in `ItemNeighbours`; near as it stands in the equation above"""
    _neighbours: Remembered[ItemNeighbours] = field(init=False, repr=False, compare=False)
    _likeness: Remembered[Likeness] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        make = Remembered(lambda items: self.by.of(items, self._liked(items.size)))
        object.__setattr__(self, "_likeness", make)
        object.__setattr__(self, "_neighbours", Remembered(self._listed))

    @property
    def names(self) -> tuple[str, ...]:
        """The pieces by name."""
        return self.by.names

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """What is like the items that the person liked last; nothing for people without likes."""
        return self._neighbours.of(asking.items).recall(asking, limit)

    def neighbours(self, items: EntityTable) -> ItemNeighbours:
        """The lists by which it answers, of all items of a table."""
        return self._neighbours.of(items)

    def reasons(
        self, items: EntityTable, first: np.ndarray, second: np.ndarray
    ) -> Mapping[str, np.ndarray]:
        """Piece -> float64 (m,): what each adds to near(a, b) of pairs int (m,) of items. They sum
        to it."""
        parts = self._likeness.of(items).pieces(first, second) * self.weights
        return {name: parts[:, n] for n, name in enumerate(self.names)}

    def all_lists(
        self, items: EntityTable, liked: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """start, item, near of every item of a table."""
        s, likeness = self.settings, self.by.of(items, liked)
        k = min(s.neighbours, max(items.size - 1, 0))

        def rows(begin: int, end: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
            count, item, near = likeness.lists(np.arange(begin, end), self.weights, k, s.work)
            kept = np.arange(k) < count[:, None]
            return count, item[kept], near[kept]

        return by_block(items.size, 2048, s.threads, rows)

    def pack(self) -> Packed:
        """Settings, weights and lists."""
        by = self.by
        meta: dict[str, Any] = {
            "settings": asdict(self.settings),
            "columns": list(by.columns),
            "numbers": list(by.numbers),
            "place": None if by.place is None else list(by.place),
            "scale_km": by.scale_km,
        }
        start, item, near = self.lists
        arrays = {"scale": by.scale, "weights": self.weights, "liked": self.liked}
        return Packed(meta, {**arrays, "start": start, "item": item, "near": near})

    def _liked(self, size: int) -> np.ndarray:
        known = np.full(size, self.liked.mean() if len(self.liked) else 0.0)
        known[: len(self.liked)] = self.liked[:size]
        return known

    def _listed(self, items: EntityTable) -> ItemNeighbours:
        """The lists for a table: of items that came after the fit made anew, and these put into
        the lists of the others, as far as each finds them among its own `work`."""
        s = self.settings
        start, item, near = self.lists
        if items.size > len(self.liked):
            start, item, near = self._with_new(items)
        top = np.zeros(len(start) - 1, np.float32)
        has = np.diff(start) > 0
        top[has] = near[start[:-1][has]]
        loud = np.exp(s.sharpness * (near - np.repeat(top, np.diff(start)))).astype(np.float32)
        return ItemNeighbours(start, item, loud, asdict(s), s.last, s.decay, s.repeat)

    def _with_new(self, items: EntityTable) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        s, known = self.settings, len(self.liked)
        likeness = self._likeness.of(items)
        new = np.arange(known, items.size)
        count, found, value = likeness.lists(new, self.weights, s.work, s.work)
        kept = np.arange(found.shape[1]) < count[:, None]
        owner = np.repeat(new, count)
        a, b, near = owner, found[kept], value[kept].astype(float)
        back = a[b < known], b[b < known]  # seen from the known item: how much the new one is liked
        turned = near[b < known] + self.weights[-1] * (
            likeness.liked[back[0]] - likeness.liked[back[1]]
        )
        first = np.concatenate([np.repeat(np.arange(known), np.diff(self.lists[0])), a, back[1]])
        second = np.concatenate([self.lists[1], b, back[0]])
        both = np.concatenate([self.lists[2], near, turned]).astype(np.float32)
        order = np.lexsort((second, -both, first))
        first, second, both = first[order], second[order], both[order]
        begin = np.searchsorted(first, np.arange(items.size + 1))
        place = np.arange(len(first)) - begin[first]
        good = (place < s.neighbours) & (both > 0)
        start = np.zeros(items.size + 1, np.int64)
        np.cumsum(np.bincount(first[good], minlength=items.size), out=start[1:])
        return start, second[good].astype(np.int32), both[good]
