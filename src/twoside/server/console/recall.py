"""Recall: channels compared, what they share, whom the merge asks; a person, an item, and a map."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

from twoside.charts.channels import channels
from twoside.server.console import recall_item, recall_person
from twoside.server.console.pieces import card, chart, grid, html, nothing, number, table

if TYPE_CHECKING:
    from twoside.schema.evaluation import Evaluation
    from twoside.server.console.frame import View

PARTS = {
    "channels": None,
    "person": recall_person.show,
    "item": recall_item.show,
}
"""What the address may ask for as `part`; the first one without."""


async def show(view: View) -> None:
    """The page: one of its parts."""
    asked = view.query.get("part", "")
    part = asked if asked in PARTS else "channels"
    html(_parts(view, part)).style("width: 100%")
    inner = PARTS[part]
    if inner is not None:
        await inner(view)
        return
    evaluation = await asyncio.to_thread(view.desk.service.evaluation, view.scene)
    if evaluation is None:
        nothing(view.texts("no_evaluation", scene=view.scene))
        return
    await _compared(view, evaluation)


def _parts(view: View, here: str) -> str:
    links = "".join(
        f"<a class='{'here' if part == here else ''}' href='{view.link(part=part)}'>"
        f"{escape(view.texts(f'recall_{part}'))}</a>"
        for part in PARTS
    )
    return f"<nav class='parts'>{links}</nav>"


async def _compared(view: View, evaluation: Evaluation) -> None:
    texts, found = view.texts, evaluation.recall
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
