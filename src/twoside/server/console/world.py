"""World: policies in closed loop against the oracle, and whether the world looks real."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twoside.charts.arms import arms
from twoside.charts.realism import realism
from twoside.server.console.pieces import card, chart, figures, grid, nothing, number, table

if TYPE_CHECKING:
    from twoside.schema.evaluation import PlayResult
    from twoside.server.console.frame import View


async def show(view: View) -> None:
    """The page."""
    service, texts = view.desk.service, view.texts
    play = await asyncio.to_thread(service.play, view.scene)
    statistics = await asyncio.to_thread(service.realism)
    if play is None:
        nothing(texts("no_play"))
    else:
        _key_figures(view, play)
    with grid():
        if play is not None:
            await _arms(view, play)
        if len(statistics) > 1:
            with card(texts("card_realism"), texts("note_realism")):
                await chart(realism, statistics, texts)


def _key_figures(view: View, play: PlayResult) -> None:
    texts = view.texts
    rows = [(texts("oracle_share"), f"{play.share_of_oracle:.0%}", texts("oracle_share_note"))]
    for name, arm in play.arms.items():
        rows.append((texts(name), number(arm.mean, 4), texts("per_person_day")))
    figures(rows)


async def _arms(view: View, play: PlayResult) -> None:
    texts = view.texts
    goal = texts(view.desk.service.scenes()[view.scene].goal)
    note = texts("note_arms", goal=goal, days=play.days, people=f"{play.people:,}")
    best = play.arms["oracle"].mean if "oracle" in play.arms else float("nan")
    rows = [
        [
            texts(name),
            number(arm.mean, 4),
            f"{number(arm.low, 4)} – {number(arm.high, 4)}",
            f"{arm.mean / best:.0%}" if best else "–",
        ]
        for name, arm in play.arms.items()
    ]
    with card(texts("card_arms"), note, "two-thirds"):
        await chart(arms, play, texts)
    with card(texts("card_channel_table"), width="third"):
        table([texts(key) for key in ("arm", "mean", "interval", "of_oracle")], rows)
