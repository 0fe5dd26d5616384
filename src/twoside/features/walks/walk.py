"""One walk through the days of a log, for all that wants to hear of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twoside.features.walks.log import Log
    from twoside.features.walks.questions import Questions

_MOST_BYTES = 1_500_000_000
"""Of counters that are held at the same time; what needs more is a walk of its own."""


class Walker(Protocol):
    """Something that answers requests out of what it was told before."""

    @property
    def reach(self) -> int:
        """Whole days before a request that are looked at."""

    @property
    def bounds(self) -> list[int]:
        """The days back that it reads again at a midnight."""

    @property
    def memory_bytes(self) -> int:
        """Held from `start` to `end`."""

    def start(self) -> None:
        """Nothing has happened."""

    def whole(self, day: int, days: int) -> None:
        """A day that lies some days before the first that is asked."""

    def play(self, day: int) -> None:
        """A day that is asked."""

    def midnight(self, day: int) -> None:
        """The end of a day that another one follows."""

    def end(self) -> None:
        """There is no more."""


def walk(
    asked: Questions, log: Log, walkers: Sequence[Walker], tick: Callable[[float], None]
) -> None:
    """Tell all walkers what happened until the last that is asked."""
    batches = list(_batches(walkers))
    for n, batch in enumerate(batches):

        def part(share: float, before: int = n) -> None:
            tick((before + share) / len(batches))

        _walk(asked, log, batch, part)


def _walk(
    asked: Questions, log: Log, walkers: Sequence[Walker], tick: Callable[[float], None]
) -> None:
    first, last = asked.first, asked.last
    start = log.begin(first, max(walker.reach for walker in walkers))
    furthest = max((bound for walker in walkers for bound in walker.bounds), default=0)
    for walker in walkers:
        walker.start()
    for day in range(start, last + 1):
        for walker in walkers:
            if day < first:
                walker.whole(day, first - day)
            else:
                walker.play(day)
        if first <= day < last:
            for walker in walkers:
                walker.midnight(day)
        # Until the first midnight nothing is read again, and after the last one neither.
        again = max(day, first) + 1 - furthest if first < last else day + 1
        log.forget(min(again, day + 1))
        tick((day + 1 - start) / (last + 1 - start))
    for walker in walkers:
        walker.end()


def _batches(walkers: Sequence[Walker]) -> Iterator[list[Walker]]:
    batch: list[Walker] = []
    held = 0
    for walker in walkers:
        if batch and held + walker.memory_bytes > _MOST_BYTES:
            yield batch
            batch, held = [], 0
        batch.append(walker)
        held += walker.memory_bytes
    if batch:
        yield batch
