"""Lists for everybody at once: block by block, in bounded memory, and it can go on where it ended.

    with Recommended.begin(folder, about) as kept:  # store/recommended.py
        RecommendAll(limit=100).run({"itemcf": fitted}, data, kept)

A block is some thousand people. Its lists depend on nothing but these people, so blocks may be made
in any number of runs, on any number of threads, and are always the same bytes. What is finished is
the sink's to know: it is asked for the blocks that it has, and gets the others in order.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from twoside.errors import ConfigError, RequestError
from twoside.funnel.recall.channel import Asking
from twoside.schema.progress import quiet

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.recall.channel import FittedChannel, RecallData
    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class Block:
    """The lists of some people."""

    number: int
    """From 0, in order of people."""
    person: np.ndarray
    """int32 (n,) rows"""
    items: np.ndarray
    """int32 (n, limit), best first; -1 fills the end of a short list"""
    scores: np.ndarray | None
    """float32 (n, limit), of one channel; None after a merge, which has none"""
    source: np.ndarray | None
    """int16 (n, limit), after a merge: the channel that gave the item, -1 where there is none"""


class Sink(Protocol):
    """Where finished blocks go: `store.recommended.Recommended`, or a list in a test."""

    def finished(self) -> Collection[int]:
        """The numbers of the blocks that are kept already: they are not made again."""

    def keep(self, block: Block) -> None:
        """Keep a block, whole or not at all. Called by one thread, in order of blocks."""


@dataclass(frozen=True)
class Progress:
    """How far it is."""

    done: int
    """People who have a list."""
    people: int
    """People in all."""
    left_s: float
    """Seconds to the end at the speed of this run; NaN before its first block and without a
    clock."""


@dataclass(frozen=True)
class RecommendAll:
    """Settings of a run for everybody."""

    limit: int = 100
    """Length of a list."""
    block: int = 4096
    """People at a time. Memory of a block: its lists, and what the channels take for as many."""
    latest: int = 200
    """Behaviours that come with the question, at most: the newest of each person. So somebody with
    a hundred thousand costs no more than others."""
    threads: int = 2
    """Blocks made side by side; one more may wait to be kept."""

    def __post_init__(self) -> None:
        for name in ("limit", "block", "latest", "threads"):
            if getattr(self, name) < 1:
                raise ConfigError(
                    f"recommend_all.{name} = {getattr(self, name)}: expected 1 or more."
                )

    def about(self) -> dict[str, int]:
        """The settings that decide the lists, for the sink's manifest: `threads` does not."""
        return {"limit": self.limit, "block": self.block, "latest": self.latest}

    def run(
        self,
        channels: Mapping[str, FittedChannel],
        data: RecallData,
        sink: Sink,
        *,
        merge: FittedMerge | None = None,
        limits: Mapping[str, int] | None = None,
        person: np.ndarray | None = None,
        tick: Tick = quiet,
        told: Callable[[Progress], None] | None = None,
        clock: Callable[[], float] | None = None,
    ) -> Progress:
        """Make every block that the sink does not have.

        People without a past get what the channels give them, perhaps an empty list; no people make
        no block. Closed items are in no list, as channels promise.

        Args:
            channels: fitted channels by name. Several need a merge.
            data: what people did, and everybody and everything as they are at `now_ms`.
            merge: how the lists become one; its own limit does not count.
            limits: items asked of a channel, by its name; without one, `limit`.
            person: int32 (n,) rows, for whom; None: everybody in order of rows.
            tick: is told the share of people who have a list.
            told: is told the same in people, and the seconds left by `clock` (seconds).
        """
        if merge is None and len(channels) != 1:
            raise ConfigError(
                f"recommend_all: {len(channels)} channels and no merge. Give one channel, or a way "
                "to merge, for example Fixed(Snake())."
            )
        asked = np.arange(data.people.size, dtype=np.int32) if person is None else person
        if len(asked) and not 0 <= asked.min() <= asked.max() < data.people.size:
            raise RequestError(
                f"recommend_all.person has rows {asked.min()} to {asked.max()}: expected 0 to "
                f"{data.people.size - 1}."
            )
        make = _Maker(self, channels, merge, limits or {}, data)
        kept = set(sink.finished())
        numbers = range(-(-len(asked) // self.block))
        parts = {n: asked[n * self.block : (n + 1) * self.block] for n in numbers}
        done = sum(len(part) for n, part in parts.items() if n in kept)
        progress = Progress(done, len(asked), float("nan"))
        began, before = clock() if clock else 0.0, done
        waiting = [n for n in numbers if n not in kept]
        if not waiting:
            tick(1.0)
        for block in self._in_order(waiting, lambda n: make.block(n, parts[n])):
            sink.keep(block)
            done += len(block.person)
            left = (clock() - began) / (done - before) * (len(asked) - done) if clock else np.nan
            progress = Progress(done, len(asked), float(left))
            tick(done / len(asked))
            if told is not None:
                told(progress)
        return progress

    def _in_order(self, numbers: list[int], make: Callable[[int], Block]) -> Iterator[Block]:
        """Blocks in their order, a few ahead, so that no more than `threads` + 1 are held."""
        if self.threads == 1 or len(numbers) < 2:
            yield from map(make, numbers)
            return
        ahead: deque[Future[Block]] = deque()
        with ThreadPoolExecutor(self.threads, thread_name_prefix="everybody") as pool:
            try:
                for number in numbers:
                    ahead.append(pool.submit(make, number))
                    if len(ahead) > self.threads:
                        yield ahead.popleft().result()
                while ahead:
                    yield ahead.popleft().result()
            finally:
                for future in ahead:
                    future.cancel()


class _Maker:
    """Makes the lists of one block after the other."""

    def __init__(
        self,
        settings: RecommendAll,
        channels: Mapping[str, FittedChannel],
        merge: FittedMerge | None,
        limits: Mapping[str, int],
        data: RecallData,
    ) -> None:
        self._settings, self._channels, self._merge = settings, channels, merge
        self._limits, self._data = limits, data
        self._rows, self._start = data.behaviours.by_person(data.people.size)
        self._is_open = data.items.open_rows()

    def block(self, number: int, person: np.ndarray) -> Block:
        """The lists of these people."""
        asking, limit = self._question(person), self._settings.limit
        if self._merge is None:
            (channel,) = self._channels.values()
            found = channel.recall(asking, limit)
            return Block(number, person, found.items, found.scores, None)
        kinds = self._merge.kinds(asking.past)
        depths = self._merge.depths(kinds)
        lists = {}
        for name, channel in self._channels.items():
            depth = depths.get(name, self._limits.get(name, limit))
            if depth > 0:
                lists[name] = channel.recall(asking, depth)
        merged = self._merge.merge(lists, limit, kinds)
        return Block(number, person, merged.items, None, merged.source)

    def _question(self, person: np.ndarray) -> Asking:
        """As `recall.ask.ask`, of all at the end of the past."""
        data, rows = self._data, self._rows
        end = self._start[person + 1]
        begin = np.maximum(self._start[person], end - self._settings.latest)
        start = np.zeros(len(person) + 1, np.int64)
        np.cumsum(end - begin, out=start[1:])
        pick = np.arange(start[-1]) + np.repeat(begin - start[:-1], end - begin)
        return Asking(
            person=np.asarray(person, np.int32),
            start=start,
            item=rows.item[pick],
            ts_ms=rows.ts_ms[pick],
            strength=rows.strength[pick],
            now_ms=np.full(len(person), data.now_ms, np.int64),
            is_open=self._is_open,
            people=data.people,
            items=data.items,
        )
