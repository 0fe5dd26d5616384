"""Recall: the channels compared."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twoside.charts.channels import channels
from twoside.server.console.pieces import card, chart, grid, nothing, number, table

if TYPE_CHECKING:
    from twoside.server.console.frame import View


async def show(view: View) -> None:
    """The page."""
    texts = view.texts
    evaluation = await asyncio.to_thread(view.desk.service.evaluation, view.scene)
    if evaluation is None:
        nothing(texts("no_evaluation", scene=view.scene))
        return
    found = evaluation.recall
    order = sorted(found, key=lambda name: (name != "merged", -found[name].recall_500))
    keys = ("coverage", "gini", "unique", "latency")
    head = [texts("channel"), "Recall@100", "Recall@500", *(texts(key) for key in keys)]
    rows = [
        [
            texts(name),
            number(quality.recall_100),
            number(quality.recall_500),
            number(quality.coverage),
            number(quality.gini),
            number(quality.unique),
            number(quality.latency_ms, 2),
        ]
        for name, quality in ((name, found[name]) for name in order)
    ]
    with grid():
        with card(texts("card_channels"), texts("note_channels")):
            await chart(channels, found, texts)
        with card(texts("card_channel_table")):
            table(head, rows, best=0 if "merged" in found else -1)
