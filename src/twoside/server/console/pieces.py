"""The pieces that pages are put together from: figures, cards, charts, tables."""

from __future__ import annotations

import asyncio
from html import escape
from math import isnan
from typing import TYPE_CHECKING, Literal

from nicegui import ui

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import plotly.graph_objects as go

Width = Literal["wide", "half", "third", "two-thirds"]


def html(text: str, classes: str = "") -> ui.html:
    """Markup of our own; whatever comes from data must have gone through `escape`."""
    return ui.html(text, sanitize=False).classes(classes)


def heading(title: str, lead: str) -> None:
    """The top of a page."""
    html(f"<h1>{escape(title)}</h1><p class='lead'>{escape(lead)}</p>")


def figures(rows: Sequence[tuple[str, str, str]]) -> None:
    """Key figures in a row: (label, value, what stands below)."""
    cards = "".join(
        f"<div class='figure'><div class='label'>{escape(label)}</div>"
        f"<div class='value'>{escape(value)}</div><div class='below'>{escape(below)}</div></div>"
        for label, value, below in rows
    )
    html(f"<div class='figures'>{cards}</div>").style("width: 100%")


def card(title: str, note: str = "", width: Width = "wide") -> ui.element:
    """A white card inside a `grid()`; use it with `with`."""
    element = ui.element("section").classes(f"card {width}")
    with element:
        below = f"<p class='note'>{escape(note)}</p>" if note else ""
        html(f"<h2>{escape(title)}</h2>{below}")
    return element


def grid() -> ui.element:
    """Where cards lie."""
    return ui.element("div").classes("grid")


async def chart(make: Callable[..., go.Figure], *arguments: object) -> None:
    """A Plotly figure, without its tool bar. Making one takes 10 to 50 ms of checks by Plotly:
    it is made in a thread, so that no list waits for it."""
    figure = await asyncio.to_thread(make, *arguments)
    drawn = {**figure.to_plotly_json(), "config": {"displayModeBar": False, "responsive": True}}
    ui.plotly(drawn).classes("chart").style(f"height: {figure.layout.height}px")


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], best: int = -1, words: int = 1
) -> None:
    """A plain table of text; the first `words` columns are words, the others numbers. Row `best`
    is set in bold."""
    html(markup(head, [[escape(cell) for cell in row] for row in rows], best, words), "scroll")


def markup(
    head: Sequence[str], rows: Sequence[Sequence[str]], best: int = -1, words: int = 1
) -> str:
    """The same as HTML; here the cells are markup already."""
    kind = ["" if n < words else " class='n'" for n in range(len(head))]
    top = "".join(f"<th{k}>{escape(title)}</th>" for k, title in zip(kind, head, strict=True))
    lines = "".join(
        f"<tr{' class=best' if n == best else ''}>"
        + "".join(f"<td{k}>{cell}</td>" for k, cell in zip(kind, row, strict=True))
        + "</tr>"
        for n, row in enumerate(rows)
    )
    return f"<table class='plain'><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def nothing(text: str) -> None:
    """Said in place of what is not there."""
    html(f"<div class='card nothing'>{escape(text)}</div>").style("width: 100%")


def warning(text: str) -> None:
    """Something that the reader should know before he reads on."""
    html(f"<div class='warning'>{escape(text)}</div>").style("width: 100%")


def number(value: float, digits: int = 3) -> str:
    """A figure for a table; a dash for NaN."""
    return "–" if isnan(value) else f"{value:.{digits}f}"
