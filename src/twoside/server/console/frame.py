"""What stands around every page: brand, scene, language, navigation."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from nicegui import ui

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


@contextmanager
def frame(view: View, pages: Sequence[tuple[str, str]]) -> Iterator[None]:
    """Head and navigation; `pages` is (name, icon) in their order."""
    ui.add_css(look.CSS)
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
            on_change=lambda change: ui.navigate.to(
                f"{view.base}/{view.language}/{view.page}?scene={quote(change.value)}"
            ),
        ).props("outlined dense options-dense").classes("scenes")
        languages = "".join(
            f"<a href='{view.link(language=code, **view.query)}' "
            f"class='{'here' if code == view.language else ''}'>{name}</a>"
            for code, name in (("en", "English"), ("zh", "中文"))
        )
        ui.html(f"<nav class='languages'>{languages}</nav>", sanitize=False)


def _navigation(view: View, pages: Sequence[tuple[str, str]]) -> None:
    with ui.left_drawer(value=True, fixed=True).props("width=216 breakpoint=900"):
        for page, icon in pages:
            here = " here" if page == view.page else ""
            with ui.link(target=view.link(page)).classes(f"nav{here}"):
                ui.icon(icon)
                ui.label(view.texts(f"page_{page}"))
        version = view.desk.service.versions().get(view.scene, "–")
        with ui.element("div").classes("under"):
            ui.label(f"{view.texts('version')}: {version}")
            ui.link(view.texts("http_docs"), "/docs")
