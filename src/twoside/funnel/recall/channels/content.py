"""Content: items that are what the person says to want, or like what the person took of late.

    score(person, item) = sum over pieces of  weight(piece) * piece(person, item)

Pieces are the matches of declared words and numbers, the likeness to recent items column by
column, and how much the item is liked (`recall.evidence`). Their weights are learned from the
past: liked pairs of the newest fifth of the time against pairs drawn at random, both with what
was known before. Nobody has to say that a title counts more than a video's aspect ratio.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.evidence import names_of, pieces, weigh
from twoside.funnel.recall.groups import numbers_of
from twoside.funnel.recall.popularity import liked
from twoside.funnel.recall.profiles import Profiles
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.terms import Terms, term_columns
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.funnel.recall.past import Past
    from twoside.schema.entities import EntityTable

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Content:
    """Settings of the content channel."""

    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.9
    """Weight of a recent item against the one after it."""
    half_life_days: float = 3.0
    """Age at which a behaviour counts half for how much an item is liked."""
    learn_from: int = 10_000
    """Liked pairs to learn the weights from, the rest is left out; with fewer than
    `least`, every match weighs 1, every recent column 1 and being liked 0.1."""
    least: int = 100
    against: int = 10
    """Random items for each liked pair."""
    penalty: float = 1e-4
    """L2 on the weights of standardised pieces."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""

    def fit(self, data: RecallData, seed: int) -> FittedContent:
        """Learn the weights of the pieces; an empty past gives the plain ones."""
        words, numbers = _kinds(data)
        columns = term_columns(data.items)
        scale = _scales(data, numbers)
        pop = np.log1p(liked(data, self.half_life_days))
        plain = FittedContent(self, columns, words, numbers, scale, pop, np.empty(0))
        names = names_of(plain.terms(data.items), numbers)
        default = np.array([0.1 if name == "liked" else 1.0 for name in names])
        learned = self._learn(data, plain, np.random.default_rng(seed))
        weights = default if learned is None else learned
        return FittedContent(self, columns, words, numbers, scale, pop, weights)

    def _learn(
        self, data: RecallData, plain: FittedContent, rng: np.random.Generator
    ) -> np.ndarray | None:
        past = data.behaviours
        positive = np.flatnonzero(past.strength > 0)
        if len(positive) < self.least:
            return None
        cut = int(np.quantile(past.ts_ms[positive], 0.8))
        late = positive[past.ts_ms[positive] >= cut]
        picked = np.sort(rng.choice(late, min(self.learn_from, len(late)), replace=False))
        by_person = past.by_person(data.people.size)
        moment = past.ts_ms[picked]
        asking = ask(past.person[picked], moment, by_person, data.people, data.items)
        before = past.before(cut)
        known = type(data)(before, data.people, data.items, cut)
        pop = np.log1p(liked(known, self.half_life_days))
        shown = np.flatnonzero(
            data.items.open_rows()
            | (np.bincount(past.item[positive], minlength=data.items.size) > 0)
        )
        other = rng.choice(shown, len(picked) * self.against).astype(np.int32)
        row = np.arange(len(picked))
        good = plain.evidence(asking, row, past.item[picked], pop)
        bad = plain.evidence(asking, np.repeat(row, self.against), other, pop)
        return weigh(good, bad, self.penalty)

    def unpack(self, packed: Packed) -> FittedContent:
        """The fitted channel that `pack` described."""
        meta, a = packed.meta, packed.arrays
        return FittedContent(
            Content(**meta["settings"]),
            tuple(meta["columns"]),
            tuple((mine, theirs) for mine, theirs in meta["words"]),
            tuple((mine, theirs) for mine, theirs in meta["numbers"]),
            a["scale"],
            a["liked"],
            a["weights"],
        )


def _kinds(data: RecallData) -> tuple[Pairs, Pairs]:
    """The declared matches: those of words, those of numbers."""
    words = tuple(
        (mine, theirs)
        for mine, theirs in data.matches
        if mine in data.people.sizes or mine in data.people.lists
    )
    return words, tuple(pair for pair in data.matches if pair not in words)


def _scales(data: RecallData, numbers: Pairs) -> np.ndarray:
    """float64 (numbers,): median gap of liked pairs; the items' spread where there are none."""
    scales = []
    good = data.behaviours.strength > 0
    person, item = data.behaviours.person[good], data.behaviours.item[good]
    for mine, theirs in numbers:
        gap = np.abs(data.people.columns[mine][person] - data.items.columns[theirs][item])
        gap = gap[np.isfinite(gap)]
        offered = data.items.columns[theirs]
        offered = offered[np.isfinite(offered)]
        spread = float(offered.std()) if len(offered) else 1.0
        scales.append(max(float(np.median(gap)) if len(gap) else spread, 1e-3 * spread, 1e-9))
    return np.array(scales, float)


@dataclass(frozen=True)
class _Offered:
    """What all items are besides their words."""

    numbers: np.ndarray
    """float64 (items, numbers)"""
    liked: np.ndarray
    """float64 (items,): log(1 + decayed strengths)"""


