"""Recall channels and the stages of a whole funnel, judged by what people liked afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel import settings as configured
from twoside.funnel.live import catch_up
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Recalled
from twoside.funnel.recall.compare import compare_channels, latency_ms_of, overlap
from twoside.schema.evaluation import ChannelQuality, StageQuality
from twoside.schema.progress import Tick, quiet
from twoside.schema.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.funnel.learn import Declared
    from twoside.funnel.merge import FittedMerge
    from twoside.funnel.pipeline import Funnel
    from twoside.funnel.questions import Questions
    from twoside.funnel.recall.channel import Asking, FittedChannel, RecallData
    from twoside.funnel.settings import FunnelSettings

WIDTH = 500
"""Items asked of each channel: recall@500 is the deepest figure."""
_ALONE = 50
"""Questions asked one by one to see how long an answer takes."""


def judge_recall(
    declared: Declared,
    settings: FunnelSettings,
    channels: Mapping[str, FittedChannel],
    merge: FittedMerge,
    data: RecallData,
    asked: Questions,
) -> tuple[dict[str, ChannelQuality], dict[str, dict[str, float]]]:
    """Every channel and the list merged from them; and what share of a channel's first `WIDTH`
    another has too, channel -> channel -> share."""
    until = int(asked.now_ms.max())
    behaviours = declared.lake.behaviours(declared.domain, declared.scene.name, before_ms=until)
    history = behaviours.by_person(data.people.size)

    def asking(first: int, end: int) -> Asking:
        rows = slice(first, end)
        return ask(asked.person[rows], asked.now_ms[rows], history, data.people, data.items)

    everybody = asking(0, len(asked))
    found = {name: channel.recall(everybody, WIDTH) for name, channel in channels.items()}
    limits = {choice.name: choice.limit for choice in configured.channels(settings)}
    lists = {
        name: Recalled(r.items[:, : limits[name]], r.scores[:, : limits[name]])
        for name, r in found.items()
    }
    merged = merge.merge(lists, kinds=merge.kinds(everybody.past))
    alone = [asking(n, n + 1) for n in range(min(_ALONE, len(asked)))]
    latency = {name: latency_ms_of(c, alone, limits[name]) for name, c in channels.items()}
    alike = overlap({name: r.items for name, r in found.items()})
    items = {name: r.items for name, r in found.items()} | {"merged": merged.items}
    return compare_channels(items, asked.truth, data.items.open_rows(), latency), alike


def judge_stages(
    declared: Declared, funnel: Funnel, asked: Questions, tick: Tick = quiet
) -> tuple[StageQuality, ...]:
    """What share of the right items leaves each stage. The funnel must know all that happened
    before the first question's day; it learns of the further days as they come."""
    length = funnel.settings.length
    kept: dict[str, list[tuple[int, float]]] = {}
    today = int(asked.day[0])
    for n, person in enumerate(asked.person.tolist()):
        catch_up(declared, funnel, today, int(asked.day[n]))
        today = int(asked.day[n])
        right = asked.right(n)
        request = Request(person, int(asked.now_ms[n]), length)
        for stage, items in _leaving(funnel, request).items():
            share = float(np.isin(right, items).mean())
            kept.setdefault(stage, []).append((len(items), share))
        tick((n + 1) / len(asked))
    return tuple(_mean_stage(stage, rows) for stage, rows in kept.items())


def _leaving(funnel: Funnel, request: Request) -> dict[str, np.ndarray]:
    """The items that leave each stage."""
    trace = funnel.trace([request])
    everything = [found.items[found.items >= 0] for found in trace.lists.values()]
    merged = np.empty(0, np.int32) if trace.merged is None else trace.merged.items[0]
    return {
        "open": np.flatnonzero(funnel.is_open),
        "recall": np.unique(np.concatenate(everything)) if everything else merged,
        "merge": merged[merged >= 0],
        "prerank": trace.preranked[1],
        "rank 100": trace.ranked[0].items[:100],
        "slate": trace.slates[0].items,
    }


def _mean_stage(stage: str, rows: Sequence[tuple[int, float]]) -> StageQuality:
    counts, shares = zip(*rows, strict=True)
    return StageQuality(stage, float(np.mean(counts)), float(np.mean(shares)))
