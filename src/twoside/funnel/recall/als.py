"""Factors of implicit feedback: a vector for every item, and for a person by what was just done.

    minimise  sum_pi c_pi (l_pi - x_p . y_i)^2 + ridge (sum_p |x_p|^2 + sum_i |y_i|^2)

over all pairs; l is 1 for liked pairs and else 0, c is 1 + alpha * r for liked pairs and else 1,
r = weight * 2^(-age / half-life). With the items' vectors Y fixed each person solves

    (Y'Y + sum_i f_i (c_i - 1) y_i y_i' + ridge I) x = sum_i f_i c_i y_i

where f is 1 in learning. `fold_in` solves the same system exactly for people as they are when they
ask, so no person's vector is kept: new people and what was just done count. Ours: there f = decay^k
for the k-th latest item, which brings an old pair back to one that did not meet; and

    ridge = penalty * alpha * sqrt(likes / liked items)

so that one penalty suits sparse and dense markets: the best ridge of three public logs with 6, 16
and 270 likes an item lay between penalty 0.4 and 0.6.

Source: Hu, Koren and Volinsky 2008, "Collaborative Filtering for Implicit Feedback Datasets",
ICDM, equations 3 and 4; learned by the library `implicit` (conjugate gradients: Takács, Pilászy
and Tikk 2011, RecSys).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import ConfigError, MissingExtra
from twoside.funnel.recall.fold_in import solve
from twoside.funnel.recall.past import Past
from twoside.schema.artefact import Packed
from twoside.schema.calendar import DAY_MS
from twoside.schema.reasons import Reasons

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.seeds import Seeds


@dataclass(frozen=True)
class ALS:
    """Settings of learning the factors, the same for every channel that uses them."""

    dim: int = 96
    """Length of a vector."""
    penalty: float = 0.4
    """Of long vectors, in units of alpha and of the square root of the mean likes of an item."""
    alpha: float = 20.0
    """How much more a liked pair counts than a pair that did not meet. Less (10) suits dense
    markets, more (40) sparse ones."""
    iterations: int = 10
    """Passes over people and items."""
    half_life_days: float = 90.0
    """Age at which a like counts half."""
    latest: int = 1000
    """Items kept per person in learning, the newest."""
    threads: int = 1
    """More than one wait for each other, on a busy machine for long."""

    def __post_init__(self) -> None:
        for name in ("dim", "iterations", "latest", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(f"als.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("penalty", "alpha", "half_life_days"):
            if not getattr(self, name) > 0:
                raise ConfigError(f"als.{name} = {getattr(self, name)}: expected more than 0.")

    def learn(self, data: RecallData, seed: int) -> Factors:
        """The items' vectors. Items that nobody likes, and all of an empty past, get zeros."""
        from scipy.sparse import csr_matrix

        people, items = data.people.size, data.items.size
        start, item, confidence = self._confidence(data)
        if not len(item):
            return Factors(self, np.zeros((items, self.dim), np.float32), self.ridge(0, 0))
        liked = csr_matrix((confidence, item, start), shape=(people, items))
        likes = np.bincount(item, minlength=items)
        ridge = self.ridge(len(item), int((likes > 0).sum()))
        vector = np.asarray(self._descend(liked, ridge, seed), np.float32)
        vector[likes == 0] = 0
        return Factors(self, vector, ridge)

    def ridge(self, likes: int, items: int) -> float:
        """The L2 on all vectors, from the liked pairs and the items that are in one."""
        return self.penalty * self.alpha * float(np.sqrt(likes / max(items, 1) or 1.0))

    def _confidence(self, data: RecallData) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """start int64 (people + 1,), item int32 and c float32 of all liked pairs."""
        past = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
        owner = np.repeat(np.arange(data.people.size), np.diff(past.start))
        good = ~past.refused & (past.weight > 0)
        place = np.cumsum(good) - 1  # among the liked ones of all people
        first = np.concatenate([[0], np.cumsum(good)])[past.start[:-1]]
        good &= place - first[owner] < self.latest
        age_days = (data.now_ms - past.ts_ms[good]) / DAY_MS
        worth = past.weight[good] * np.exp2(-age_days / self.half_life_days)
        start = np.zeros(data.people.size + 1, np.int64)
        np.cumsum(np.bincount(owner[good], minlength=data.people.size), out=start[1:])
        return start, past.item[good], (1 + self.alpha * worth).astype(np.float32)

    def _descend(self, liked: Any, ridge: float, seed: int) -> np.ndarray:
        try:
            from implicit.cpu.als import AlternatingLeastSquares
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "implicit":
                raise
            raise MissingExtra(
                "recall: learning factors needs 'implicit'. "
                "Install it with: pip install 'twoside[recall]'"
            ) from None
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        with threadpool_limits(1, "blas"):  # its own threads are those of `threads`
            model = AlternatingLeastSquares(
                factors=self.dim,
                regularization=ridge,
                alpha=1.0,
                iterations=self.iterations,
                num_threads=self.threads,
                random_state=seed,
            )
            model.fit(liked, show_progress=False)
        return np.asarray(model.item_factors)


