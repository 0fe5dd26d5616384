"""MIND: what a person did of late is sorted into several interests, and each finds its own items.

    score(person, item) = sharpness * max over interests k of  u_k(person) . y(item)  +  bias(item)

One vector for a person who likes two unlike things points between them, where neither is. Here
dynamic routing gathers the recent items into capsules, as many as the past is long, and an item
needs to be near to one of them only. `nn/capsules.py` has the net and its equations. A person is
known by recent items and declared words alone: no vector has to be kept for an id, and a new
person is answered like any other.
Source: Li et al. 2019, "Multi-Interest Network with Dynamic Routing for Recommendation at Tmall",
CIKM. What we changed: recent items weigh by order and strength, and the first routing logits are
learned, from a random normal beginning: one part a place in the past (so that one interest may be
what was just done, another all before), one part a direction; in the paper they are drawn anew
each time, so one question has many answers. All rounds of the routing are differentiated. The
ReLU layer is added to interest and profile, beginning from zero, for our logs are small. Items are
the sum of id and words, some ids forgotten in learning, as in `two_tower`; negatives are those of
the batch and others drawn by popularity, with the log-q correction; vectors are of length 1, with
a learned sharpness and a bias an item. In the paper the interests are mixed in learning, by their
attention to what was taken, and apart in answering; here every item meets the nearest interest in
both, which found more (`attention` gives the paper's way).

Learning needs torch (the extra `deep`); an answer is arithmetic on arrays, so a server needs none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from twoside.funnel.recall import bag_vectors
from twoside.funnel.recall.bag_vectors import normal
from twoside.funnel.recall.bags import Bags, Words
from twoside.funnel.recall.best_fits import best_fits
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.recent import recent_of
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.with_torch import (
    learning,
    refuse_nonsense,
    refuse_other_shape,
)
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import Asking, RecallData
    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class MIND:
    """Settings of the MIND channel; `fit` gives the fitted channel."""

    dim: int = 64
    """Length of a vector."""
    interests: int = 4
    """Most interests of a person; a past of n items has log2 n of them at most."""
    rounds: int = 3
    """Rounds of the routing."""
    attention: float = 0.0
    """0: in learning as in answering, each item meets the interest that is nearest to it. Above:
    one mixture of the interests meets all items, by label-aware attention of this sharpness to
    what was taken, as in the paper (there it is the power p)."""
    temperature: float = 0.2
    """Divides the product of two vectors, 1 at most; learning begins with it and finds its own."""
    epochs: int = 6
    """Passes over the likes."""
    again: int = 3
    """Passes of an update over the likes that are new."""
    batch: int = 512
    """Likes taken together; each is a negative for the others."""
    negatives: int = 256
    """Further items drawn by popularity, the same for a whole batch; 0 for none."""
    power: float = 0.75
    """They are drawn in proportion to likes ** power."""
    rows: int = 400_000
    """Most likes to learn from, the newest."""
    half_life_days: float = 7.0
    """Age at which a like counts half in learning."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.6
    """Weight of a recent item against the one after it."""
    forget: float = 0.2
    """Share of item ids that learning sees as unknown."""
    learning_rate: float = 0.01
    penalty: float = 0.01
    """Weight decay (AdamW)."""
    averaged: int = 150
    """Steps over which the parameters are averaged, the oldest counting least; at most a quarter
    of all steps."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""
    threads: int = 1
    """More than one wait for each other, on a busy machine for long."""

    def __post_init__(self) -> None:
        refuse_nonsense("mind", self, ("interests", "rounds"), ("attention",))

    def fit(self, data: RecallData, seed: int) -> FittedMIND:
        """Learn the net; an empty past, or one of a single item, gives empty lists."""
        fitted: FittedMIND = learning("mind").learn(self, data, seed)
        return fitted

    def update(self, fitted: FittedMIND, data: RecallData, since_ms: int, seed: int) -> FittedMIND:
        """Go on from former parameters, by passes over the likes since `since_ms` only; ids
        that came since begin as the unknown one. Without such likes it is `fitted` itself."""
        if not fitted.net:
            return self.fit(data, seed)
        refuse_other_shape("mind", self, fitted.settings, "dim interests last")
        found: FittedMIND = learning("mind").go_on(self, fitted, data, since_ms, seed)
        return found

    def unpack(self, packed: Packed) -> FittedMIND:
        """The fitted channel that `pack` described."""
        meta = packed.meta
        return FittedMIND(
            MIND(**meta["settings"]),
            Words(tuple(meta["person_columns"]), tuple(meta["person_sizes"])),
            Words(tuple(meta["item_columns"]), tuple(meta["item_sizes"])),
            dict(packed.arrays),
        )


@dataclass(frozen=True)
class _Items:
    """All items as vectors."""

    behaviour: np.ndarray
    """float32 (items, dim): h, as histories take them"""
    leaning: np.ndarray
    """float32 (items, K): towards_k . normal(h)"""
    normal: np.ndarray
    """float32 (dim, items): y turned round"""
    bias: np.ndarray
    """float32 (items,)"""


@dataclass(frozen=True)
class FittedMIND:
    """The parameters of the net (`nn.capsules.MindNet`) by name; none if nothing was learned."""

    settings: MIND
    person_words: Words
    item_words: Words
    net: Mapping[str, np.ndarray]
    _items: Remembered[_Items] = field(init=False, repr=False, compare=False)
    _bags: Remembered[Bags] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_items", Remembered(self._offers))
        object.__setattr__(self, "_bags", Remembered(self.person_words.bags))

    @property
    def words(self) -> tuple[Words, Words]:
        """Of people, and of items."""
        return self.person_words, self.item_words

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """What is nearest to any interest. Who did nothing gets what fits the declared words, and
        who declares nothing either what everybody likes; an item that came after the fit is found
        by its words."""
        if not self.net:
            return Recalled.nothing(len(asking), limit)
        start, vector = self.interests(asking)
        offered = self._items.of(asking.items)
        sharpness = float(np.exp(self.net["log_sharpness"][0]))
        repeat = self.settings.repeat
        return best_fits(
            asking, limit, start, vector, offered.normal, offered.bias, sharpness, repeat
        )

    def interests(self, asking: Asking) -> tuple[np.ndarray, np.ndarray]:
        """start int64 (n + 1,) and u float32 (total, dim): person i has the interests
        `start[i]:start[i + 1]`, of length 1, or zeros for whom nothing is known of."""
        net, offered = self.net, self._items.of(asking.items)
        recent, worth = recent_of(asking.past, self.settings.last, self.settings.decay)
        start = np.zeros(len(asking) + 1, np.int64)
        counts = interests_of((worth > 0).sum(axis=1), self.settings.interests)
        np.cumsum(counts, out=start[1:])
        capsules = np.zeros((int(start[-1]), self.settings.dim), np.float32)
        _route(
            start,
            recent,
            worth,
            offered.behaviour,
            offered.leaning,
            net["first"],
            self.settings.rounds,
            capsules,
        )
        bags = self._bags.of(asking.people).of(asking.person)
        profile = bag_vectors.sums(bags, net["person_word"])
        out = np.empty_like(capsules)
        _join(start, capsules, profile, net["widen"], net["shift"], net["narrow"], out)
        return start, normal(out)

    def vectors(self, items: EntityTable) -> np.ndarray:
        """float32 (items, dim): the normal vectors y, also of items that came after the fit; zeros
        if nothing was learned."""
        if not self.net:
            return np.zeros((items.size, self.settings.dim), np.float32)
        return np.ascontiguousarray(self._items.of(items).normal.T)

    def pack(self) -> Packed:
        """Settings and parameters."""
        meta: dict[str, Any] = {
            "settings": asdict(self.settings),
            "person_columns": list(self.person_words.columns),
            "person_sizes": list(self.person_words.sizes),
            "item_columns": list(self.item_words.columns),
            "item_sizes": list(self.item_words.sizes),
        }
        return Packed(meta, dict(self.net))

    def _offers(self, items: EntityTable) -> _Items:
        net = self.net
        rows = np.arange(1, items.size + 1)
        slot = np.where(rows < len(net["bias"]), rows, 0)
        vector = net["item_id"][slot]
        bag_vectors.add(vector, self.item_words.bags(items), net["item_word"])
        h = np.asarray(vector @ net["share"], np.float32)
        leaning = np.asarray(normal(h) @ net["towards"].T, np.float32)
        turned = np.ascontiguousarray(normal(vector).T)
        return _Items(h, leaning, turned, net["bias"][slot])


def interests_of(length: np.ndarray, most: int) -> np.ndarray:
    """int64 (n,): max(1, min(most, floor(log2 n))) for pasts of n items."""
    floor = np.floor(np.log2(np.maximum(length, 2))).astype(np.int64)
    return np.asarray(np.clip(floor, 1, most))


@njit(cache=True, nogil=True)
def _route(start, recent, worth, behaviour, leaning, first, rounds, out):  # type: ignore[no-untyped-def]
    last = recent.shape[1]
    logit = np.empty((last, first.shape[1]), np.float32)
    for i in range(len(start) - 1):
        v = out[start[i] : start[i + 1]]
        length = 0
        while length < last and recent[i, length] >= 0:
            for k in range(len(v)):
                logit[length, k] = first[length, k] + leaning[recent[i, length], k]
            length += 1
        for n in range(rounds):
            if n:
                for a in range(length):
                    h = behaviour[recent[i, a]]
                    for k in range(len(v)):
                        for c in range(len(h)):
                            logit[a, k] += v[k, c] * h[c]
            _gather(recent[i, :length], worth[i], behaviour, logit, v)


@njit(cache=True, nogil=True)
def _gather(recent, worth, behaviour, logit, v):  # type: ignore[no-untyped-def]
    """The capsules v (K', dim) by the logits (places, K) as they stand, squashed."""
    most, dim = v.shape
    share = np.empty(most, np.float32)
    v[:] = 0
    for a in range(len(recent)):
        h = behaviour[recent[a]]
        top = logit[a, :most].max()
        total = np.float32(0)
        for k in range(most):
            share[k] = np.exp(logit[a, k] - top)
            total += share[k]
        for k in range(most):
            w = share[k] / total * worth[a]
            for c in range(dim):
                v[k, c] += w * h[c]
    for k in range(most):
        square = np.float32(0)
        for c in range(dim):
            square += v[k, c] * v[k, c]
        v[k] *= np.sqrt(max(square, np.float32(1e-12))) / (np.float32(1) + square)


@njit(cache=True, nogil=True)
def _join(start, capsules, profile, widen, shift, narrow, out):  # type: ignore[no-untyped-def]
    """Interest and profile, and what the ReLU layer makes of both."""
    dim, wide = capsules.shape[1], len(shift)
    middle = np.empty(wide, np.float32)
    for i in range(len(start) - 1):
        for k in range(start[i], start[i + 1]):
            middle[:] = shift
            for c in range(dim):
                for m in range(wide):
                    middle[m] += capsules[k, c] * widen[c, m]
                for m in range(wide):
                    middle[m] += profile[i, c] * widen[dim + c, m]
            for c in range(dim):
                out[k, c] = capsules[k, c] + profile[i, c]
            for m in range(wide):
                if middle[m] > 0:
                    for c in range(dim):
                        out[k, c] += middle[m] * narrow[m, c]
