"""The console's pages on the server's own app."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from twoside.charts.stages import stages
from twoside.charts.texts import Texts
from twoside.errors import TwosideError
from twoside.server.console import bi, data, explain, features, overview, ranker, recall, world
from twoside.server.console.frame import View, frame
from twoside.server.console.pieces import heading, nothing
from twoside.server.console.words import texts_for

if TYPE_CHECKING:
    from fastapi import FastAPI

    from twoside.charts.texts import Language
    from twoside.server.desk import Desk

PAGES = {
    "overview": (overview, "filter_alt"),
    "recall": (recall, "travel_explore"),
    "ranker": (ranker, "leaderboard"),
    "explain": (explain, "manage_search"),
    "world": (world, "public"),
    "data": (data, "calendar_month"),
    "features": (features, "insights"),
    "bi": (bi, "query_stats"),
}
"""Name -> (module with `show(view)`, icon), in the order of the navigation."""


def mount(app: FastAPI, desk: Desk, base: str) -> None:
    """Add the console to an app at the path `base`."""

    @ui.page("/")
    def home(request: Request) -> RedirectResponse:
        wants = request.headers.get("accept-language", "")
        language = "zh" if wants.lower().startswith("zh") else "en"
        return RedirectResponse(f"{base}/{language}/overview")

    @ui.page("/{language}/{page}")
    async def page(request: Request, language: str, page: str) -> RedirectResponse | None:
        scenes = desk.service.scenes()
        scene = request.query_params.get("scene", "")
        if language not in ("en", "zh") or page not in PAGES:
            return RedirectResponse(f"{base}/en/overview")
        if scene not in scenes:
            scene = next(iter(scenes))
        await _show(desk, base, page, cast("Language", language), scene, request)
        return None

    # The first figure takes a second of imports: better now than for the first visitor.
    stages([], Texts())
    ui.run_with(
        app,
        title="twoside",
        favicon="🤝",
        mount_path=base,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=10.0,
    )


async def _show(
    desk: Desk, base: str, page: str, language: Language, scene: str, request: Request
) -> None:
    texts = texts_for(language, desk.service.domain(scene), desk.service.scenes())
    query = {k: v for k, v in request.query_params.items() if k != "scene"}
    view = View(desk, base, page, language, scene, texts, query)
    ui.page_title(f"{texts(f'page_{page}')} · twoside")
    with frame(view, [(name, icon) for name, (_, icon) in PAGES.items()]):
        heading(texts(f"page_{page}"), texts(f"lead_{page}"))
        try:
            await PAGES[page][0].show(view)
        except TwosideError as error:
            nothing(f"{texts('went_wrong')}: {error}")