@dataclass(frozen=True)
class Factors:
    """The items' vectors, and how people get theirs."""

    settings: ALS
    vector: np.ndarray
    """float32 (items, dim); zeros for an item without likes"""
    ridge: float
    """That it was learned with."""
    known: np.ndarray = field(init=False, repr=False)
    """bool (items,): has a vector"""
    _root: np.ndarray = field(init=False, repr=False)
    """float64 (dim, dim): the lower root R of Y'Y + ridge I"""
    _white: np.ndarray = field(init=False, repr=False)
    """float32 (items, dim): R^-1 y of each item"""

    def __post_init__(self) -> None:
        from scipy.linalg import solve_triangular

        gram = self.ridge * np.eye(self.settings.dim)
        for part in _parts(self.vector):
            gram += part.T @ part
        root = np.linalg.cholesky(gram)
        white = np.empty_like(self.vector)
        for n, part in enumerate(_parts(self.vector)):
            white[n * _PART : (n + 1) * _PART] = solve_triangular(root, part.T, lower=True).T
        object.__setattr__(self, "known", (self.vector != 0).any(axis=1))
        object.__setattr__(self, "_root", root)
        object.__setattr__(self, "_white", white)

    def fold_in(self, seeds: Seeds) -> np.ndarray:
        """float32 (n, dim): the exact vectors of people who liked `seeds`; zeros for people
        without one that is known."""
        seeds = seeds.known(self.known)
        out = np.zeros((len(seeds.start) - 1, self.settings.dim), np.float32)
        extra = self.settings.alpha * seeds.worth.astype(np.float64)
        solve(seeds.start, seeds.item, extra, seeds.fade, self._white, self._root, out)
        return out

    def reasons(self, seeds: Seeds, item: int, fame: float) -> Reasons:
        """What each of one person's seeds adds to x . y_j |y_j|^(fame - 1). With c_i and p_i of
        the seed, A the matrix of the system that x solves: c_i p_i y_i' A^-1 y_j |y_j|^(fame - 1)
        (Hu, Koren and Volinsky 2008, section 5)."""
        if not (0 <= item < len(self.known) and self.known[item]):
            return Reasons.sorted(np.empty(0, np.int32), np.empty(0))
        seeds = seeds.known(self.known)
        extra = self.settings.alpha * seeds.worth.astype(np.float64)
        white = self._white[seeds.item].astype(np.float64)
        matrix = np.eye(white.shape[1]) + (white.T * extra) @ white
        toward = np.linalg.solve(matrix, self._white[item].astype(np.float64))
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


_PART = 65_536
"""Items that are turned to float64 at once."""


def _parts(vector: np.ndarray) -> Iterator[np.ndarray]:
    for begin in range(0, len(vector), _PART):
        yield vector[begin : begin + _PART].astype(np.float64)
