"""Distance: the nearest items, ring by ring around the person; within a ring the most liked.

    score(i) = -ring_km * (ring(i) + 1 - quality(i)),   ring(i) = floor(km(i) / ring_km)

Nobody minds a few hundred metres, so a ring is a tie and quality decides it: the percentile of
the item's decayed positive behaviours, one half for items that came after the fit.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.groups import numbers_of
from twoside.funnel.recall.popularity import liked, percentile
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.sphere import EARTH_KM, unit_vectors
from twoside.index.keys import ALL, buffer, fewer, finish, key_of, score_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Distance:
    """Settings of the distance channel. Without declared places it finds nothing."""

    ring_km: float = 3.0
    """Width of a ring, inside which quality decides."""
    half_life_days: float = 7.0
    """Age at which a behaviour counts half for quality."""

    def fit(self, data: RecallData, seed: int) -> FittedDistance:  # noqa: ARG002 - exact
        """Rank items by how much they are liked; an empty past makes them all alike."""
        return FittedDistance(self, data.places, percentile(liked(data, self.half_life_days)))

    def unpack(self, packed: Packed) -> FittedDistance:
        """The fitted channel that `pack` described."""
        places = packed.meta["places"]
        named = None if places is None else (places[0], places[1], places[2], places[3])
        return FittedDistance(Distance(**packed.meta["settings"]), named, packed.arrays["quality"])


@dataclass(frozen=True)
class FittedDistance:
    """Knows how much items are liked; places come with the question."""

    settings: Distance
    places: tuple[str, str, str, str] | None
    """Columns, as in `RecallData.places`"""
    quality: np.ndarray
    """float64 (items,), 0 to 1"""
    _points: Remembered[tuple[np.ndarray, np.ndarray]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "_points", Remembered(self._of_items))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The nearest open items; nothing for people whose place is unknown."""
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        if self.places is None:
            return Recalled(items, scores)
        home = numbers_of(asking.people, self.places[:2], asking.person)
        past = asking.past
        there, quality = self._points.of(asking.items)
        _nearest(
            past.start,
            past.item,
            past.refused,
            unit_vectors(home[:, 0], home[:, 1]),
            there,
            quality,
            self.settings.ring_km,
            asking.is_open,
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings and quality."""
        places = None if self.places is None else list(self.places)
        meta = {"settings": asdict(self.settings), "places": places}
        return Packed(meta, {"quality": self.quality})

    def _of_items(self, items: EntityTable) -> tuple[np.ndarray, np.ndarray]:
        assert self.places is not None
        latitude, longitude = (items.columns[name] for name in self.places[2:])
        quality = np.full(items.size, 0.5)
        quality[: len(self.quality)] = self.quality[: items.size]
        return unit_vectors(latitude, longitude), quality


@njit(cache=True, nogil=True)
def _nearest(  # type: ignore[no-untyped-def]
    past_start, past_item, refused, home, there, quality, ring_km, is_open, out_items, out_scores
):
    limit = out_items.shape[1]
    keys = buffer(limit)
    barred = np.zeros(len(is_open), np.bool_)
    for i in range(len(home)):
        x, y, z = home[i]
        if np.isnan(x) or limit == 0:  # the place is unknown
            continue
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r]
        kept, bar = 0, ALL
        reach = 5.0  # squared chord beyond which nothing can enter; a sphere has 4
        for j in range(len(is_open)):
            square = (there[j, 0] - x) ** 2 + (there[j, 1] - y) ** 2 + (there[j, 2] - z) ** 2
            if not square <= reach or not is_open[j] or barred[j]:
                continue
            km = 2 * EARTH_KM * np.arcsin(min(np.sqrt(square) / 2, 1.0))
            score = np.float32(-ring_km * (np.floor(km / ring_km) + 1 - quality[j]))
            keys[kept] = key_of(score, j)
            kept += keys[kept] < bar
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
                # the worst kept is in some ring: beyond that ring's outer edge nothing is better
                edge = (np.floor(-score_of(bar) / ring_km) + 1.001) * ring_km
                angle = min(edge / (2 * EARTH_KM), np.pi / 2)
                reach = (2 * np.sin(angle)) ** 2 + 1e-12
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
