"""Overview: the funnel on the test days, and the key figures of the scene."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twoside.charts.durations import durations
from twoside.charts.stages import stages
from twoside.server.console.pieces import card, chart, figures, grid, nothing

if TYPE_CHECKING:
    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import Evaluation, PlayResult
    from twoside.server.console.frame import View


async def show(view: View) -> None:
    """The page."""
    service, texts = view.desk.service, view.texts
    evaluation = await asyncio.to_thread(service.evaluation, view.scene)
    if evaluation is None:
        nothing(texts("no_evaluation", scene=view.scene))
        return
    play = await asyncio.to_thread(service.play, view.scene)
    goal = service.scenes()[view.scene].goal
    figures(key_figures(evaluation, play, goal, texts))
    with grid():
        with card(texts("card_stages"), texts("note_stages")):
            await chart(stages, evaluation.stages, texts)
        if evaluation.seconds:
            with card(texts("card_seconds"), texts("note_seconds")):
                await chart(durations, evaluation.seconds, "seconds", texts)


def key_figures(
    evaluation: Evaluation, play: PlayResult | None, goal: str, texts: Texts
) -> list[tuple[str, str, str]]:
    """(label, value, below) of what matters most."""
    tested = texts("tested_on", days=evaluation.tested_on)
    rows = [(texts("learned_until"), evaluation.train_until, tested)]
    fit, test = evaluation.exposures.get("fit", 0), evaluation.exposures.get("test", 0)
    rows.append((texts("fit_rows"), f"{fit:,}", texts("test_rows", n=f"{test:,}")))
    alone = {name: q.recall_500 for name, q in evaluation.recall.items() if name != "merged"}
    if "merged" in evaluation.recall and alone:
        best = max(alone, key=lambda name: alone[name])
        below = texts("best_channel", name=texts(best), value=f"{alone[best]:.3f}")
        merged = f"{evaluation.recall['merged'].recall_500:.3f}"
        rows.append((texts("merged_recall"), merged, below))
    models = {model: q for model, q in evaluation.rank.items() if model != "prerank" and q}
    if models:
        first = next(iter(models.values()))
        target = goal if goal in first else next(iter(first))
        model = max(models, key=lambda name: models[name][target].gauc)
        quality = models[model][target]
        below = texts("by_model", model=texts(model), auc=f"{quality.auc:.3f}")
        rows.append((texts("best_ranker", target=texts(target)), f"{quality.gauc:.3f}", below))
    if play is not None:
        share = f"{play.share_of_oracle:.0%}"
        rows.append((texts("oracle_share"), share, texts("oracle_share_note")))
    return rows
