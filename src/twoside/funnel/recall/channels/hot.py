"""Hot: what is liked most of late, first within the person's own groups.

    p(i | person) = mean over the person's groups g of  (n_gi + mu p_i) / (n_g + mu)

n_gi: decayed positive strengths of the group's people for item i; p_i: the share of item i among
all people. A group of few behaviours falls back to the whole market.
Source: Zhai and Lafferty 2004, "A Study of Smoothing Methods for Language Models Applied to
Information Retrieval", equation 6 (Dirichlet smoothing), with people's groups as documents.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit

from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.groups import category_pairs, codes_of
from twoside.funnel.recall.popularity import evidence
from twoside.index.keys import ALL, buffer, fewer, finish, key_of
from twoside.schema.artefact import Packed

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import Asking, RecallData


@dataclass(frozen=True)
class Hot:
    """Settings of the hot channel. An item that nobody likes is never hot."""

    half_life_days: float = 2.0
    """Age at which a behaviour counts half."""
    by_group: bool = True
    """Look first within the groups that people declare (the person columns of matches)."""
    backoff: float = 200.0
    """mu: strengths that a group must have before it counts as much as the whole market."""

    def fit(self, data: RecallData, seed: int) -> FittedHot:  # noqa: ARG002 - exact
        """Count; an empty past gives empty lists."""
        rows, worth = evidence(data, self.half_life_days)
        item = data.behaviours.item[rows]
        size = data.items.size
        score = np.bincount(item, worth, minlength=size)
        order = np.argsort(-score, kind="stable")[: np.count_nonzero(score)].astype(np.int32)
        pairs = category_pairs(data.matches, data.people, data.items) if self.by_group else ()
        columns = tuple(dict.fromkeys(mine for mine, _ in pairs))
        codes = codes_of(data.people, columns, data.behaviours.person[rows])
        group, offsets = _numbered(codes, [data.people.sizes[c] for c in columns])
        start, of_item, count = _counts(group, item, worth, int(offsets[-1]), size)
        share = score / max(score.sum(), 1e-12)
        return FittedHot(self, columns, offsets, share, order, start, of_item, count)

    def unpack(self, packed: Packed) -> FittedHot:
        """The fitted channel that `pack` described."""
        a = packed.arrays
        return FittedHot(
            Hot(**packed.meta["settings"]),
            tuple(packed.meta["columns"]),
            a["offsets"],
            a["share"],
            a["order"],
            a["start"],
            a["item"],
            a["count"],
        )


def _numbered(codes: np.ndarray, sizes: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Codes of several columns as one running number of groups, -1 unknown; and the offsets."""
    offsets = np.cumsum([0, *sizes]).astype(np.int64)
    return np.where(codes >= 0, codes + offsets[:-1], -1), offsets


def _counts(
    group: np.ndarray, item: np.ndarray, worth: np.ndarray, groups: int, size: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums by (group, item): where each group's items are, the items, the sums."""
    known = group >= 0
    pair = group[known].astype(np.int64) * size + np.broadcast_to(item[:, None], group.shape)[known]
    keys, inverse = np.unique(pair, return_inverse=True)
    weights = np.broadcast_to(worth[:, None], group.shape)[known]
    count = np.bincount(inverse, weights, minlength=len(keys))
    start = np.searchsorted(keys, np.arange(groups + 1, dtype=np.int64) * size)
    return start.astype(np.int64), (keys % max(size, 1)).astype(np.int32), count


@dataclass(frozen=True)
class FittedHot:
    """Counts of the whole market and of its groups."""

    settings: Hot
    columns: tuple[str, ...]
    """Person columns whose categories are groups."""
    offsets: np.ndarray
    """int64 (columns + 1,): number of the first group of each column"""
    share: np.ndarray
    """float64 (items,): p_i"""
    order: np.ndarray
    """int32: items with any positive behaviour, most liked first"""
    start: np.ndarray
    """int64 (groups + 1,): group g owns `start[g]:start[g + 1]` of:"""
    item: np.ndarray
    """int32"""
    count: np.ndarray
    """float64: n_gi"""
    _totals: np.ndarray = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        upto = np.concatenate([[0.0], np.cumsum(self.count)])
        object.__setattr__(self, "_totals", upto[self.start[1:]] - upto[self.start[:-1]])

    def recall(self, asking: Asking, limit: int) -> Recalled:
        """The most likely items; people without known groups get the market's order."""
        codes = codes_of(asking.people, self.columns, asking.person)
        beyond = codes >= np.diff(self.offsets)  # words that came after the fit
        group, _ = _numbered(np.where(beyond, -1, codes), np.diff(self.offsets).tolist())
        past = asking.past
        items = np.full((len(asking), limit), -1, np.int32)
        scores = np.zeros((len(asking), limit), np.float32)
        _hottest(
            past.start,
            past.item,
            past.refused,
            group,
            self.share,
            self.order,
            self.start,
            self.item,
            self.count,
            self._totals,
            self.settings.backoff,
            asking.open_up_to(len(self.share)),
            items,
            scores,
        )
        return Recalled(items, scores)

    def pack(self) -> Packed:
        """Settings and counts."""
        meta: dict[str, Any] = {"settings": asdict(self.settings), "columns": list(self.columns)}
        names = ("offsets", "share", "order", "start", "item", "count")
        return Packed(meta, {name: getattr(self, name) for name in names})


@njit(cache=True, nogil=True)
def _hottest(  # type: ignore[no-untyped-def]  # noqa: PLR0912 - one loop a step
    past_start,
    past_item,
    refused,
    group,
    share,
    order,
    start,
    item,
    count,
    totals,
    backoff,
    is_open,
    out_items,
    out_scores,
):
    size, limit = len(is_open), out_items.shape[1]
    keys = buffer(limit)
    score = np.zeros(size, np.float64)  # above 0 where a group has the item
    barred = np.zeros(size, np.bool_)
    touched = np.empty(size + 1, np.int32)
    for i in range(len(group)):
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = refused[r]
        groups, rest, found = 0, 0.0, 0
        for c in range(group.shape[1]):
            groups += group[i, c] >= 0
        for c in range(group.shape[1]):
            g = group[i, c]
            if g < 0:
                continue
            rest += backoff / (totals[g] + backoff) / groups
            scale = 1 / (totals[g] + backoff) / groups
            for e in range(start[g], start[g + 1]):
                j = item[e]
                touched[found] = j
                found += score[j] == 0  # no branch: nobody can guess which items come twice
                score[j] += count[e] * scale
        if groups == 0:
            rest = 1.0
        kept, bar = 0, ALL
        for t in range(found):
            j = touched[t]
            keys[kept] = key_of(np.float32(score[j] + rest * share[j]), j)
            kept += (keys[kept] < bar) & is_open[j] & (not barred[j])
            if kept == len(keys):
                kept, bar = fewer(keys, limit)
        taken = 0
        for j in order:
            if taken == limit:
                break
            if score[j] == 0 and is_open[j] and not barred[j]:
                keys[kept] = key_of(np.float32(rest * share[j]), j)
                kept += keys[kept] < bar
                taken += 1
                if kept == len(keys):
                    kept, bar = fewer(keys, limit)
        finish(keys, kept, limit, out_items[i], out_scores[i])
        for t in range(found):
            score[touched[t]] = 0.0
        for r in range(past_start[i], past_start[i + 1]):
            barred[past_item[r]] = False
