"""Cold start: something for people of whom nothing is known, and somebody for new items.

For new people: what is liked most by people who declare the same (`hot` with a long memory).
For new items, for everybody: a draw of how good each may be, so that each gets its chance and those
that were refused get fewer:

    score(i) = match * share of the person's groups that the item has + draw(person, i, day)
    draw ~ Beta(1 + liked(i), 1 + refused(i))

The draw comes from a hash of seed, person, item and day: the same question gets the same answer,
and other people and other days see other items. The two lists alternate by `share`.
Source: Thompson 1933, "On the likelihood that one unknown probability exceeds another in view of
the evidence of two samples", Biometrika 25; Chapelle and Li 2011, "An Empirical Evaluation of
Thompson Sampling", NIPS. Changed: the fit to the person is added to the draw.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.channels.hot import FittedHot, Hot
from twoside.funnel.recall.groups import category_pairs, codes_of
from twoside.funnel.recall.remembered import Remembered
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class ColdStart:
    """Settings of the cold-start channel."""

    share: float = 0.5
    """Part of a new person's list that new items get. Who has liked something gets new items
    alone: other channels know him."""
    few: int = 5
    """An item with fewer behaviours is new."""
    within_days: float = 30.0
    """Nor is it older than that, where a column says when items began."""
    match: float = 0.5
    """What it counts that an item has all the person's groups; the draw is 0 to 1."""
    half_life_days: float = 14.0
    """Age at which a behaviour counts half for what new people are given."""
    backoff: float = 50.0
    """Strengths that a group must have before it counts as much as the whole market."""

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ConfigError(f"cold_start.share = {self.share}: expected 0 to 1.")
        if self.few < 0:
            raise ConfigError(f"cold_start.few = {self.few}: expected 0 or more.")
        if not self.match >= 0:
            raise ConfigError(f"cold_start.match = {self.match}: expected 0 or more.")
        for name in ("within_days", "half_life_days", "backoff"):
            if not getattr(self, name) > 0:
                raise ConfigError(
                    f"cold_start.{name} = {getattr(self, name)}: expected more than 0."
                )

    def fit(self, data: RecallData, seed: int) -> FittedColdStart:
        """Count behaviours by item. An empty past makes all items new and nothing hot."""
        log, size = data.behaviours, data.items.size
        counts = [np.bincount(log.item[log.strength > 0], minlength=size)]
        counts.append(np.bincount(log.item[log.strength < 0], minlength=size))
        every = np.bincount(log.item, minlength=size)
        counts[0][every >= self.few] = -1
        pairs = category_pairs(data.matches, data.people, data.items)
        hot = Hot(self.half_life_days, True, self.backoff).fit(data, seed)
        tried = np.stack(counts, axis=1).astype(np.int32)
        return FittedColdStart(self, hot, pairs, data.born, seed, tried)

    def unpack(self, packed: Packed) -> FittedColdStart:
        """The fitted channel that `pack` described."""
        meta, arrays = packed.meta, dict(packed.arrays)
        tried = arrays.pop("tried")
        hot = Hot().unpack(Packed(meta["hot"], arrays))
        pairs = tuple((mine, theirs) for mine, theirs in meta["pairs"])
        settings = ColdStart(**meta["settings"])
        return FittedColdStart(settings, hot, pairs, meta["born"], meta["seed"], tried)


@dataclass(frozen=True)
class _New:
    """The new items of a table."""

    item: np.ndarray
    """int32 (n,), rising"""
    tried: np.ndarray
    """int32 (n, 2): liked, refused so often"""
    born: np.ndarray
    """int64 (n,): -1 unknown"""
    groups: np.ndarray
    """int32 (n, pairs)"""


