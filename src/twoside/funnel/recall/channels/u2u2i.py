"""U2U2I: what people like me took of late.

    score(j) = sum over the nearest people v of  cosine(x, x_v)^trust * worth_vj * likers_j^(fame-1)
    worth_vj = weight_vj * 2^(-age / half-life)

A person's vector x is solved from the recent items at the moment of the question
(`recall/als.py`), the others' at the fit.
Source: user-based collaborative filtering, Herlocker et al. 1999, "An Algorithmic Framework for
Performing Collaborative Filtering", SIGIR (nearest people, weighted by likeness), with vectors in
place of rows of ratings. Ours: the power of likeness (Breese et al. 1998, "case amplification"),
the ages, and the power of how many like an item.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from twoside.errors import ConfigError
from twoside.funnel.recall.als import ALS, Factors
from twoside.funnel.recall.near_lists import NearLists
from twoside.funnel.recall.past import Past
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.seeds import Seeds, never
from twoside.index.vectors import VectorIndex
from twoside.schema.artefact import Packed, inside, within
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData, Recalled
    from twoside.index.vectors import Index
    from twoside.schema.reasons import Reasons


@dataclass(frozen=True)
class U2U2I:
    """Settings of the channel of like people; `fit` gives the fitted channel."""

    als: ALS = field(default_factory=ALS)
    """How the vectors are learned."""
    people: int = 100
    """Nearest people that are looked at."""
    trust: float = 4.0
    """Power of likeness: more lets the nearest speak louder."""
    recent: int = 50
    """Latest items of each of them."""
    half_life_days: float = 30.0
    """Age at which their likes count half."""
    fame: float = 0.75
    """Power of how many people like an item, of the sum that they make: 1 is the plain sum, less
    leans away from what everybody likes."""
    last: int = 50
    """Recent items that make a person's vector."""
    decay: float = 0.8
    """Weight of a recent item against the one after it, in a person's vector."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    search: VectorIndex = field(
        default_factory=lambda: VectorIndex("cosine", exact_below=20_000, probes=32)
    )
    """How people are searched; always by the cosine. Nearly the nearest are good enough here, so
    cells begin earlier."""

    def __post_init__(self) -> None:
        for name in ("people", "recent", "last"):
            if getattr(self, name) < 1:
                raise ConfigError(f"u2u2i.{name} = {getattr(self, name)}: expected 1 or more.")
        if not 0 <= self.decay <= 1:
            raise ConfigError(f"u2u2i.decay = {self.decay}: expected 0 to 1.")
        if not self.half_life_days > 0:
            raise ConfigError(
                f"u2u2i.half_life_days = {self.half_life_days}: expected more than 0."
            )

    def fit(self, data: RecallData, seed: int) -> FittedU2U2I:
        """Learn the vectors and keep what people took; an empty past finds nothing."""
        return self._of(self.als.learn(data, seed), data, seed)

    def update(
        self,
        fitted: FittedU2U2I,
        data: RecallData,
        since_ms: int,  # noqa: ARG002 - ages change all likes a little
        seed: int,
    ) -> FittedU2U2I:
        """Learn the vectors on from the former ones; what people took is looked up anew."""
        factors = self.als.update(fitted.factors.vector, data, seed)
        return self._of(factors, data, seed)

    def _of(self, factors: Factors, data: RecallData, seed: int) -> FittedU2U2I:
        past = Past.of_behaviours(data.behaviours, data.people.size, data.items.size)
        now = np.full(data.people.size, data.now_ms)
        seeds = Seeds.of_past(past, now, self.last, self.decay, self.als.half_life_days)
        vector = factors.fold_in(seeds)
        known = np.flatnonzero((vector != 0).any(axis=1))
        index = replace(self.search, metric="cosine").build(known, vector[known], seed)
        took = Seeds.of_past(past, now, self.recent, 1.0, self.half_life_days)
        liked = (past.weight > 0) & ~past.refused
        likers = np.bincount(past.item[liked], minlength=data.items.size)
        near = took.worth * likers[took.item].astype(np.float64) ** (self.fame - 1)
        lists = NearLists(took.start, took.item, near.astype(np.float32), data.items.size)
        return FittedU2U2I(self, factors, index, lists)

    def unpack(self, packed: Packed) -> FittedU2U2I:
        """The fitted channel that `pack` described."""
        told = dict(packed.meta["settings"])
        told |= {"als": ALS(**told["als"]), "search": VectorIndex(**told["search"])}
        settings = U2U2I(**told)
        factors = Factors.unpack(inside(packed, "factors"))
        index = VectorIndex().unpack(inside(packed, "index"))
        return FittedU2U2I(settings, factors, index, NearLists.unpack(inside(packed, "took")))


@dataclass(frozen=True)
class FittedU2U2I:
    """What like people took.

    It has nothing for people who liked no item that has a vector. What others did since the fit,
    and items that came since, it does not know. Ages are those at the fit: later all of them grow
    alike, which changes no order.
    """

    settings: U2U2I
    factors: Factors
    index: Index
    """Over the people who have a vector."""
    took: NearLists
    """What each person took of late."""
    _people: Remembered[tuple[Seeds, np.ndarray]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_people", Remembered(self._near))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The items of the nearest people, best first."""
        people, barred = self._near(asking)[0], never(asking, self.settings.repeat)
        return self.took.gather(people, asking.is_open, barred, limit)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each of the nearest people adds to the score of an item."""
        return self.took.reasons(self._people.of(asking)[0], item, of="people")

    def near_people(self, asking: Asking) -> Candidates:
        """Those nearest to the one person who asks, and the cosines."""
        people, cosine = self._people.of(asking)
        return Candidates(people.item, cosine)

    def _near(self, asking: Asking) -> tuple[Seeds, np.ndarray]:
        """The nearest people with what each is worth, and their cosines."""
        s = self.settings
        seeds = Seeds.of(asking, s.last, s.decay, s.als.half_life_days)
        who, near = self.index.search(
            self.factors.fold_in(seeds), s.people, barred=_themselves(asking)
        )
        there = (who >= 0) & (near > 0)
        start = np.zeros(len(asking) + 1, np.int64)
        np.cumsum(there.sum(axis=1), out=start[1:])
        worth = (near[there].astype(np.float64) ** s.trust).astype(np.float32)
        return Seeds(start, who[there], worth, np.ones_like(worth)), near[there]

    def pack(self) -> Packed:
        """Settings, vectors, index and lists."""
        parts: dict[str, Any] = {"factors": self.factors, "index": self.index, "took": self.took}
        packed = {name: part.pack() for name, part in parts.items()}
        arrays: dict[str, np.ndarray] = {}
        for name, part in packed.items():
            arrays |= within(name, part)
        meta = {name: part.meta for name, part in packed.items()}
        return Packed({"settings": asdict(self.settings), **meta}, arrays)


def _themselves(asking: Asking) -> tuple[np.ndarray, np.ndarray]:
    """Nobody is like oneself; for a person never seen nobody is left out."""
    person = np.asarray(asking.person, np.int32)
    start = np.zeros(len(person) + 1, np.int64)
    np.cumsum(person >= 0, out=start[1:])
    return start, person[person >= 0]
