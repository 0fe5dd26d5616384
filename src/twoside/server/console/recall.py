"""Recall: channels compared, what they share, whom the merge asks; a person, an item, and a map."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twoside.charts.channel_groups import grouped
from twoside.charts.channels import channels
from twoside.charts.overlap import share_map
from twoside.server.console import recall_item, recall_map, recall_merge, recall_person
from twoside.server.console.pieces import card, chart, grid, html, markup, nothing, number

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import ChannelQuality, Evaluation
    from twoside.server.console.frame import View

PARTS = {
    "channels": None,
    "merge": recall_merge.show,
    "person": recall_person.show,
    "item": recall_item.show,
    "map": recall_map.show,
}
"""What the address may ask for as `part`; the first one without."""
_MANY = 8
"""Channels from which on the table is split into groups."""


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
    with grid():
        with card(texts("card_channels"), texts("note_channels")):
            await chart(channels, found, texts)
        with card(texts("card_channel_table")):
            html(quality_markup(found, texts), "scroll")
        if evaluation.overlap:
            names = [name for some in grouped(evaluation.overlap).values() for name in some]
            share = np.array(
                [[evaluation.overlap[one].get(name, np.nan) for name in names] for one in names]
            )
            with card(texts("card_alike"), texts("note_alike", days=evaluation.tested_on)):
                await chart(share_map, names, share, texts)


def quality_markup(found: Mapping[str, ChannelQuality], texts: Texts) -> str:
    """A row a channel, the best of a group first; groups only where channels are many."""
    keys = ("coverage", "gini", "unique", "latency")
    head = [texts("channel"), "Recall@100", "Recall@500", *(texts(key) for key in keys)]
    order = sorted((n for n in found if n != "merged"), key=lambda n: -found[n].recall_500)
    groups = grouped(order) if len(order) > _MANY else {"": order}
    rows = [_figures("merged", found["merged"], texts)] if "merged" in found else []
    for group, names in groups.items():
        if group:
            rows.append([f"<b class='group'>{escape(texts(group))}</b>", *[""] * (len(head) - 1)])
        rows += [_figures(name, found[name], texts) for name in names]
    return markup(head, rows, best=0 if "merged" in found else -1)


def _figures(name: str, quality: ChannelQuality, texts: Texts) -> list[str]:
    return [
        escape(texts(name)),
        number(quality.recall_100),
        number(quality.recall_500),
        number(quality.coverage),
        number(quality.gini),
        number(quality.unique),
        number(quality.latency_ms, 2),
    ]
