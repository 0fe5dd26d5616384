"""Channels side by side: what each finds, what only it finds, and whom it shows."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from twoside.metrics.coverage import coverage, times_shown
from twoside.metrics.gini import gini
from twoside.metrics.topn import Truth, hit_ranks, recall_of
from twoside.schema.evaluation import ChannelQuality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.recall.channel import Asking, FittedChannel


def compare_channels(
    lists: Mapping[str, np.ndarray],
    truth: Truth,
    is_open: np.ndarray,
    latency_ms: Mapping[str, float] | None = None,
    merged: str = "merged",
) -> dict[str, ChannelQuality]:
    """The quality of every channel, and of the merged list if there is one.

    Args:
        lists: channel -> int32 (n, width >= 500), best first, -1 at the end. One of the name
            `merged` is no channel: it has no unique share and takes none from others.
        truth: the right items of the same n people.
        is_open: bool (items,)
        latency_ms: channel -> `latency_ms_of`; without it NaN.
    """
    ranks = {name: hit_ranks(found, truth) for name, found in lists.items()}
    hits = {name: (r >= 0) & (r < 500) for name, r in ranks.items()}
    finders = np.sum([hit for name, hit in hits.items() if name != merged], axis=0)
    found = {}
    for name, items in lists.items():
        first = items[:, :100]
        total = int(hits[name].sum())
        alone = int((hits[name] & (finders == 1)).sum())
        unique = float("nan") if name == merged else alone / max(total, 1)
        found[name] = ChannelQuality(
            recall_100=recall_of(ranks[name], truth, 100),
            recall_500=recall_of(ranks[name], truth, 500),
            coverage=coverage(first, is_open),
            gini=gini(times_shown(first, is_open)),
            unique=unique,
            latency_ms=(latency_ms or {}).get(name, float("nan")),
        )
    return found


def overlap(lists: Mapping[str, np.ndarray]) -> dict[str, dict[str, float]]:
    """Channel -> channel -> of what the first finds for n people, the share that the second finds
    for the same people. Of a channel that finds nothing NaN.

    Args:
        lists: channel -> int32 (n, width), no item twice in a row, -1 at the end.
    """
    if not lists:
        return {}
    width = max(found.shape[1] for found in lists.values())
    together = np.full((len(lists), len(next(iter(lists.values()))), width), -1, np.int32)
    for n, found in enumerate(lists.values()):
        together[n, :, : found.shape[1]] = found
    both = _common(together, int(together.max(initial=-1)) + 1)
    with np.errstate(invalid="ignore"):
        share = both / np.diag(both)[:, None]
    names = list(lists)
    return {
        one: dict(zip(names, row, strict=True))
        for one, row in zip(names, share.tolist(), strict=True)
    }


@njit(cache=True, nogil=True)
def _common(lists, items):  # type: ignore[no-untyped-def]
    """int64 (channels, channels): pairs (person, item) that both have."""
    channels, people, _ = lists.shape
    both = np.zeros((channels, channels), np.int64)
    last = np.full((channels, items), -1, np.int32)
    for p in range(people):
        for c in range(channels):
            for item in lists[c, p]:
                if item >= 0:
                    last[c, item] = p
        for c in range(channels):
            for item in lists[c, p]:
                if item >= 0:
                    for other in range(channels):
                        both[c, other] += last[other, item] == p
    return both


def latency_ms_of(channel: FittedChannel, questions: list[Asking], limit: int) -> float:
    """Median wall time of questions of one person each; the first, which may compile or build
    an index, is asked twice and counted once."""
    channel.recall(questions[0], limit)
    times = []
    for question in questions:
        begin = perf_counter()
        channel.recall(question, limit)
        times.append((perf_counter() - begin) * 1000)
    return float(np.median(times))
