"""Likes to learn a softmax over items from: each with what the person did before it, and the items
that stand against it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.past import Past
from twoside.funnel.recall.recent import recent_of
from twoside.samples import negatives
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData

_CHUNK = 8192
"""Likes whose pasts are looked up at once."""


@dataclass(frozen=True)
class Likes:
    """First likes of n pairs, in order of time, each with what the person did before it."""

    person: np.ndarray
    """int32 (n,)"""
    item: np.ndarray
    """int32 (n,)"""
    weight: np.ndarray
    """float32 (n,): sqrt of the pair's strengths, halved by age"""
    recent: np.ndarray
    """int32 (n, last): as `recent_of`"""
    worth: np.ndarray
    """float32 (n, last)"""
    counts: np.ndarray
    """int64 (items,): how often each was liked, also before the first of these likes if only
    those since a moment are asked for"""

    @staticmethod
    def of(
        data: RecallData,
        newest: int,
        half_life_days: float,
        last: int,
        decay: float,
        since_ms: int | None = None,
    ) -> Likes:
        """The `newest` of them, or those of the newest since a moment; pairs that ended in a
        refusal teach nothing."""
        log, size = data.behaviours, data.items.size
        past = Past.of_behaviours(log, data.people.size, size)
        owner = np.repeat(np.arange(data.people.size), np.diff(past.start))
        good = ~past.refused & (past.weight > 0)
        good_pairs = owner[good].astype(np.int64) * size + past.item[good]
        order = np.argsort(good_pairs)
        good_pairs, weight = good_pairs[order], past.weight[good][order]
        rows = np.flatnonzero(log.strength > 0)
        rows = rows[np.argsort(log.ts_ms[rows], kind="stable")]
        pairs = log.person[rows].astype(np.int64) * size + log.item[rows]
        rows = rows[np.sort(np.unique(pairs, return_index=True)[1])]  # the first like of each
        pairs = log.person[rows].astype(np.int64) * size + log.item[rows]
        at = np.searchsorted(good_pairs, pairs)
        kept = at < len(good_pairs)
        kept[kept] = good_pairs[at[kept]] == pairs[kept]
        rows, at = rows[kept][-newest:], at[kept][-newest:]
        counts = np.bincount(log.item[rows], minlength=size)
        if since_ms is not None:
            new = log.ts_ms[rows] >= since_ms
            rows, at = rows[new], at[new]
        age_days = (data.now_ms - log.ts_ms[rows]) / DAY_MS
        halved = weight[at] * np.exp2(-age_days / half_life_days)
        recent, worth = _pasts(data, rows, last, decay)
        return Likes(
            log.person[rows], log.item[rows], halved.astype(np.float32), recent, worth, counts
        )

    def __len__(self) -> int:
        return len(self.item)


def _pasts(
    data: RecallData, rows: np.ndarray, last: int, decay: float
) -> tuple[np.ndarray, np.ndarray]:
    """What was known at each of these likes: as the channel will be asked."""
    log = data.behaviours
    by_person = log.by_person(data.people.size)
    found = [(np.empty((0, last), np.int32), np.empty((0, last), np.float32))]
    for begin in range(0, len(rows), _CHUNK):
        some = rows[begin : begin + _CHUNK]
        asking = ask(log.person[some], log.ts_ms[some], by_person, data.people, data.items)
        found.append(recent_of(asking.past, last, decay))
    return np.concatenate([part[0] for part in found]), np.concatenate([p[1] for p in found])


class Against:
    """The items that stand against the likes of a batch: those of the batch, and for each step
    some that are drawn by popularity, with the log of how often each is expected there."""

    def __init__(self, likes: Likes, drawn: int, power: float, steps: int, seed: int) -> None:
        """`drawn`: how many a step, in proportion to counts ** power."""
        items = len(likes.counts)
        chance = np.bincount(likes.item, minlength=items) / max(len(likes), 1)
        self._log_batch = _log(chance)
        self._drawn = np.empty((steps, 0), np.int32)
        self._log_drawn = np.full(items, -np.inf)
        if drawn:
            found = negatives.by_popularity(likes.counts, steps * drawn, seed, power)
            self._drawn = found.item.reshape(steps, drawn)
            self._log_drawn = _log(drawn * negatives.chances(likes.counts, power))

    def items(self, step: int, item: np.ndarray) -> np.ndarray:
        """int32 (k,): those of the batch `item` (B,) first, then this step's draw."""
        return np.concatenate([item, self._drawn[step]])

    def log_q(self, batch: int, others: np.ndarray) -> np.ndarray:
        """float32 (k,): of `others`, from `items` for a batch of so many likes."""
        in_batch = np.log(batch) + self._log_batch[others]
        both = negatives.together_log_q(in_batch, self._log_drawn[others])
        return np.asarray(both, np.float32)


def _log(expected: np.ndarray) -> np.ndarray:
    """float64: of what can happen; -inf of what cannot."""
    found = np.full(len(expected), -np.inf)
    np.log(expected, where=expected > 0, out=found)
    return found


def forget_untaught(values: np.ndarray, rows: np.ndarray) -> None:
    """Who has no like (is not in `rows`) has learned nothing of its own: it gets row 0 of
    `values` (ids + 1, ...), in place."""
    taught = np.zeros(len(values), bool)
    taught[rows + 1] = True
    values[~taught] = values[0]