@dataclass(frozen=True)
class FittedColdStart:
    """Knows which items were tried little, and what is hot. Items that came after the fit are
    new."""

    settings: ColdStart
    hot: FittedHot
    pairs: tuple[tuple[str, str], ...]
    """(person column, item column) of groups"""
    born: str | None
    seed: int
    tried: np.ndarray
    """int32 (items, 2): liked, refused so often; liked is -1 of items that are not new"""
    _new: Remembered[_New] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_new", Remembered(self._untried))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """Scores say the place alone: 1 / (1 + place). People never seen are new people."""
        past, new = asking.past, self._new.of(asking.items)
        drawn = np.full((len(asking), limit), -1, np.int32)
        _draw(
            past.start,
            past.item,
            past.weight,
            past.refused,
            asking.person,
            asking.now_ms,
            new.item,
            new.tried,
            new.born,
            new.groups,
            codes_of(asking.people, tuple(mine for mine, _ in self.pairs), asking.person),
            self.settings.match,
            self.settings.within_days * DAY_MS,
            np.uint64(self.seed),
            asking.is_open,
            drawn,
        )
        known = np.where(past.refused, 0, past.weight)
        liked = np.concatenate([[0], np.cumsum(known > 0)])
        is_new = liked[past.start[1:]] == liked[past.start[:-1]]
        hot = np.full((len(asking), limit), -1, np.int32)
        if is_new.any() and self.settings.share < 1:
            hot = np.where(is_new[:, None], self.hot.recall(asking, limit).items, hot)
        share = np.where(is_new, self.settings.share, 1.0)
        items = np.full((len(asking), limit), -1, np.int32)
        _alternate(hot, drawn, share, asking.items.size, items)
        places = 1 / (1 + np.arange(limit, dtype=np.float32))
        return Recalled(items, np.where(items >= 0, places, 0).astype(np.float32))

    def pack(self) -> Packed:
        """Settings and counts."""
        hot = self.hot.pack()
        meta = {
            "settings": asdict(self.settings),
            "hot": dict(hot.meta),
            "pairs": [list(pair) for pair in self.pairs],
            "born": self.born,
            "seed": self.seed,
        }
        return Packed(meta, {**hot.arrays, "tried": self.tried})

    def _untried(self, items: EntityTable) -> _New:
        tried = np.zeros((items.size, 2), np.int32)
        tried[: len(self.tried)] = self.tried[: items.size]
        rows = np.flatnonzero(tried[:, 0] >= 0).astype(np.int32)
        born = np.full(len(rows), -1, np.int64)
        if self.born is not None and self.born in items.columns:
            born = np.asarray(items.columns[self.born], np.int64)[rows]
        groups = codes_of(items, tuple(theirs for _, theirs in self.pairs), rows)
        return _New(rows, tried[rows], born, groups)


@njit(cache=True, nogil=True)
def _mixed(x):  # type: ignore[no-untyped-def]
    """A number that looks drawn (uint64), from a number: splitmix64 (Steele et al. 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(cache=True, nogil=True)
def beta(key, liked, refused):  # type: ignore[no-untyped-def]
    """A draw from Beta(1 + liked, 1 + refused) by a key (uint64): the (1 + liked)-th smallest of
    1 + liked + refused uniform draws."""
    many = 1 + liked + refused
    draws = np.empty(many)
    for n in range(many):
        key = _mixed(key)
        value = np.float64(key >> np.uint64(11)) / 9007199254740992.0  # 2^53
        at = n
        while at > 0 and draws[at - 1] > value:
            draws[at] = draws[at - 1]
            at -= 1
        draws[at] = value
    return draws[liked]


@njit(cache=True, nogil=True)
def _draw(  # type: ignore[no-untyped-def]
    past_start,
    past_item,
    past_weight,
    refused,
    person,
    now_ms,
    new,
    tried,
    born,
    theirs,
    mine,
    match,
    within_ms,
    seed,
    is_open,
    out_items,
):
    limit = out_items.shape[1]
    barred = np.zeros(len(is_open), np.bool_)
    keys, scores = buffer(limit), np.empty(limit, np.float32)
    for i in range(len(person)):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r] or past_weight[r] > 0
        day = np.uint64(now_ms[i] // DAY_MS)
        asks = _mixed(_mixed(_mixed(seed) + np.uint64(person[i] + 1)) + day)
        declared = 0
        for c in range(mine.shape[1]):
            declared += mine[i, c] >= 0
        kept, bar = 0, ALL
        for n in range(len(new)):
            j = new[n]
            old = born[n] >= 0 and now_ms[i] - born[n] > within_ms
            if old or barred[j] or not is_open[j]:
                continue
            shared = 0
            for c in range(mine.shape[1]):
                shared += mine[i, c] >= 0 and mine[i, c] == theirs[n, c]
            score = beta(
                asks + np.uint64(j) * np.uint64(0x9E3779B97F4A7C15), tried[n, 0], tried[n, 1]
            )
            score += match * shared / max(declared, 1)
            keys[kept] = key_of(np.float32(score), j)
            kept += keys[kept] < bar
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], scores)
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False


@njit(cache=True, nogil=True)
def _alternate(hot, drawn, share, size, out_items):  # type: ignore[no-untyped-def]
    """Place n is a new item's if the whole part of (n + 1) * share is above that of n * share;
    when one list has ended the other goes on."""
    limit = out_items.shape[1]
    taken_by = np.full(size, -1, np.int64)
    for i in range(len(hot)):
        at = np.zeros(2, np.int64)
        for n in range(limit):
            first = 1 if np.floor((n + 1) * share[i]) > np.floor(n * share[i]) else 0
            for which in (first, 1 - first):
                row = drawn[i] if which else hot[i]
                while at[which] < limit and row[at[which]] >= 0 and taken_by[row[at[which]]] == i:
                    at[which] += 1
                if at[which] < limit and row[at[which]] >= 0:
                    out_items[i, n] = row[at[which]]
                    taken_by[out_items[i, n]] = i
                    break
            if out_items[i, n] < 0:
                break
