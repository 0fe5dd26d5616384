"""Preference: the most liked items of the categories that the person's own behaviours lean to.

    lean(t) = sum_k a_k root(item_k, t) / sum_k |a_k|,  over the person's items k
    a_k = weight_k * 2 ^ (-age_k / half-life),  or -against * the same decay where it was refused
    score(i) = quality(i) * sum over its words t of  w_column * lean(t) * idf(t) * root(i, t)

`root` is 1 / sqrt(words of the item in that column), `quality` the percentile of how much the item
is liked. A word that was refused as much as liked leans to nothing, and a sum below 0 is left out.
The words are those of `recall/terms.py`; nothing is learned but how much items are liked.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError, did_you_mean
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.popularity import liked, percentile
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.terms import Terms, term_columns
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Preference:
    """Settings of the preference channel. Without category columns it finds nothing."""

    half_life_days: float = 14.0
    """Age at which a behaviour of the person counts half."""
    against: float = 1.0
    """What a refused item counts against its words; 0 leaves refusals out."""
    liked_half_life_days: float = 7.0
    """Age at which a behaviour counts half for how much an item is liked."""
    words: int = 30
    """Words of a person that count: those of the strongest leanings, either way."""
    weights: dict[str, float] = field(default_factory=dict)
    """What an item column weighs, by its name; 1 without."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""

    def __post_init__(self) -> None:
        for name in ("half_life_days", "liked_half_life_days"):
            if not getattr(self, name) > 0:
                raise ConfigError(
                    f"preference.{name} = {getattr(self, name)}: expected more than 0."
                )
        if not self.against >= 0:
            raise ConfigError(f"preference.against = {self.against}: expected 0 or more.")
        if self.words < 1:
            raise ConfigError(f"preference.words = {self.words}: expected 1 or more.")
        for name, weight in self.weights.items():
            if not weight >= 0:
                raise ConfigError(f"preference.weights.{name} = {weight}: expected 0 or more.")

    def fit(self, data: RecallData, seed: int) -> FittedPreference:  # noqa: ARG002 - exact
        """Count how much items are liked; an empty past makes them all alike."""
        columns = term_columns(data.items)
        for name in self.weights:
            if name not in columns:
                raise ConfigError(
                    f"preference.weights: items have no category column '{name}'. "
                    f"{did_you_mean(name, columns)}"
                )
        quality = percentile(liked(data, self.liked_half_life_days))
        return FittedPreference(self, columns, quality)

    def unpack(self, packed: Packed) -> FittedPreference:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        settings = Preference(**meta["settings"])
        return FittedPreference(settings, tuple(meta["columns"]), packed.arrays["quality"])


@dataclass(frozen=True)
class FittedPreference:
    """Knows how much items are liked; the person's past comes with the question."""

    settings: Preference
    columns: tuple[str, ...]
    quality: np.ndarray
    """float64 (items,), 0 to 1"""
    _offered: Remembered[tuple[Terms, np.ndarray]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_offered", Remembered(self._offers))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """Nothing for people who neither liked nor refused anything, or only refused."""
        (terms, quality), past = self._offered.of(asking.items), asking.past
        now = np.repeat(asking.now_ms, np.diff(past.start))
        age_days = np.maximum(now - past.ts_ms, 0) / DAY_MS
        strength = np.where(past.refused, -self.settings.against, past.weight)
        strength = strength * np.exp2(-age_days / self.settings.half_life_days)
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _leaning(
            past.start,
            past.item,
            past.weight,
            past.refused,
            strength,
            terms.start,
            terms.term,
            terms.root,
            terms.offsets,
            terms.of_start,
            terms.of_item,
            terms.of_value,
            np.array([self.settings.weights.get(name, 1.0) for name in terms.columns]),
            self.settings.words,
            quality,
            asking.is_open,
            self.settings.repeat,
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings, columns and quality."""
        meta = {"settings": asdict(self.settings), "columns": list(self.columns)}
        return Packed(meta, {"quality": self.quality})

    def _offers(self, items: EntityTable) -> tuple[Terms, np.ndarray]:
        quality = np.full(items.size, 0.5)  # items that came after the fit
        quality[: len(self.quality)] = self.quality[: items.size]
        return Terms.of(items, self.columns), quality


@njit(cache=True, nogil=True)
def _leaning(  # type: ignore[no-untyped-def]
    past_start,
    past_item,
    past_weight,
    refused,
    strength,
    start,
    term,
    root,
    offsets,
    of_start,
    of_item,
    of_value,
    of_column,
    words,
    quality,
    is_open,
    repeat,
    out_items,
    out_scores,
):
    size, limit = len(is_open), out_items.shape[1]
    keys = buffer(limit)
    taste = np.zeros(size, np.float64)
    barred = np.zeros(size, np.bool_)
    lean = np.zeros(offsets[-1], np.float64)
    seen = np.zeros(offsets[-1], np.bool_)
    for i in range(len(past_start) - 1):
        room, whole = 0, 0.0
        for r in range(past_start[i], past_start[i + 1]):
            j = past_item[r]
            barred[j] = refused[r] or (not repeat and past_weight[r] > 0)
            whole += abs(strength[r])
            room += start[j + 1] - start[j]
        mine = np.empty(room, np.int64)
        many = 0
        for r in range(past_start[i], past_start[i + 1]):
            if strength[r] == 0:
                continue
            for e in range(start[past_item[r]], start[past_item[r] + 1]):
                t = term[e]
                if not seen[t]:
                    seen[t] = True
                    mine[many] = t
                    many += 1
                c = np.searchsorted(offsets, t, side="right") - 1
                lean[t] += of_column[c] * strength[r] * root[e] / whole
        mine = np.sort(mine[:many])
        order = np.argsort(-np.abs(lean[mine]), kind="mergesort")
        taste[:] = 0.0
        for n in range(min(words, many)):
            t = mine[order[n]]
            for e in range(of_start[t], of_start[t + 1]):
                taste[of_item[e]] += lean[t] * of_value[e]
        kept, bar = 0, ALL
        for j in range(size):
            score = np.float32(quality[j] * taste[j])
            keys[kept] = key_of(score, j)
            kept += (keys[kept] < bar) & (score > 0) & is_open[j] & (not barred[j])
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for n in range(many):
            lean[mine[n]] = 0.0
            seen[mine[n]] = False
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
