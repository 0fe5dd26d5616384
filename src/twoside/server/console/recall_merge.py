"""What the merge learned: budgets, each channel's worth to each kind of people, the gain."""

from __future__ import annotations

import asyncio
from html import escape
from math import isnan, nan
from typing import TYPE_CHECKING

from twoside.charts.budgets import budgets
from twoside.server.console.pieces import card, chart, grid, html, markup, nothing, number, table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.charts.texts import Texts
    from twoside.schema.merge_report import ChannelWorth, MergeReport
    from twoside.server.console.frame import View


async def show(view: View) -> None:
    """The part of the page."""
    texts = view.texts
    evaluation = await asyncio.to_thread(view.desk.service.evaluation, view.scene)
    if evaluation is None:
        nothing(texts("no_evaluation", scene=view.scene))
        return
    if evaluation.merge is None:
        nothing(texts("no_merge"))
        return
    report = evaluation.merge
    with grid():
        with card(texts("card_gain"), texts("note_gain", people=f"{_people(report):,}")):
            _gains(texts, report)
        kinds = list(dict.fromkeys(row.kind for row in report.channels))
        asked = view.query.get("kind", "")
        kind = asked if asked in kinds else next(iter(kinds), "")
        rows = [row for row in report.channels if row.kind == kind]
        people = _people(report) if kind == "all" else report.people.get(kind, 0)
        title = texts("card_kind", kind=texts(f"kind_{kind}"), people=f"{people:,}")
        with card(title, texts("note_kind")):
            html(_choice(view, kinds, kind))
            await chart(budgets, rows, texts)
        with card(texts("card_channel_table")):
            latency = {name: found.latency_ms for name, found in evaluation.recall.items()}
            html(worth_markup(texts, rows, latency), "scroll")


def _choice(view: View, kinds: Sequence[str], here: str) -> str:
    chips = "".join(
        f"<a class='chip{'' if kind == here else ' grey'}' "
        f"href='{escape(view.link(part='merge', kind=kind))}'>"
        f"{escape(view.texts(f'kind_{kind}'))}</a>"
        for kind in kinds
    )
    return f"<div class='hint'>{chips}</div>"


def _people(report: MergeReport) -> int:
    return sum(report.people.values())


def _gains(texts: Texts, report: MergeReport) -> None:
    keys = ("figure", "in_turn", "learned_merge", "difference", "p_value", "best_alone")
    rows = [
        [
            gain.figure,
            number(gain.snake, 4),
            number(gain.learned, 4),
            f"{gain.learned - gain.snake:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]",
            f"{gain.p:.3g}",
            f"{texts(gain.best_channel)} {number(gain.best, 4)}",
        ]
        for gain in report.gains
    ]
    table([texts(key) for key in keys], rows)


def worth_markup(
    texts: Texts, rows: Sequence[ChannelWorth], latency_ms: Mapping[str, float]
) -> str:
    """A row a channel, the one that is asked most first; under a refused one stands why. The
    latency is that of the evaluation: a merge that weighs no costs has measured none."""
    keys = ("channel", "in_turn", "budget", "worth", "interval", "latency")
    cells = []
    for row in sorted(rows, key=lambda row: (-row.budget, row.channel)):
        why = f"{texts('refused')}: {row.refused}" if row.refused else ""
        known = not isnan(row.worth)
        cells.append(
            [
                f"{escape(texts(row.channel))}<div class='words'>{escape(why)}</div>",
                f"{row.snake:.1f}",
                f"{row.budget}",
                number(row.worth, 4),
                f"{row.low:+.4f} … {row.high:+.4f}" if known else "–",
                number(latency_ms.get(row.channel, nan), 2),
            ]
        )
    return markup([texts(key) for key in keys], cells)
