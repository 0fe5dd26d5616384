"""Similarity: how much of what the person declares the item meets, by a rule that is written down.

    score(i) = sum of w_k * met_k(i) / sum of w_k + liked * quality(i),  over what is declared

met of words     share of the declared words of a column that the item has (one word: 1 or 0)
met of a number  max(0, 1 - |item's - declared| / (within * |declared|)); a declared 0 is met by 0
met of the place max(0, 1 - km / within_km)

Weights are settings, not learned: what the rule says today it says tomorrow, and everybody can
check it by hand. `quality` is the percentile of how much an item is liked; it parts the many items
that meet the same. `content` learns such weights, and reads what the person did besides.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.groups import numbers_of
from twoside.funnel.recall.popularity import liked, percentile
from twoside.funnel.recall.profiles import Profiles
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.sphere import EARTH_KM, unit_vectors
from twoside.funnel.recall.terms import Terms
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Similarity:
    """Settings of the similarity channel. Without declared matches it finds nothing."""

    weights: dict[str, float] = field(default_factory=dict)
    """What an item column weighs, by its name; "place" for the place; 1 without. 0 leaves it
    out."""
    within: float = 0.5
    """Share of the declared number at which an item's number is met no more."""
    within_km: float = 50.0
    """Distance at which the place is met no more."""
    liked: float = 0.05
    """Weight of quality; below the least step between two degrees of meeting it only parts
    equals."""
    half_life_days: float = 7.0
    """Age at which a behaviour counts half for quality."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""

    def __post_init__(self) -> None:
        for name in ("within", "within_km", "half_life_days"):
            if not getattr(self, name) > 0:
                raise ConfigError(
                    f"similarity.{name} = {getattr(self, name)}: expected more than 0."
                )
        if not self.liked >= 0:
            raise ConfigError(f"similarity.liked = {self.liked}: expected 0 or more.")
        for name, weight in self.weights.items():
            if not weight >= 0:
                raise ConfigError(f"similarity.weights.{name} = {weight}: expected 0 or more.")

    def fit(self, data: RecallData, seed: int) -> FittedSimilarity:  # noqa: ARG002 - exact
        """Note which columns meet; an empty past makes all items alike in quality."""
        words = tuple(
            (mine, theirs)
            for mine, theirs in data.matches
            if mine in data.people.sizes or mine in data.people.lists
        )
        numbers = tuple(pair for pair in data.matches if pair not in words)
        known = {theirs for _, theirs in data.matches} | {"place"}
        for name in self.weights:
            if name not in known:
                raise ConfigError(
                    f"similarity.weights: there is no match '{name}'. "
                    f"Known: {', '.join(sorted(known))}."
                )
        quality = percentile(liked(data, self.half_life_days))
        return FittedSimilarity(self, words, numbers, data.places, quality)

    def unpack(self, packed: Packed) -> FittedSimilarity:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        words, numbers = (
            tuple((mine, theirs) for mine, theirs in meta[name]) for name in ("words", "numbers")
        )
        p = meta["places"]
        places = None if p is None else (p[0], p[1], p[2], p[3])
        settings = Similarity(**meta["settings"])
        return FittedSimilarity(settings, words, numbers, places, packed.arrays["quality"])


@dataclass(frozen=True)
class _Offered:
    """All items as they are now."""

    terms: Terms
    numbers: np.ndarray
    """float64 (items, numbers)"""
    place: np.ndarray
    """float64 (items, 3): on the unit sphere, NaN unknown"""
    quality: np.ndarray
    """float64 (items,)"""


@dataclass(frozen=True)
class FittedSimilarity:
    """Knows how much items are liked; what is declared comes with the question."""

    settings: Similarity
    words: Pairs
    numbers: Pairs
    places: tuple[str, str, str, str] | None
    quality: np.ndarray
    """float64 (items,), 0 to 1"""
    _offered: Remembered[_Offered] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_offered", Remembered(self._offers))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """Items that meet something; nothing for people never seen or who declare nothing."""
        offered, past = self._offered.of(asking.items), asking.past
        terms, weights = offered.terms, self.settings.weights
        said = Profiles.of(asking.person, past, asking.people, self.words, terms, 0, 1.0)
        of_column = np.array([weights.get(name, 1.0) for name in terms.columns])
        of_number = np.array([weights.get(theirs, 1.0) for _, theirs in self.numbers])
        home = np.full((len(asking), 3), np.nan)
        if self.places is not None:
            degrees = numbers_of(asking.people, self.places[:2], asking.person)
            home = unit_vectors(degrees[:, 0], degrees[:, 1])
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _meeting(
            past.start,
            past.item,
            past.weight,
            past.refused,
            said.start,
            said.term,
            said.column,
            said.declared,
            terms.of_start,
            terms.of_item,
            of_column,
            numbers_of(asking.people, tuple(mine for mine, _ in self.numbers), asking.person),
            offered.numbers,
            of_number,
            self.settings.within,
            home,
            offered.place,
            weights.get("place", 1.0),
            self.settings.within_km,
            self.settings.liked * offered.quality,
            asking.is_open,
            self.settings.repeat,
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings, columns and quality."""
        meta = {
            "settings": asdict(self.settings),
            "words": [list(pair) for pair in self.words],
            "numbers": [list(pair) for pair in self.numbers],
            "places": None if self.places is None else list(self.places),
        }
        return Packed(meta, {"quality": self.quality})

    def _offers(self, items: EntityTable) -> _Offered:
        columns = tuple(dict.fromkeys(theirs for _, theirs in self.words))
        numbers = tuple(theirs for _, theirs in self.numbers)
        place = np.full((items.size, 3), np.nan)
        if self.places is not None:
            place = unit_vectors(*(items.columns[name] for name in self.places[2:]))
        quality = np.full(items.size, 0.5)  # items that came after the fit
        quality[: len(self.quality)] = self.quality[: items.size]
        every = np.arange(items.size)
        return _Offered(Terms.of(items, columns), numbers_of(items, numbers, every), place, quality)


