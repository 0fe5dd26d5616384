"""Every stage of a funnel judged on logged days that it has not seen.

recall      on the positive behaviours of the first day after training, asked at its start
prerank,    on the exposures of all days after training
rank
stages      the whole funnel, asked at the start of that day: what share of the items that a
            person will like is still there after each stage
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from twoside.errors import DataError
from twoside.funnel import settings as configured
from twoside.funnel.learn import learn_channels, learn_models, recall_data, some_samples
from twoside.funnel.learn import training_samples as samples_until
from twoside.funnel.learned import Learned
from twoside.funnel.live import live_funnel
from twoside.funnel.rank.report import evaluate as judge
from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.channel import Asking, Recalled
from twoside.funnel.recall.compare import compare_channels, latency_ms_of
from twoside.funnel.recall.popularity import liked
from twoside.metrics.topn import Truth
from twoside.schema.calendar import iso
from twoside.schema.evaluation import ChannelQuality, Evaluation, StageQuality
from twoside.schema.request import Request

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.funnel.learn import Declared
    from twoside.funnel.pipeline import Funnel
    from twoside.funnel.recall.channel import FittedChannel, RecallData
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.behaviours import Behaviours
    from twoside.schema.evaluation import TargetQuality
    from twoside.schema.progress import Steps

History = tuple["Behaviours", np.ndarray]
"""Behaviours sorted by person, and where each person's begin."""

WIDTH = 500
"""Items asked of each channel: recall@500 is the deepest figure."""


@dataclass(frozen=True)
class Effort:
    """How many people the slow parts of an evaluation ask."""

    recall_people: int = 5000
    """People whose recall is judged, drawn by the seed."""
    latency_people: int = 50
    stage_people: int = 300


def evaluate(
    declared: Declared,
    settings: FunnelSettings,
    until_day: int,
    seed: int,
    steps: Steps,
    effort: Effort | None = None,
) -> tuple[Learned, Evaluation]:
    """Learn on the days up to `until_day`, judge on those after it."""
    effort = effort or Effort()
    began = perf_counter()
    lake = declared.lake
    test_days = [day for day in lake.days("exposures") if day > until_day]
    if not test_days:
        raise DataError(
            f"{declared.name}: no exposures after {iso(until_day)} in {lake.root}. "
            f"Train until an earlier day; the last one there is is "
            f"{iso(max(lake.days('exposures'), default=0))}."
        )
    samples = samples_until(declared, settings, until_day, seed, steps)
    targets = declared.targets(settings.training.targets)
    prerank, rankers = learn_models(declared, settings, samples, targets, seed, steps)
    data = recall_data(declared, lake.calendar.start_of(until_day + 1))
    channels = learn_channels(settings, data, seed, steps)
    learned = Learned(channels, prerank, rankers, liked(data, half_life_days=7.0))
    rows = {"learned": len(samples)}
    del samples
    with steps("judge recall"):
        recall = _recall(declared, settings, channels, data, test_days[0], effort, seed)
    test_rows = max(settings.training.rows // 2, 1)
    cutoff = lake.calendar.start_of(test_days[-1] + 1)
    days = (test_days[0], test_days[-1])
    test = some_samples(declared, days, cutoff, test_rows, seed, steps)
    with steps("judge rank"):
        rank: dict[str, Mapping[str, TargetQuality]] = {
            name: judge(scorer, test, seed) for name, scorer in rankers.items()
        }
        rank["prerank"] = judge(prerank, test, seed)
    rows["judged"] = len(test)
    del test
    with steps("replay stages") as tick:
        before_ms = lake.calendar.start_of(test_days[0])
        funnel = live_funnel(declared, settings, learned, before_ms, tick)
        stages = _stages(declared, funnel, data, test_days[0], effort, seed)
    evaluation = Evaluation(
        scene=declared.name,
        train_until=iso(until_day),
        test_days=tuple(iso(day) for day in test_days),
        exposures=rows,
        recall=recall,
        rank=rank,
        stages=stages,
    )
    return learned, replace(evaluation, seconds={"evaluate": perf_counter() - began})


def _recall(
    declared: Declared,
    settings: FunnelSettings,
    channels: Mapping[str, FittedChannel],
    data: RecallData,
    day: int,
    effort: Effort,
    seed: int,
) -> dict[str, ChannelQuality]:
    people, truth = _next_day(declared, data, day, effort.recall_people, seed)
    history = data.behaviours.by_person(data.people.size)
    asking = _asking(people, data, history)
    lists: dict[str, Recalled] = {
        name: channel.recall(asking, WIDTH) for name, channel in channels.items()
    }
    limits = {choice.name: choice.limit for choice in configured.channels(settings)}
    cut = {
        name: Recalled(found.items[:, : limits[name]], found.scores[:, : limits[name]])
        for name, found in lists.items()
    }
    merged = configured.merger(settings).merge(cut)
    few = people[: effort.latency_people]
    alone = [_asking(few[n : n + 1], data, history) for n in range(len(few))]
    latency = {name: latency_ms_of(c, alone, limits[name]) for name, c in channels.items()}
    items = {name: found.items for name, found in lists.items()} | {"merged": merged.items}
    return compare_channels(items, truth, data.items.open_rows(), latency)


def _next_day(
    declared: Declared, data: RecallData, day: int, most: int, seed: int
) -> tuple[np.ndarray, Truth]:
    """Some people who like something on a day, and what: items that were open at its start."""
    lake = declared.lake
    end = lake.calendar.start_of(day + 1)
    rows = lake.behaviours(declared.domain, declared.scene.name, day, end)
    rows = rows.where(rows.strength > 0)
    is_open = data.items.open_rows()
    rows = rows.where((rows.item < len(is_open)) & is_open[np.minimum(rows.item, len(is_open) - 1)])
    people = np.unique(rows.person)
    if not len(people):
        raise DataError(
            f"{declared.name}: nobody liked anything on {iso(day)} in {lake.root}. "
            "Train until another day."
        )
    if len(people) > most:
        people = np.sort(np.random.default_rng(seed).choice(people, most, replace=False))
    rows = rows.where(np.isin(rows.person, people))
    return people, Truth.of(np.searchsorted(people, rows.person), rows.item, len(people))


def _asking(people: np.ndarray, data: RecallData, history: History) -> Asking:
    now = np.full(len(people), data.now_ms, np.int64)
    return ask(people, now, history, data.people, data.items)


def _stages(
    declared: Declared, funnel: Funnel, data: RecallData, day: int, effort: Effort, seed: int
) -> tuple[StageQuality, ...]:
    people, truth = _next_day(declared, data, day, effort.stage_people, seed)
    length = funnel.settings.length
    requests = [Request(person, data.now_ms, length) for person in people.tolist()]
    kept: dict[str, list[tuple[int, float]]] = {}
    for n, request in enumerate(requests):
        right = truth.item[truth.start[n] : truth.start[n + 1]]
        for stage, items in _leaving(funnel, request).items():
            share = float(np.isin(right, items).mean())
            kept.setdefault(stage, []).append((len(items), share))
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
