"""Fresh: the newest items, those of the person's own groups first.

    score(i) = number of declared groups that person and item share + 2 ^ (-age(i) / half-life)

so one shared group comes before any age, and within as many groups the newest comes first. Ages
count in whole steps (days); within a step the most liked comes first.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.groups import category_pairs, codes_of
from twoside.funnel.recall.popularity import liked, percentile
from twoside.funnel.recall.remembered import Remembered
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS, HOUR_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable

_UNKNOWN = -1


@dataclass(frozen=True)
class Fresh:
    """Settings of the fresh channel. Items whose beginning nobody knows are not fresh."""

    half_life_days: float = 7.0
    """Age at which newness counts half; the order of items does not depend on it."""
    step_hours: float = 24.0
    """Items of one step are as new as each other; how much they are liked orders them."""
    within_days: float = 30.0
    """Older items are not fresh."""

    def fit(self, data: RecallData, seed: int) -> FittedFresh:  # noqa: ARG002 - exact
        """Note when items were first met, where no column says when they began."""
        first = np.full(data.items.size, np.iinfo(np.int64).max)
        np.minimum.at(first, data.behaviours.item, data.behaviours.ts_ms)
        first[first == np.iinfo(np.int64).max] = _UNKNOWN
        pairs = category_pairs(data.matches, data.people, data.items)
        good = percentile(liked(data, self.half_life_days))
        return FittedFresh(self, pairs, data.born, data.now_ms, first, good)

    def unpack(self, packed: Packed) -> FittedFresh:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        pairs = tuple((mine, theirs) for mine, theirs in meta["pairs"])
        first, good = packed.arrays["first"], packed.arrays["quality"]
        settings = Fresh(**meta["settings"])
        return FittedFresh(settings, pairs, meta["born"], meta["fit_ms"], first, good)


@dataclass(frozen=True)
class _Newest:
    """All items whose beginning is known, the newest step first, within it the most liked."""

    item: np.ndarray
    """int32 (n,)"""
    born: np.ndarray
    """int64 (n,)"""
    groups: np.ndarray
    """int32 (n, pairs)"""
    factor: np.ndarray
    """float64 (n,): 2 ^ (-age / half-life) at the newest beginning, age in steps"""
    latest: int
    """The newest beginning"""


@dataclass(frozen=True)
class FittedFresh:
    """Knows when items began."""

    settings: Fresh
    pairs: tuple[tuple[str, str], ...]
    """(person column, item column) of groups"""
    born: str | None
    fit_ms: int
    first: np.ndarray
    """int64 (items,): first behaviour, -1 none"""
    quality: np.ndarray
    """float64 (items,): percentile of how much an item is liked"""
    _newest: Remembered[_Newest] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_newest", Remembered(self._order))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The newest open items; also for people never seen, then without groups."""
        newest = self._newest.of(asking.items)
        mine = codes_of(asking.people, tuple(m for m, _ in self.pairs), asking.person)
        past = asking.past
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _newest(
            past.start,
            past.item,
            past.refused,
            asking.now_ms,
            newest.item,
            newest.born,
            newest.groups,
            mine,
            newest.factor,
            np.exp2((newest.latest - asking.now_ms) / (self.settings.half_life_days * DAY_MS)),
            self.settings.within_days * DAY_MS,
            self.settings.step_hours * HOUR_MS,
            asking.is_open,
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings and first meetings."""
        meta = {
            "settings": asdict(self.settings),
            "pairs": [list(pair) for pair in self.pairs],
            "born": self.born,
            "fit_ms": self.fit_ms,
        }
        return Packed(meta, {"first": self.first, "quality": self.quality})

    def _order(self, items: EntityTable) -> _Newest:
        born = self._born(items)
        step_ms = self.settings.step_hours * HOUR_MS
        quality = np.full(items.size, 0.5)
        quality[: len(self.quality)] = self.quality[: items.size]
        known = np.flatnonzero(born != _UNKNOWN)
        steps = born[known] // step_ms
        steps = steps.max(initial=0) - steps + (1 - quality[known])
        by_age = np.lexsort((-born[known], steps))
        order, steps = known[by_age].astype(np.int32), steps[by_age]
        groups = codes_of(items, tuple(theirs for _, theirs in self.pairs), order)
        born = born[order]
        latest = int(born.max(initial=0))
        factor = np.exp2(-steps * step_ms / (self.settings.half_life_days * DAY_MS))
        return _Newest(order, born, groups, factor, latest)

    def _born(self, items: EntityTable) -> np.ndarray:
        """int64 (items,): since when an item exists; one that came after the fit without a
        word is as new as the fit."""
        if self.born is not None and self.born in items.columns:
            return np.asarray(items.columns[self.born], np.int64)
        born = np.full(items.size, self.fit_ms, np.int64)
        born[: len(self.first)] = self.first[: items.size]
        return born


@njit(cache=True, nogil=True)
def _newest(  # type: ignore[no-untyped-def]
    past_start,
    past_item,
    refused,
    now_ms,
    order,
    born,
    theirs,
    mine,
    factor,
    scale,
    within_ms,
    step_ms,
    is_open,
    out_items,
    out_scores,
):
    limit = out_items.shape[1]
    keys = buffer(limit)
    barred = np.zeros(len(is_open), np.bool_)
    for i in range(len(now_ms)):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r]
        kept, bar = 0, ALL
        for n in range(len(order)):
            j = order[n]
            age = max(now_ms[i] - born[n], 0)
            if age > within_ms + step_ms:
                break
            score = min(factor[n] * scale[i], 1.0)
            for c in range(mine.shape[1]):
                if mine[i, c] >= 0 and mine[i, c] == theirs[n, c]:
                    score += 1.0
            keys[kept] = key_of(np.float32(score), j)
            kept += (keys[kept] < bar) & (age <= within_ms) & is_open[j] & (not barred[j])
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