@njit(cache=True, nogil=True)
def _meeting(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a piece
    past_start,
    past_item,
    past_weight,
    refused,
    start,
    term,
    column,
    declared,
    of_start,
    of_item,
    of_column,
    wanted,
    numbers,
    of_number,
    within,
    home,
    place,
    of_place,
    within_km,
    bonus,
    is_open,
    repeat,
    out_items,
    out_scores,
):
    size, limit = len(is_open), out_items.shape[1]
    keys = buffer(limit)
    met = np.zeros(size, np.float64)
    barred = np.zeros(size, np.bool_)
    there = np.zeros(len(of_column), np.bool_)
    reach = (2 * np.sin(min(within_km / (2 * EARTH_KM), np.pi / 2))) ** 2
    for i in range(len(start) - 1):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r] or (not repeat and past_weight[r] > 0)
        whole = 0.0
        met[:] = 0.0
        there[:] = False
        for s in range(start[i], start[i + 1]):
            c = column[s]
            if not there[c]:
                there[c] = True
                whole += of_column[c]
            share = of_column[c] * declared[s] * declared[s]  # declared is 1 / sqrt(words)
            for e in range(of_start[term[s]], of_start[term[s] + 1]):
                met[of_item[e]] += share
        for c in range(len(of_number)):
            a = wanted[i, c]
            if np.isnan(a) or of_number[c] == 0:
                continue
            whole += of_number[c]
            width = max(within * abs(a), 1e-12)
            for j in range(size):
                near = 1 - abs(numbers[j, c] - a) / width
                if near > 0:
                    met[j] += of_number[c] * near
        x, y, z = home[i]
        if not np.isnan(x) and of_place > 0:
            whole += of_place
            for j in range(size):
                square = (place[j, 0] - x) ** 2 + (place[j, 1] - y) ** 2 + (place[j, 2] - z) ** 2
                if square < reach:
                    km = 2 * EARTH_KM * np.arcsin(np.sqrt(square) / 2)
                    met[j] += of_place * max(1 - km / within_km, 0.0)
        kept, bar = 0, ALL
        if whole > 0:
            for j in range(size):
                keys[kept] = key_of(np.float32(met[j] / whole + bonus[j]), j)
                kept += (keys[kept] < bar) & (met[j] > 1e-12) & is_open[j] & (not barred[j])
                if kept == len(keys):
                    kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
