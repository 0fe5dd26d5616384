"""The main path: requests in, lists out. Read this first.

    request -> history -> recall channels -> merge -> rules -> prerank -> features -> rank
            -> fusion -> diversity -> rules -> a full list

Many requests go through together; one is a batch of one. Candidates travel as one flat array with
`start`: those of request i are `items[start[i]:start[i + 1]]`. The same code serves HTTP, replays
a logged day and plays in a world.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel import settings as configured
from twoside.funnel.explaining import explanation
from twoside.funnel.prerank.model import cut
from twoside.funnel.recall import reasons as recall_reasons
from twoside.funnel.recall.channel import Asking
from twoside.funnel.recall.item_map import item_maps
from twoside.funnel.rerank.fill import fallback_order
from twoside.funnel.rerank.rules import Facts, Rules
from twoside.funnel.trace import Trace
from twoside.funnel.two_threads import TwoThreads
from twoside.schema.calendar import DAY_MS
from twoside.schema.explanation import Slate
from twoside.schema.request import Candidates

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa

    from twoside.features.online import OnlineStates
    from twoside.funnel.learned import Learned
    from twoside.funnel.merge import Merged
    from twoside.funnel.recall.channel import Recalled
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.entities import EntityTable
    from twoside.schema.explanation import Explanation
    from twoside.schema.item_map import ItemMap
    from twoside.schema.reasons import RecallReasons
    from twoside.schema.request import Request

_WORTH_HALVING = 128
"""Candidates from which a second thread saves more than it costs."""


class Funnel:
    """One scene's funnel with its live state. Not for several threads at once."""

    def __init__(
        self,
        learned: Learned,
        settings: FunnelSettings,
        states: OnlineStates,
        people: EntityTable,
        items: EntityTable,
        ranker: str = "",
    ) -> None:
        """`ranker` names the rank model that serves; the first one of the settings if empty."""
        self.learned, self.settings, self.states = learned, settings, states
        self.failures: Counter[str] = Counter()
        """Recall channel -> requests that had to do without it."""
        self._limits = {choice.name: choice.limit for choice in configured.channels(settings)}
        self._keep = configured.preranker(settings).limit
        self._ranker = learned.rankers[ranker or next(iter(learned.rankers))]
        self._rerank = configured.reranker(settings)
        self._threads = TwoThreads()
        self._early = Rules(self._rerank.rules.seen, self._rerank.rules.rejected)
        self._light = tuple(column.name for column in learned.prerank.columns)
        self._heavy = tuple(column.name for column in self._ranker.columns)
        self._worth = self._target_worth()
        self.tables(people, items)

    # The stages, in order ---------------------------------------------------------------------

    def serve(self, requests: Sequence[Request]) -> list[Slate]:
        """A list for each request, full if enough items are open."""
        return self.trace(requests).slates

    def trace(self, requests: Sequence[Request]) -> Trace:
        """The same, with what every stage said."""
        trace = Trace()
        clock = _Stopwatch(trace.milliseconds)
        asking = self._ask(requests)
        kinds = self.learned.merge.kinds(asking.past)
        self._recall(asking, self.learned.merge.depths(kinds), trace)
        clock.lap("recall")
        merged = self.learned.merge.merge(trace.lists, kinds=kinds) if trace.lists else None
        trace.merged = merged
        facts = [self._facts(request) for request in requests]
        start, items = self._allowed(merged, facts, trace)
        clock.lap("merge")
        start, items = self._prerank(requests, start, items)
        trace.preranked = start, items
        clock.lap("prerank")
        values = self.states.read(requests, start, items, self._heavy)
        clock.lap("features")
        probabilities = self._score(values)
        clock.lap("rank")
        for n, request in enumerate(requests):
            of_n = slice(start[n], start[n + 1])
            self._list(request, facts[n], items[of_n], probabilities[of_n], trace)
        clock.lap("rerank")
        return trace

    def explain(self, request: Request) -> Explanation:
        """The list for one request, with the story of how it came about."""
        return explanation(request, self.trace([request]), self._ranker.targets)

    def reasons(self, request: Request) -> RecallReasons:
        """What the channels that can say why find for one request, and why. The length of the
        request is how many items of each."""
        asking = self._ask([request])
        told = recall_reasons.reasons(self.learned.channels, asking, request.length)
        return replace(told, behaviours=self.states.behaviours(request.person))

    def near(self, item: int, most: int) -> dict[str, Candidates]:
        """Channel -> the items nearest to an item, of the channels that know what is near."""
        return recall_reasons.nearest(self.learned.channels, item, most, self._items)

    def maps(self, most: int) -> dict[str, ItemMap]:
        """Channel -> the `most` most liked open items in a plane, of the channels with vectors."""
        liked = self.learned.liked
        return item_maps(self.learned.channels, self._items, self.is_open, liked, most)

    def _ask(self, requests: Sequence[Request]) -> Asking:
        person = np.array([request.person for request in requests], np.int32)
        start, item, ts_ms, strength = self.states.recent(person)
        return Asking(
            person=person,
            start=start,
            item=item,
            ts_ms=ts_ms,
            strength=strength,
            now_ms=np.array([request.ts_ms for request in requests], np.int64),
            is_open=self.is_open,
            people=self._people,
            items=self._items,
        )

    def _recall(self, asking: Asking, depths: Mapping[str, int], trace: Trace) -> None:
        """The answer of every channel that the merge asks. One that raises is left out, counted
        and named: a list from six channels is better than none."""
        limits = {name: depths.get(name, self._limits[name]) for name in self.learned.channels}
        names = tuple(name for name, limit in limits.items() if limit)
        _ = asking.past  # made once, before the threads part

        def answer(name: str) -> Recalled | None:
            try:
                return self.learned.channels[name].recall(asking, limits[name])
            except Exception:
                return None

        answers = dict(zip(names, self._threads.each(answer, names), strict=True))
        trace.lists = {name: found for name, found in answers.items() if found is not None}
        trace.failed = tuple(name for name, found in answers.items() if found is None)
        for name in trace.failed:
            self.failures[name] += len(asking)

    def _facts(self, request: Request) -> Facts:
        memory, person = self.states.memory, request.person
        shown = self.states.shown(person, request.ts_ms - memory.shown_days * DAY_MS)
        done = self.states.done(person, request.ts_ms - memory.behaved_days * DAY_MS)
        return Facts(request.ts_ms, self.is_open, self._items, *shown, *done)

    def _allowed(
        self, merged: Merged | None, facts: list[Facts], trace: Trace
    ) -> tuple[np.ndarray, np.ndarray]:
        """The merged candidates that rules let pass, before anything is spent on them."""
        rows = [] if merged is None else [row[row >= 0] for row in merged.items]
        rows = rows or [np.empty(0, np.int32)] * len(facts)
        kept = [self._early.apply(row, fact) for row, fact in zip(rows, facts, strict=True)]
        trace.dropped = [k.dropped for k in kept]
        return _flat([row[k.keep] for row, k in zip(rows, kept, strict=True)])

    def _prerank(
        self, requests: Sequence[Request], start: np.ndarray, items: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The best `keep` candidates of each request by the light model."""
        if np.diff(start).max(initial=0) <= self._keep:
            return start, items
        scores = self.learned.prerank.score(self.states.read(requests, start, items, self._light))
        best = [
            cut(scores[first:end], self._worth, self._keep) + first
            for first, end in pairwise(start.tolist())
        ]
        return _flat([items[rows] for rows in best])

    def _score(self, values: np.ndarray) -> np.ndarray:
        """float32 (n, features) -> (n, targets): what the rank model says, half by half."""
        halves = np.array_split(values, 2 if len(values) >= _WORTH_HALVING else 1)
        return np.concatenate(self._threads.each(self._ranker.score, halves))

    def _list(
        self,
        request: Request,
        facts: Facts,
        items: np.ndarray,
        probabilities: np.ndarray,
        trace: Trace,
    ) -> None:
        """From probabilities to a full list."""
        fused = self._rerank.fusion.fuse(self._ranker.targets, probabilities)
        order = np.argsort(-fused, kind="stable")
        ranked = Candidates(items[order], fused[order])
        trace.ranked.append(ranked)
        trace.probabilities.append(probabilities[order])
        spread = self._rerank.diversity.order(ranked, self._items, request.length)
        kept = self._rerank.rules.apply(spread.items, facts)
        n = len(trace.slates)
        trace.dropped[n] = {**trace.dropped[n], **_caps(kept.dropped)}
        chosen = spread.where(kept.keep)
        if len(chosen) >= request.length:
            slate = chosen.where(slice(request.length))  # type: ignore[arg-type]
            told = trace.brought_by(n, slate.items)
            trace.slates.append(Slate(slate.items, slate.scores, trace.failed, channels=told))
            return
        rows, filled = self._rerank.rules.full(spread.items, self._fallback, facts, request.length)
        score_of = dict(zip(spread.items.tolist(), spread.scores.tolist(), strict=True))
        scores = np.array([score_of.get(row, 0.0) for row in rows.tolist()], np.float32)
        told = trace.brought_by(n, rows)
        trace.slates.append(Slate(rows, scores, trace.failed, filled, told))

    # The live state ---------------------------------------------------------------------------

    def update(self, exposures: pa.Table | None, events: pa.Table | None) -> None:
        """What happened: rows of the lake's tables, in order of time."""
        self.states.update(exposures, events)

    def tables(self, people: EntityTable, items: EntityTable) -> None:
        """Entities as they are now: new ones, closed ones."""
        self._people, self._items = people, items
        self.is_open = items.open_rows()
        self.states.tables(people, items)
        born = np.full(items.size, -1, np.int64)
        if self.states.scene.matching.born is not None:
            born = items.columns[self.states.scene.matching.born]
        self._fallback = fallback_order(self.is_open, self.learned.liked, born)

    def _target_worth(self) -> np.ndarray:
        """What one of each target is worth to prerank: the fusion's own weights if it has some."""
        targets = self.learned.prerank.targets
        weights: dict[str, float] = getattr(self._rerank.fusion, "weights", {})
        worth = np.array([weights.get(name, 0.0) for name in targets], np.float32)
        return worth if worth.any() else np.ones(len(targets), np.float32)


class _Stopwatch:
    def __init__(self, milliseconds: dict[str, float]) -> None:
        self._milliseconds, self._last = milliseconds, perf_counter()

    def lap(self, stage: str) -> None:
        now = perf_counter()
        self._milliseconds[stage] = 1000 * (now - self._last)
        self._last = now


def _flat(rows: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Arrays of any length as (start int64 (n + 1,), values)."""
    start = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=start[1:])
    return start, np.concatenate(rows) if rows else np.empty(0, np.int32)


def _caps(dropped: Mapping[str, int]) -> dict[str, int]:
    """Only the caps: the other rules were counted before prerank."""
    return {name: count for name, count in dropped.items() if name.startswith("cap ")}
