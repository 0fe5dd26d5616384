"""Where to say whom or what a page shall show, with some examples a click away."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from nicegui import ui

from twoside.server.console.pieces import html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.server.console.frame import View
    from twoside.server.service import ExternalId


def asked(view: View, field: str, part: str, examples: Sequence[ExternalId]) -> None:
    """A field for an id; `field` is its name in the address and, with `_id`, among the texts."""
    texts = view.texts

    def go() -> None:
        view.go(**{"part": part, field: str(given.value or "")})

    with ui.element("div").classes("asking"):
        given = ui.input(texts(f"{field}_id"), value=view.query.get(field, ""))
        given.props("outlined dense").on("keydown.enter", go)
        ui.button(texts("show_it"), on_click=go).props("unelevated color=primary no-caps")
    links = "".join(
        f"<a class='chip' href='{escape(view.link(**{'part': part, field: str(one)}))}'>"
        f"{escape(str(one))}</a>"
        for one in examples
    )
    if links:
        html(f"<span>{escape(texts('try_people'))}</span>{links}", "hint")
    ui.element("div").style("height: 14px")
