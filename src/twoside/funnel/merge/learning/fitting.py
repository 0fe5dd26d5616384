"""Learning the merge: budgets and order on all people, figures on people who were left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.funnel.merge.learning.cover import Hits
from twoside.funnel.merge.learning.curves import rank_steps, score_edges, score_steps
from twoside.funnel.merge.learning.figures import gains
from twoside.funnel.merge.learning.model import KINDS, Model, stacked_rows
from twoside.funnel.merge.learning.order import learn_weights
from twoside.funnel.merge.learning.refusal import Chosen, Price, choose
from twoside.funnel.merge.learning.rows import Rows, all_mixed, standing, thinned
from twoside.funnel.merge.snake import Snake
from twoside.metrics.topn import Truth, hit_ranks
from twoside.schema.merge_report import ChannelWorth, MergeReport

if TYPE_CHECKING:
    from twoside.funnel.merge import Lists
    from twoside.funnel.merge.learned import Learned
    from twoside.funnel.merge.learning.model import Evidence

_ENTRIES = 2_000_000
"""Places in lists that an order is learned from, those that are thinned out not counted, about;
then fewer people are taken."""
_SCORED = 2_000
"""People whose scores say how scores are spread."""


def fit_model(settings: Learned, evidence: Evidence, seed: int) -> tuple[Model, MergeReport]:
    """The merge of all people, and what merges learned from others did for each."""
    fitting = _Fitting(settings, evidence, seed)
    taught = fitting.taught
    if not ((fitting.rank >= 0) & (evidence.value > 0)).any():
        raise DataError("merge: no channel found anything of what was liked.")
    model, chosen = fitting.learn(taught)
    fold = folds_of(len(evidence), settings.folds, seed)
    learned_rank = np.full(len(evidence.truth.item), -1, np.int64)
    for f in range(settings.folds):
        held = taught & (fold == f)
        if held.any():
            other, _ = fitting.learn(taught & (fold != f))
            people = np.flatnonzero(held)
            ranks, rights = fitting.placed(other, people)
            learned_rank[rights] = ranks
    snake_rank, given = fitting.in_turn()
    report = MergeReport(
        {name: int((taught & (evidence.kind == k)).sum()) for k, name in enumerate(KINDS)},
        fitting.told(chosen, given),
        gains(settings, evidence, fitting.rank, snake_rank, learned_rank, taught, seed),
    )
    return model, report


def folds_of(people: int, folds: int, seed: int) -> np.ndarray:
    """int64 (n,): a part of the people for each, drawn by the seed."""
    rows = np.arange(people, dtype=np.uint64) + np.uint64(seed) * np.uint64(1_000_003)
    return np.asarray(all_mixed(rows) % np.uint64(folds), np.int64)


@dataclass
class _Fitting:
    """The parts of one fit."""

    settings: Learned
    evidence: Evidence
    seed: int

    def __post_init__(self) -> None:
        evidence, settings = self.evidence, self.settings
        lists = evidence.lists
        self.rank = np.stack([hit_ranks(found.items, evidence.truth) for found in lists.values()])
        person = evidence.person
        worth = np.bincount(person, evidence.value, minlength=len(evidence))
        self.taught = worth > 0
        self.hits = Hits.of(self.rank, person, evidence.value, len(evidence))
        self.most = np.minimum(
            evidence.widths,
            [settings.budgets.get(name, int(evidence.widths.max())) for name in lists],
        )
        self.price = Price(
            evidence.ms,
            settings.latency_ms,
            settings.worth,
            settings.total or 4 * settings.limit,
            settings.least if settings.refuse else len(evidence) + 1,
            settings.draws,
        )
        self.inner = folds_of(len(evidence), settings.folds, self.seed + 1)

    def learn(self, people: np.ndarray) -> tuple[Model, list[Chosen]]:
        """From some of the people: bool (n,)."""
        kind = self.evidence.kind
        everybody = self._choose(people)
        chosen = []
        for k in range(len(KINDS) - 1):
            of_kind = people & (kind == k)
            enough = of_kind.sum() >= self.settings.least
            own = self._choose(of_kind) if enough else everybody
            # no channel finds anything for them: ask as for everybody, rather than nobody
            chosen.append(own if own.budgets.any() else everybody)
        chosen.append(everybody)
        budgets = np.stack([one.budgets for one in chosen])
        edges = self._edges(people, budgets)
        return Model(budgets, self._order(people, budgets, edges), edges), chosen

    def _choose(self, people: np.ndarray) -> Chosen:
        return choose(self.hits, people, self.most, self.price, self.inner, self.seed)

    def _edges(self, people: np.ndarray, budgets: np.ndarray) -> np.ndarray:
        """float32 (channels, BINS - 1): of scores by the level of their list, within budgets."""
        some = self._drawn(people, _SCORED)
        depth = budgets[self.evidence.kind[some]]
        edges = []
        for c, found in enumerate(self.evidence.lists.values()):
            deep = np.minimum(depth[:, c], found.items.shape[1])
            scores = standing(found.items[some], found.scores[some], deep)
            edges.append(score_edges(scores[np.isfinite(scores)]))
        return np.stack(edges)

    def _order(self, people: np.ndarray, budgets: np.ndarray, edges: np.ndarray) -> np.ndarray:
        """float64 (kinds, channels, steps)"""
        depth = budgets[self.evidence.kind]
        found = ((self.rank >= 0) & (self.rank < depth[self.evidence.person].T)).any(axis=0)
        found &= self.evidence.value > 0
        has = np.bincount(self.evidence.person[found], minlength=len(self.evidence)) > 0
        each = max(float(thinned(budgets).sum(axis=1).mean()), 1.0)
        most = int(_ENTRIES / each) + 1
        steps = (rank_steps(1).shape[1], score_steps().shape[1])
        none = np.zeros((budgets.shape[1], sum(steps)))
        whole = self._weights(self._drawn(people & has, most), depth, edges, None, none)
        weights = []
        for k in range(len(KINDS) - 1):
            some = self._drawn(people & has & (self.evidence.kind == k), most)
            weights.append(self._weights(some, depth, edges, whole, whole))
        return np.stack([*weights, whole])

    def _weights(
        self,
        people: np.ndarray,
        depth: np.ndarray,
        edges: np.ndarray,
        towards: np.ndarray | None,
        without: np.ndarray,
    ) -> np.ndarray:
        if not len(people):
            return without
        deepest = int(depth[people].max())
        items, scores = stacked_rows(self.evidence.lists, people, deepest)
        truth, rights = of_people(self.evidence.truth, people)
        value = self.evidence.value[rights]
        rows = Rows.of(items, scores, depth[people], edges, truth, value, self.seed)
        return learn_weights(rows, len(items), items.shape[2], towards, self.settings.shrink)

    def _drawn(self, people: np.ndarray, most: int) -> np.ndarray:
        """int64: at most so many of the people (bool (n,)), drawn by the seed, in order."""
        rows = np.flatnonzero(people)
        if len(rows) <= most:
            return rows
        return np.sort(np.random.default_rng(self.seed).choice(rows, most, replace=False))

    def placed(self, model: Model, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where the right items of some people stand in their merged lists: places int64 (m,), -1
        if they do not, and which right items these are."""
        truth, rights = of_people(self.evidence.truth, people)
        lists = {n: _Part(f, people) for n, f in self.evidence.lists.items()}
        rows, kind = list(range(len(lists))), self.evidence.kind[people]
        merged = model.merged(lists, rows, self.settings.limit, kind)
        return hit_ranks(merged.items, truth), rights

    def in_turn(self) -> tuple[np.ndarray, np.ndarray]:
        """The same of lists merged in turn, for everybody; and what each channel gave to each
        kind: float64 (kinds, channels), the mean of those who are taught from."""
        way = Snake(self.settings.limit, self.settings.budgets)
        people = len(self.evidence)
        ranks = np.full(len(self.evidence.truth.item), -1, np.int64)
        gave = np.zeros((people, len(self.evidence.lists)))
        for begin in range(0, people, 1024):
            some = np.arange(begin, min(begin + 1024, people))
            merged = way.merge({n: _Part(f, some) for n, f in self.evidence.lists.items()})
            truth, rights = of_people(self.evidence.truth, some)
            ranks[rights] = hit_ranks(merged.items, truth)
            for c in range(gave.shape[1]):
                gave[some, c] = (merged.source == c).sum(axis=1)
        masks = [self.taught & (self.evidence.kind == k) for k in range(len(KINDS) - 1)]
        masks.append(self.taught)
        return ranks, np.stack([_mean(gave[mask]) for mask in masks])

    def told(self, chosen: list[Chosen], given: np.ndarray) -> tuple[ChannelWorth, ...]:
        """What the report says of every channel for every kind."""
        found = []
        for k, kind in enumerate(KINDS):
            one = chosen[k]
            for c, name in enumerate(self.evidence.lists):
                worth, low, high = one.worth[c].tolist()
                given_now, ms = float(given[k, c]), float(self.evidence.ms[c])
                row = (given_now, int(one.budgets[c]), worth, low, high, ms, one.refused[c])
                found.append(ChannelWorth(kind, name, *row))
        return tuple(found)


class _Part:
    """The lists of some people."""

    def __init__(self, found: Lists, people: np.ndarray) -> None:
        self.items, self.scores = found.items[people], found.scores[people]


def _mean(gave: np.ndarray) -> np.ndarray:
    return gave.mean(axis=0) if len(gave) else np.zeros(gave.shape[1])


def of_people(truth: Truth, people: np.ndarray) -> tuple[Truth, np.ndarray]:
    """The truth of some people, and which of its right items these are: int64."""
    length = truth.start[people + 1] - truth.start[people]
    start = np.zeros(len(people) + 1, np.int64)
    np.cumsum(length, out=start[1:])
    rights = np.arange(start[-1]) + np.repeat(truth.start[people] - start[:-1], length)
    return Truth(start, truth.item[rights]), rights
