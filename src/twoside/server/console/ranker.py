"""Ranker: models on every target, and whether their probabilities are true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twoside.charts.calibration import calibration
from twoside.charts.ranker import ranker
from twoside.server.console.pieces import card, chart, grid, nothing, number, table

if TYPE_CHECKING:
    from twoside.schema.evaluation import Evaluation
    from twoside.server.console.frame import View
    from twoside.server.console.pieces import Width


async def show(view: View) -> None:
    """The page."""
    texts = view.texts
    evaluation = await asyncio.to_thread(view.desk.service.evaluation, view.scene)
    if evaluation is None:
        nothing(texts("no_evaluation", scene=view.scene))
        return
    with grid():
        with card(texts("card_ranker"), texts("note_ranker")):
            await chart(ranker, evaluation.rank, texts)
        targets = _targets(evaluation)
        width: Width = "half" if len(targets) in (1, 2, 4) else "third"
        for target in targets:
            title = texts("card_calibration", target=texts(target))
            with card(title, texts("note_calibration"), width):
                curves = {
                    model: by_target[target].curve
                    for model, by_target in evaluation.rank.items()
                    if target in by_target
                }
                await chart(calibration, curves, texts)
        with card(texts("card_channel_table")):
            _figures(view, evaluation)


def _targets(evaluation: Evaluation) -> list[str]:
    return list(dict.fromkeys(t for by_target in evaluation.rank.values() for t in by_target))


def _figures(view: View, evaluation: Evaluation) -> None:
    texts = view.texts
    keys = ("target", "model", "auc", "gauc", "map", "logloss", "calibration", "base_rate", "rows")
    rows = [
        [
            texts(target),
            texts(model),
            number(quality.auc, 4),
            f"{number(quality.gauc, 4)} ± {number(quality.gauc_error)}",
            number(quality.map, 4),
            number(quality.logloss, 4),
            number(quality.calibration),
            f"{quality.rate:.2%}",
            f"{quality.rows:,}",
        ]
        for target in _targets(evaluation)
        for model, by_target in evaluation.rank.items()
        if (quality := by_target.get(target)) is not None
    ]
    table([texts(key) for key in keys], rows, words=2)