@dataclass(frozen=True)
class FittedContent:
    """Weights of the pieces; words and numbers come with the question."""

    settings: Content
    columns: tuple[str, ...]
    """Item columns of words"""
    words: Pairs
    numbers: Pairs
    scale: np.ndarray
    """float64 (numbers,)"""
    liked: np.ndarray
    """float64 (items,): log(1 + decayed strengths) at the fit"""
    weights: np.ndarray
    """float64 (pieces,), as `recall.evidence` orders them"""
    _terms: Remembered[Terms] = field(init=False, repr=False, compare=False)
    _offered: Remembered[_Offered] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        make = Remembered(lambda items: Terms.of(items, self.columns))
        object.__setattr__(self, "_terms", make)
        object.__setattr__(self, "_offered", Remembered(self._offers))

    def terms(self, items: EntityTable) -> Terms:
        """The items' words."""
        return self._terms.of(items)

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The best-fitting items; nothing for people who declare nothing and did nothing."""
        terms, offered = self.terms(asking.items), self._offered.of(asking.items)
        past = asking.past
        profiles = self._profiles(asking, past, terms)
        columns = len(self.columns)
        declared, recent = self.weights[:columns], self.weights[columns : 2 * columns]
        value = declared[profiles.column] * profiles.declared
        value = (value + recent[profiles.column] * profiles.recent).astype(np.float32)
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _fitting(
            past.start,
            past.item,
            past.weight,
            past.refused,
            profiles.start,
            profiles.term,
            value,
            terms.of_start,
            terms.of_item,
            terms.of_value,
            self._wanted(asking),
            offered.numbers,
            self.scale,
            self.weights[2 * columns : -1],
            self.weights[-1] * offered.liked,
            asking.is_open,
            self.settings.repeat,
            items,
            scores,
        )
        return Recalled(items, scores)

    def evidence(
        self, asking: Asking, row: np.ndarray, item: np.ndarray, liked: np.ndarray | None = None
    ) -> np.ndarray:
        """float64 (m, pieces): the pieces of pairs (row of the question, item)."""
        terms, offered = self.terms(asking.items), self._offered.of(asking.items)
        return pieces(
            self._profiles(asking, asking.past, terms),
            terms,
            self._wanted(asking),
            offered.numbers,
            self.scale,
            offered.liked if liked is None else liked,
            row,
            item,
        )

    def reasons(
        self, asking: Asking, row: np.ndarray, item: np.ndarray
    ) -> Mapping[str, np.ndarray]:
        """Piece -> float64 (m,): what each adds to the score of a pair. They sum to the score."""
        parts = self.evidence(asking, row, item) * self.weights
        names = names_of(self.terms(asking.items), self.numbers)
        return {name: parts[:, n] for n, name in enumerate(names)}

    def pack(self) -> Packed:
        """Settings and weights."""
        meta = {
            "settings": asdict(self.settings),
            "columns": list(self.columns),
            "words": [list(pair) for pair in self.words],
            "numbers": [list(pair) for pair in self.numbers],
        }
        arrays = {"scale": self.scale, "liked": self.liked, "weights": self.weights}
        return Packed(meta, arrays)

    def _profiles(self, asking: Asking, past: Past, terms: Terms) -> Profiles:
        last, decay = self.settings.last, self.settings.decay
        return Profiles.of(asking.person, past, asking.people, self.words, terms, last, decay)

    def _wanted(self, asking: Asking) -> np.ndarray:
        return numbers_of(asking.people, tuple(mine for mine, _ in self.numbers), asking.person)

    def _offers(self, items: EntityTable) -> _Offered:
        columns = tuple(theirs for _, theirs in self.numbers)
        # items that came after the fit are taken to be liked as the mean item
        known = np.full(items.size, self.liked.mean() if len(self.liked) else 0.0)
        known[: len(self.liked)] = self.liked[: items.size]
        return _Offered(numbers_of(items, columns, np.arange(items.size)), known)


@njit(cache=True, nogil=True)
def _fitting(  # type: ignore[no-untyped-def]  # noqa: PLR0912
    past_start,
    past_item,
    past_weight,
    refused,
    start,
    term,
    value,
    of_start,
    of_item,
    of_value,
    wanted,
    offered,
    scale,
    weights,
    liked,
    is_open,
    repeat,
    out_items,
    out_scores,
):
    size, limit = len(is_open), out_items.shape[1]
    keys = buffer(limit)
    score = np.zeros(size, np.float64)  # of words: above 0 where there is any
    barred = np.zeros(size, np.bool_)
    touched = np.empty(size + 1, np.int32)
    for i in range(len(start) - 1):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r] or (not repeat and past_weight[r] > 0)
        count = 0
        for s in range(start[i], start[i + 1]):
            first, past = of_start[term[s]], of_start[term[s] + 1]
            # a word that says nothing (idf 0) would leave 0, and its items would be noted again
            if value[s] <= 0 or first == past or of_value[first] <= 0:
                continue
            worth = np.float64(value[s])  # float32 products fit in float64: never 0
            for e in range(first, past):
                j = of_item[e]
                touched[count] = j
                count += score[j] == 0  # no branch: nobody can guess which items come twice
                score[j] += worth * of_value[e]
        any_number, most = False, 0.0  # what the numbers can add at most
        for c in range(len(scale)):
            if not np.isnan(wanted[i, c]) and weights[c] > 0:
                any_number = True
                most += weights[c]
        if count == 0 and any_number:  # only numbers are known: every item is near or far
            for j in range(size):
                touched[j] = j
            count = size
        kept, bar = 0, ALL
        for t in range(count):
            j = touched[t]
            total = score[j] + liked[j]
            score[j] = 0.0
            if not is_open[j] or barred[j]:
                continue
            if key_of(np.float32(total + most), 0) > bar:
                continue
            for c in range(len(scale)):
                gap = abs(wanted[i, c] - offered[j, c])
                if not np.isnan(gap):
                    total += weights[c] * np.exp(-gap / scale[c])
            keys[kept] = key_of(np.float32(total), j)
            kept += keys[kept] < bar
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
