"""What stands around every page: brand, scene, language, navigation."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from nicegui import __version__ as nicegui_version
from nicegui import ui
from nicegui.dependencies import esm_modules

from twoside.charts.theme import BLUE
from twoside.server.console import look
from twoside.server.console.words import scene_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from twoside.charts.texts import Language, Texts
    from twoside.server.desk import Desk


@dataclass(frozen=True)
class View:
    """What a page is asked to show; all of it stands in the address, so a link shows the same."""

    desk: Desk
    base: str
    """Where the console is mounted."""
    page: str
    language: Language
    scene: str
    texts: Texts
    query: Mapping[str, str]
    """What else the address says (a person, a request)."""

    def link(self, page: str = "", language: str = "", **query: str) -> str:
        """The address of a page, by default of this one."""
        asked = urlencode({"scene": self.scene, **query}, quote_via=quote)
        return f"{self.base}/{language or self.language}/{page or self.page}?{asked}"

    def go(self, **query: str) -> None:
        """Bring the browser to this page with another question. NiceGUI puts the base before
        every path that it is given, so here it is left away."""
        ui.navigate.to(self.link(**query).removeprefix(self.base))


@contextmanager
def frame(view: View, pages: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Head and navigation; `pages` is (name, icon) in their order."""
    ui.add_css(look.CSS)
    ui.colors(primary=BLUE)
    _early_charts(view.base)
    ui.query("html").props(f"lang={'zh-CN' if view.language == 'zh' else 'en'}")
    _head(view)
    _navigation(view, pages)
    with ui.element("main").classes("page"):
        yield


def _head(view: View) -> None:
    with ui.header(elevated=False), ui.element("div").classes("bar"):
        home = view.link("overview")
        ui.html(f"<a class='brand' href='{home}'>two<b>side</b></a>", sanitize=False)
        ui.label(view.texts("tagline")).classes("tagline")
        ui.element("div").classes("grow")
        names = {
            name: f"{name.partition('/')[0]} · {scene_name(scene, view.language)}"
            for name, scene in view.desk.service.scenes().items()
        }
        ui.select(
            names,
            value=view.scene,
            label=view.texts("scene"),
            on_change=lambda change: view.go(scene=change.value),
        ).props("outlined dense options-dense").classes("scenes")
        languages = "".join(
            f"<a href='{view.link(language=code, **view.query)}' "
            f"class='{'here' if code == view.language else ''}'>{name}</a>"
            for code, name in (("en", "English"), ("zh", "中文"))
        )
        ui.html(f"<nav class='languages'>{languages}</nav>", sanitize=False)


def _navigation(view: View, pages: Sequence[tuple[str, str]]) -> None:
    links = "".join(
        f"<a class='nav{' here' if page == view.page else ''}' href='{view.link(page)}'>"
        f"<i class='q-icon material-icons' aria-hidden='true'>{icon}</i>"
        f"<span>{view.texts(f'page_{page}')}</span></a>"
        for page, icon in pages
    )
    version = view.desk.service.versions().get(view.scene, "–")
    below = (
        f"<div class='under'>{view.texts('version')}: {escape(version)}<br>"
        f"<a href='/docs'>{view.texts('http_docs')}</a></div>"
    )
    with ui.left_drawer(value=True, fixed=True).props("width=216 breakpoint=900"):
        ui.html(f"<nav>{links}</nav>{below}", sanitize=False)


def _early_charts(base: str) -> None:
    """Let the browser fetch and read the chart library while the page is still on its way."""
    for key, module in esm_modules.items():
        if module.name == "nicegui-plotly":
            address = f"{base}/_nicegui/{nicegui_version}/esm/{key}/index.js"
            ui.add_head_html(f"<link rel='modulepreload' href='{address}'>")
