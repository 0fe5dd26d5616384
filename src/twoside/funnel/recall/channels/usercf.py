"""UserCF: what people liked who like the same as this person.

    like(u, v) = sum_i a_ui b_vi / (|a_u| |b_v| + shrink),      a_ui = decay^k  w_ui f_i,
    score(j)   = sum_v like(u, v)^sharp  order^k  w_vj / n_j^fame,          b_vi = w_vi f_i

over the `neighbours` people v of the greatest like. k counts back from the latest item of the one
it belongs to, w is the weight of a pair, n_i how many liked i, f_i = log(1 + people / n_i)^rarity
damps items that everybody likes, for they say little about anybody.
Source: Breese et al. 1998, "Empirical Analysis of Predictive Algorithms for Collaborative
Filtering", section 2.1 (vector similarity, inverse user frequency, and the power of the likeness,
there case amplification); Herlocker et al. 1999, "An Algorithmic Framework for Performing
Collaborative Filtering", sections 4 and 5 (likeness of few common items counts less, best n
neighbours). Ours: both decays, the power of fame, and that like-minded people are looked up at the
moment of the question, by who liked the person's own latest items, so somebody who came after the
fit has them too.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.reasons import near_in
from twoside.funnel.recall.remembered import Remembered
from twoside.funnel.recall.tally import place_of, places
from twoside.funnel.recall.taste import Taste
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed
from twoside.schema.reasons import Reasons
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData

_ARRAYS = ("of_start", "person", "bent", "norm", "rarity", "start", "item", "vote")


@dataclass(frozen=True)
class UserCF:
    """Settings of the UserCF channel; `fit` gives the fitted channel."""

    shrink: float = 0.5
    """Added to the product of the norms: people of few or common items count less."""
    sharp: float = 0.7
    """Power of the likeness; more lets the nearest people decide."""
    rarity: float = 1.0
    """Power by which rare items count more in the likeness; 0 counts all alike, which suits dense
    ratings."""
    fame: float = 0.2
    """Power of how many liked an item, which its score is divided by; 0 leans to popular items."""
    order: float = 0.9
    """Weight of an item of a like-minded person against the one after it; 1 where the log has no
    order (then `decay` too)."""
    neighbours: int = 200
    """Like-minded people who are asked."""
    max_people: int = 200
    """People kept per item, those who liked it last."""
    latest: int = 50
    """Items kept per person, the last ones."""
    last: int = 20
    """Recent items of the person that count."""
    decay: float = 0.75
    """Weight of a recent item against the one after it."""
    repeat: bool = False
    """May give back items that the person already liked; `history` is the channel for those."""

    def __post_init__(self) -> None:
        for name in ("neighbours", "max_people", "latest", "last"):
            if getattr(self, name) < 1:
                raise ConfigError(f"usercf.{name} = {getattr(self, name)}: expected 1 or more.")
        for name in ("shrink", "sharp", "rarity", "fame", "order", "decay"):
            if not getattr(self, name) >= 0:
                raise ConfigError(f"usercf.{name} = {getattr(self, name)}: expected 0 or more.")

    def fit(self, data: RecallData, seed: int) -> FittedUserCF:  # noqa: ARG002 - exact
        """Turn the likes round: no likeness is worked out before somebody asks. An empty past gives
        a channel that finds nothing."""
        taste = Taste.of(data, self.latest, timed=True)
        many = np.maximum(np.diff(taste.of_start), 1)
        rarity = (np.log1p(len(taste.many) / many) ** self.rarity).astype(np.float32)
        bent = taste.weight * rarity[taste.item]
        norm = _norms(taste.start, bent)
        of_start, at = _newest(taste.of_start, taste.at, taste.ts_ms, self.max_people)
        age = np.repeat(taste.start[1:], taste.many) - np.arange(1, len(taste.item) + 1)
        famous = (many**-self.fame).astype(np.float32)
        vote = taste.weight * famous[taste.item] * np.float32(self.order) ** age.astype(np.float32)
        person = taste.person[at]
        arrays = (of_start, person, bent[at], norm, rarity, taste.start, taste.item, vote)
        return FittedUserCF(self, *arrays)

    def unpack(self, packed: Packed) -> FittedUserCF:
        """The fitted channel that `pack` described."""
        settings = UserCF(**packed.meta["settings"])
        return FittedUserCF(settings, *(packed.arrays[name] for name in _ARRAYS))


@dataclass(frozen=True)
class FittedUserCF:
    """Who liked what, both ways round. It knows nothing for people without positive behaviours, nor
    of items that came after the fit."""

    settings: UserCF
    of_start: np.ndarray
    """int64 (items + 1,): the people of item i are `of_start[i]:of_start[i + 1]` of:"""
    person: np.ndarray
    """int32, newest first"""
    bent: np.ndarray
    """float32: b_vi of the same pair"""
    norm: np.ndarray
    """float32 (people,): |b_v|"""
    rarity: np.ndarray
    """float32 (items,): f_i"""
    start: np.ndarray
    """int64 (people + 1,): what person v liked is `start[v]:start[v + 1]` of:"""
    item: np.ndarray
    """int32, oldest first"""
    vote: np.ndarray
    """float32: order^k w_vj / n_j^fame"""
    _people: Remembered[Candidates] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_people", Remembered(self._like))

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """What like-minded people liked; nobody is like-minded with themselves."""
        past, settings = asking.past, self.settings
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        if limit:
            _like_minded(
                asking.person,
                past.start,
                past.item,
                past.weight,
                past.refused,
                asking.open_up_to(len(self.of_start) - 1),
                self.of_start,
                self.person,
                self.bent,
                self.norm,
                self.rarity,
                self.start,
                self.item,
                self.vote,
                settings.last,
                float(settings.decay),
                float(settings.shrink),
                float(settings.sharp),
                settings.neighbours,
                settings.repeat,
                items,
                scores,
            )
        return Recalled(items, scores)

    def reasons(self, asking: Asking, item: int) -> Reasons:
        """What each like-minded person adds to the score of an item."""
        people = self.near_people(asking)
        voice = people.scores.astype(np.float64) ** self.settings.sharp
        vote = near_in(self.start, self.item, self.vote, people.items, item)
        return Reasons.sorted(people.items, voice * vote, of="people")

    def near_people(self, asking: Asking) -> Candidates:
        """The like-minded of the one person who asks, and like(u, v)."""
        return self._people.of(asking)

    def _like(self, asking: Asking) -> Candidates:
        """As `recall` has them, here in plain NumPy for one to look at."""
        past, s = asking.past, self.settings
        liked = np.flatnonzero((past.weight > 0) & ~past.refused)[: s.last]
        fade = float(s.decay) ** np.arange(len(liked))
        known = past.item[liked] < len(self.rarity)
        liked, fade = liked[known], fade[known]
        mine = fade * past.weight[liked] * self.rarity[past.item[liked]]
        like = np.zeros(len(self.norm))
        for item, part in zip(past.item[liked].tolist(), mine.tolist(), strict=True):
            of = slice(self.of_start[item], self.of_start[item + 1])
            np.add.at(like, self.person[of], part * self.bent[of])
        like /= np.sqrt(mine @ mine) * self.norm + s.shrink + (like == 0)
        value = like.astype(np.float32)
        if 0 <= asking.person[0] < len(value):
            value[asking.person[0]] = 0
        order = np.lexsort((np.arange(len(value)), -value))[: s.neighbours]
        order = order[value[order] > 0]
        return Candidates(order.astype(np.int32), value[order])

    def pack(self) -> Packed:
        """Settings and both indices."""
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        return Packed({"settings": asdict(self.settings)}, arrays)


@njit(cache=True, nogil=True)
def _norms(start, bent):  # type: ignore[no-untyped-def]
    norm = np.empty(len(start) - 1, np.float32)
    for p in range(len(norm)):
        square = 0.0
        for r in range(start[p], start[p + 1]):
            square += np.float64(bent[r]) ** 2
        norm[p] = np.sqrt(square)
    return norm


@njit(cache=True, nogil=True)
def _newest(of_start, at, ts_ms, most):  # type: ignore[no-untyped-def]
    """The `most` newest pairs of each item, newest first; of the same moment the lower first."""
    start = np.zeros_like(of_start)
    for j in range(len(of_start) - 1):
        start[j + 1] = start[j] + min(of_start[j + 1] - of_start[j], most)
    kept = np.empty(start[-1], at.dtype)
    for j in range(len(of_start) - 1):
        mine = at[of_start[j] : of_start[j + 1]]
        order = np.argsort(-ts_ms[mine], kind="mergesort")
        kept[start[j] : start[j + 1]] = mine[order[:most]]
    return start, kept


@njit(cache=True, nogil=True)
def _like_minded(  # type: ignore[no-untyped-def]  # noqa: PLR0912, PLR0915 - one loop a step
    person,
    past_start,
    past_item,
    past_weight,
    refused,
    is_open,
    of_start,
    of,
    bent,
    norm,
    rarity,
    start,
    item,
    vote,
    last,
    decay,
    shrink,
    sharp,
    neighbours,
    repeat,
    out_items,
    out_scores,
):
    known, limit = len(of_start) - 1, out_items.shape[1]
    met, widest = 0, 0  # entries of the tables, at most
    for i in range(len(person)):
        used, entries = 0, 0
        for r in range(past_start[i], past_start[i + 1]):
            if used < last and past_weight[r] > 0 and not refused[r]:
                used += 1
                if past_item[r] < known:
                    entries += of_start[past_item[r] + 1] - of_start[past_item[r]]
        met = max(met, entries)
    for v in range(len(norm)):
        widest = max(widest, start[v + 1] - start[v])
    people, like, people_at = places(min(met, len(norm)))
    found, score, found_at = places(min(widest * neighbours, known))
    keys, best = buffer(neighbours), buffer(limit)
    minded, likeness = np.empty(neighbours, np.int32), np.empty(neighbours, np.float32)
    value = np.empty(max(len(people_at), len(found_at)), np.float32)
    for i in range(len(person)):
        used, count, factor, square = 0, 0, 1.0, 0.0
        for r in range(past_start[i], past_start[i + 1]):
            if refused[r] or past_weight[r] <= 0:
                continue
            if used == last:
                break
            used += 1
            j = past_item[r]
            if j < known:
                mine = factor * past_weight[r] * rarity[j]
                square += mine * mine
                for e in range(of_start[j], of_start[j + 1]):
                    at = place_of(people, of[e])
                    people_at[count] = at
                    count += people[at] < 0  # no branch: nobody can guess which come twice
                    people[at] = of[e]
                    like[at] += mine * bent[e]
            factor *= decay
        own = np.sqrt(square)
        for t in range(count):
            at = people_at[t]
            value[t] = like[at] / (own * norm[people[at]] + shrink)
        size, bar = 0, ALL
        for t in range(count):
            v = people[people_at[t]]
            keys[size] = key_of(value[t], v)
            size += (keys[size] < bar) & (v != person[i]) & (value[t] > 0)
            if size == len(keys):
                size, bar = fewer(keys, neighbours)
        for t in range(count):
            people[people_at[t]], like[people_at[t]] = -1, 0.0
        size = finish(keys, size, neighbours, minded, likeness)
        count = 0
        for n in range(size):
            part = np.float64(likeness[n]) ** sharp
            for r in range(start[minded[n]], start[minded[n] + 1]):
                at = place_of(found, item[r])
                found_at[count] = at
                count += found[at] < 0
                found[at] = item[r]
                score[at] += part * vote[r]
        for r in range(past_start[i], past_start[i + 1]):
            if refused[r] or (not repeat and past_weight[r] > 0):
                score[place_of(found, past_item[r])] = 0.0  # a free place keeps its 0
        for t in range(count):
            value[t] = score[found_at[t]]
        size, bar = 0, ALL
        for t in range(count):
            j = found[found_at[t]]
            best[size] = key_of(value[t], j)
            size += (best[size] < bar) & is_open[j] & (value[t] > 0)
            if size == len(best):
                size, bar = fewer(best, limit)
        for t in range(count):
            found[found_at[t]], score[found_at[t]] = -1, 0.0
        finish(best, size, limit, out_items[i], out_scores[i])
