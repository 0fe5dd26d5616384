"""Factors of implicit feedback: a vector for every item, and for a person by what was just done.

    minimise  sum_pi c_pi (l_pi - x_p . y_i)^2 + sum_p ridge_p |x_p|^2 + sum_i ridge_i |y_i|^2

over all pairs; l is 1 for liked pairs and else 0, c is 1 + alpha * r for liked pairs and else 1,
r = weight * 2^(-age / half-life). With the items' vectors Y fixed each person solves

    (Y'Y + sum_i f_i (c_i - 1) y_i y_i' + ridge_p I) x = sum_i f_i c_i y_i

where f is 1 in learning. `fold_in` solves the same system exactly for people as they are when they
ask, so no person's vector is kept: new people and what was just done count. Ours: there f = decay^k
for the k-th latest item, which brings an old pair back to one that did not meet. The ridge of a
row grows with the weight of its liked pairs,

    ridge_p = penalty * alpha * sqrt(likes / liked items) * (sum_i (c_pi - 1) / its mean)^nu

and likewise that of an item: nu = 0 holds all vectors back alike, nu = 1 in proportion to what
pulls at them, so that items that many like do not outgrow the others. (A row weighs at least as
much as one like of today.) The root (ours) lets one
penalty suit sparse and dense markets.

Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets",
ICDM, equations 3 and 4; the ridge of a row: Zhou et al. 2008, "Large-Scale Parallel Collaborative
Filtering for the Netflix Prize", AAIM (nu = 1), and its power: Rendle, Krichene, Zhang and Koren
2022, "Revisiting the Performance of iALS on Item Recommendation Benchmarks", RecSys, equation 5.
Theirs adds a constant for the pairs that did not meet; without it the lists spread over more items
at the same gain. Learned by `recall/ials.py`.

When more has happened, learning goes on from the former vectors (`update`): the loss has moved
little, so a few passes come as near to its lowest point as many passes from a random beginning.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import ConfigError, DataError
from twoside.funnel.recall.fold_in import solve
from twoside.funnel.recall.ials import Pairs, descend, diagonal, turned_round, weights
from twoside.funnel.recall.past import Past
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS
from twoside.schema.reasons import Reasons

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.seeds import Seeds


@dataclass(frozen=True)
class ALS:
    """Settings of learning the factors, the same for every channel that uses them."""

    dim: int = 128
    """Length of a vector."""
    penalty: float = 0.5
    """Of long vectors, in units of alpha and of the square root of the mean likes of an item."""
    nu: float = 0.5
    """Power with which the penalty of a row grows with the weight of its liked pairs; 0 to 1. More
    leans away from what everybody likes."""
    alpha: float = 20.0
    """How much more a liked pair counts than a pair that did not meet. Less (10) suits dense
    markets, more (40) sparse ones."""
    iterations: int = 10
    """Passes over people and items."""
    again: int = 3
    """Passes when former vectors are brought up to date."""
    steps: int = 2
    """Steps of conjugate gradients in a pass, for each row."""
    half_life_days: float = 90.0
    """Age at which a like counts half."""
    latest: int = 1000
    """Items kept per person in learning, the newest."""
    threads: int = 1
    """That learn at once; the same vectors come out."""

    def __post_init__(self) -> None:
        for name in ("dim", "iterations", "again", "steps", "latest", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"als.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("penalty", "alpha", "half_life_days"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"als.{name} = {getattr(self, name)}: expected more than 0.")
        if not 0 <= self.nu <= 1:
            raise ConfigError(f"als.nu = {self.nu}: expected 0 to 1.")

    def learn(self, data: RecallData, seed: int) -> Factors:
        """The items' vectors. Items that nobody likes, and all of an empty past, get zeros."""
        return self._descend(data, self._begin(data.items.size, seed), self.iterations)

    def update(self, former: np.ndarray, data: RecallData, seed: int) -> Factors:
        """The vectors that `again` passes make of former ones. An item that had none begins at
        random as in learning, so that new people who like new items are no trouble; one whose
        likes are gone has none. Without any former vector it is learning.

        Args:
            former: float32 (former items, dim), learned with these settings when the same tables
                were as long or shorter; not changed.
        """
        known = np.flatnonzero(former.any(axis=1))
        if not len(known):
            return self.learn(data, seed)
        begin = self._begin(data.items.size, seed)
        begin[known] = former[known]
        return self._descend(data, begin, self.again)

    def _begin(self, items: int, seed: int) -> np.ndarray:
        begin = np.random.default_rng(seed).normal(0, 0.1, (items, self.dim))
        return np.asarray(begin / np.sqrt(self.dim), np.float32)

    def _descend(self, data: RecallData, begin: np.ndarray, iterations: int) -> Factors:
        start, item, extra = self._liked(data)
        likes = np.bincount(item, minlength=data.items.size)
        ridge = self.ridge(len(item), int((likes > 0).sum()))
        if not len(item):
            return Factors(self, np.zeros_like(begin), ridge)
        by_item = turned_round(start, item, extra, data.items.size)
        of_people, unit = self._ridges(start, extra, ridge)
        of_items, _ = self._ridges(by_item[0], by_item[2], ridge)
        sides = Pairs(start, item, extra, of_people), Pairs(*by_item, of_items)
        vector = descend(*sides, begin, iterations, self.steps, self.threads)
        return Factors(self, vector, unit)

    def ridge(self, likes: int, items: int) -> float:
        """The L2 on a row of the mean weight, from the liked pairs and the items in one."""
        return self.penalty * self.alpha * float(np.sqrt(likes / max(items, 1) or 1.0))

    def _ridges(
        self, start: np.ndarray, extra: np.ndarray, ridge: float
    ) -> tuple[np.ndarray, float]:
        """The L2 of each row, float64 (rows,), and that of a row whose pairs weigh 1."""
        weight = self._weights(start, extra)
        unit = ridge / float(weight[np.diff(start) > 0].mean()) ** self.nu
        return unit * weight**self.nu, unit

    def _weights(self, start: np.ndarray, extra: np.ndarray) -> np.ndarray:
        """float64 (rows,): what the pairs of each row weigh, at least a like of today: however old
        the likes of a row are, it is held back."""
        return np.asarray(np.maximum(weights(start, extra), self.alpha))

    def _liked(self, data: RecallData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """start int64 (people + 1,), item int32 and c - 1, float32, of all liked pairs."""
        past = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
        owner = np.repeat(np.arange(data.people.size), np.diff(past.start))
        age_days = (data.now_ms - past.ts_ms) / DAY_MS
        worth = past.weight * np.exp2(-age_days / self.half_life_days)
        extra = (self.alpha * worth).astype(np.float32)
        good = ~past.refused & (extra > 0)
        place = np.cumsum(good) - 1  # among the liked ones of all people
        first = np.concatenate([[0], np.cumsum(good)])[past.start[:-1]]
        good &= place - first[owner] < self.latest
        start = np.zeros(data.people.size + 1, np.int64)
        np.cumsum(np.bincount(owner[good], minlength=data.people.size), out=start[1:])
        return start, past.item[good], extra[good]


@dataclass(frozen=True)
class Factors:
    """The items' vectors, and how people get theirs."""

    settings: ALS
    vector: np.ndarray
    """float32 (items, dim); zeros for an item without likes"""
    ridge: float
    """Of a person whose liked pairs weigh 1."""
    known: np.ndarray = field(init=False, repr=False)
    """bool (items,): has a vector"""
    _spread: np.ndarray = field(init=False, repr=False)
    """float64 (dim,): D of Y'Y = Q D Q'"""
    _turn: np.ndarray = field(init=False, repr=False)
    """float64 (dim, dim): Q'"""
    _turned: np.ndarray = field(init=False, repr=False)
    """float32 (items, dim): Q'y of each item"""

    def __post_init__(self) -> None:
        wrong = np.flatnonzero(~np.isfinite(self.vector).all(axis=1))
        if len(wrong):
            raise DataError(
                f"als: the vectors of {len(wrong)} items hold NaN or infinity, the first of item "
                f"{wrong[0]}. Learn them again, with more `als.penalty` if it was learned here."
            )
        spread, turn = diagonal(self.vector)
        object.__setattr__(self, "known", (self.vector != 0).any(axis=1))
        object.__setattr__(self, "_spread", spread)
        object.__setattr__(self, "_turn", np.ascontiguousarray(turn.T))
        object.__setattr__(self, "_turned", self.vector @ turn.astype(np.float32))

    def fold_in(self, seeds: Seeds) -> np.ndarray:
        """float32 (n, dim): the exact vectors of people who liked `seeds`; zeros for people
        without one that is known."""
        seeds = seeds.known(self.known)
        out = np.zeros((len(seeds.start) - 1, self.settings.dim), np.float32)
        extra = self.settings.alpha * seeds.worth.astype(np.float64)
        solve(
            seeds.start,
            seeds.item,
            extra,
            seeds.fade,
            self._turned,
            self._spread,
            self._turn,
            self._ridge(seeds.start, extra),
            out,
        )
        return out

    def _ridge(self, start: np.ndarray, extra: np.ndarray) -> np.ndarray:
        """float64 (n,): of each person, by what the pairs weigh."""
        return self.ridge * self.settings._weights(start, extra) ** self.settings.nu

    def reasons(self, seeds: Seeds, item: int, fame: float) -> Reasons:
        """What each of one person's seeds adds to x . y_j |y_j|^(fame - 1). With c_i and p_i of
        the seed, A the matrix of the system that x solves: c_i p_i y_i' A^-1 y_j |y_j|^(fame - 1)
        (Hu, Koren and Volinsky 2008, section 5)."""
        if not (0 <= item < len(self.known) and self.known[item]):
            return Reasons.sorted(np.empty(0, np.int32), np.empty(0))
        seeds = seeds.known(self.known)
        extra = self.settings.alpha * seeds.worth.astype(np.float64)
        ridge = self._ridge(seeds.start, extra)
        if not len(ridge) or not len(seeds.item):
            return Reasons.sorted(np.empty(0, np.int32), np.empty(0))
        stretch = 1 / np.sqrt(self._spread + ridge[0])
        white = self._turned[seeds.item] * stretch
        matrix = np.eye(white.shape[1]) + (white.T * extra) @ white
        toward = np.linalg.solve(matrix, self._turned[item] * stretch)
        length = np.sqrt(np.square(self.vector[item], dtype=np.float64).sum())
        adds = (seeds.fade + extra) * (white @ toward) * length ** (fame - 1)
        return Reasons.sorted(seeds.item, adds)

    def pack(self) -> Packed:
        """For the store, as a part of a channel."""
        return Packed(
            {"settings": asdict(self.settings), "ridge": self.ridge}, {"vector": self.vector}
        )

    @staticmethod
    def unpack(packed: Packed) -> Factors:
        """From `pack`."""
        settings = ALS(**packed.meta["settings"])
        return Factors(settings, packed.arrays["vector"], packed.meta["ridge"])
