"""Every stage of a funnel judged on logged days that it has not seen.

recall      on the positive behaviours of the next days, asked at the start of each
prerank,    on the exposures of all days after training
rank
stages      the whole funnel: what share of the items that a person will like is still there
            after each stage
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from twoside.errors import DataError
from twoside.funnel.judging import judge_recall, judge_stages
from twoside.funnel.learn import (
    learn_models,
    learn_recall,
    some_samples,
    training_samples,
)
from twoside.funnel.learned import Learned
from twoside.funnel.live import live_funnel
from twoside.funnel.questions import questions
from twoside.funnel.rank.report import evaluate as judge_rank
from twoside.funnel.recall.popularity import liked
from twoside.samples.gates import refuse_failed
from twoside.schema.calendar import iso
from twoside.schema.evaluation import Evaluation
from twoside.schema.progress import Timed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.funnel.learn import Declared
    from twoside.funnel.pipeline import Funnel
    from twoside.funnel.settings import FunnelSettings
    from twoside.schema.evaluation import TargetQuality
    from twoside.schema.progress import Steps


@dataclass(frozen=True)
class Effort:
    """How much an evaluation asks."""

    enough_questions: int = 1000
    """A further test day is asked only while there are fewer."""
    recall_questions: int = 5000
    stage_questions: int = 300
    test_rows: int = 200_000
    """Most exposures that rank is judged on; above it whole requests are drawn."""


@dataclass(frozen=True)
class Evaluated:
    """What was learned, how good it is, and the funnel with its live state."""

    learned: Learned
    evaluation: Evaluation
    funnel: Funnel
    day: int
    """The funnel knows all that happened before this day (`live.catch_up` goes on from it)."""


def evaluate(
    declared: Declared,
    settings: FunnelSettings,
    until_day: int,
    seed: int,
    steps: Steps,
    effort: Effort | None = None,
) -> Evaluated:
    """Learn on the days up to `until_day`, judge on those after it."""
    effort, steps = effort or Effort(), Timed(steps)
    declared = declared.chosen(settings.training)
    days = _test_days(declared, until_day)
    calendar = declared.lake.calendar
    samples = training_samples(declared, settings, until_day, seed, steps)
    targets = declared.targets(settings.training.targets)
    prerank, rankers = learn_models(declared, settings, samples, targets, seed, steps)
    rows = {"fit": len(samples)}
    del samples
    data, channels, merge = learn_recall(declared, settings, until_day, seed, steps)
    learned = Learned(channels, prerank, rankers, liked(data, half_life_days=7.0), merge)
    asked = questions(declared, data.items.open_rows(), days, effort.enough_questions)
    with steps("judge recall"):
        some = asked.some(effort.recall_questions, seed)
        recall, alike = judge_recall(declared, settings, channels, merge, data, some)
    if settings.training.gates:
        refuse_failed(declared.lake, declared.domain, declared.scene, days[0], days[-1])
    cutoff = calendar.start_of(days[-1] + 1)
    span = (days[0], days[-1])
    test = some_samples(declared, span, cutoff, effort.test_rows, seed, steps)
    with steps("judge rank"):
        models = {**rankers, "prerank": prerank}
        rank: dict[str, Mapping[str, TargetQuality]] = {
            name: judge_rank(model, test, seed) for name, model in models.items()
        }
    rows["test"] = len(test)
    del test
    with steps("live state") as tick:
        funnel = live_funnel(declared, settings, learned, int(asked.now_ms[0]), tick)
    with steps("judge stages") as tick:
        some = asked.some(effort.stage_questions, seed)
        stages = judge_stages(declared, funnel, some, tick)
    evaluation = Evaluation(
        scene=declared.name,
        train_until=iso(until_day),
        test_days=tuple(iso(day) for day in days),
        exposures=rows,
        recall=recall,
        rank=rank,
        stages=stages,
        seconds=steps.seconds,
        merge=merge.report,
        overlap=alike,
    )
    return Evaluated(learned, evaluation, funnel, int(some.day[-1]))


def _test_days(declared: Declared, until_day: int) -> list[int]:
    every = declared.lake.days("exposures")
    days = [day for day in every if day > until_day]
    if not days:
        last = f"the last one there is is {iso(every[-1])}" if every else "there are none"
        raise DataError(
            f"{declared.name}: no exposures after {iso(until_day)} in {declared.lake.root}: "
            f"{last}. Train until an earlier day."
        )
    return days
