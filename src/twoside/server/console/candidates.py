"""Every stage's candidates of one request, as a table behind a choice of the stage."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from nicegui import ui

from twoside.server.console.brief import brief

if TYPE_CHECKING:
    from twoside.schema.explanation import Explanation
    from twoside.schema.request import Candidates
    from twoside.server.console.frame import View


def candidates(view: View, told: Explanation) -> None:
    """A select over channels and stages; the table below follows it."""
    texts = view.texts
    stages: dict[str, Candidates] = {
        **told.channels,
        "merge": told.merged,
        "prerank": told.preranked,
        "rank": told.ranked,
    }
    names = {name: f"{texts(name)} ({len(found):,})" for name, found in stages.items()}
    place: Any = None

    async def fill(stage: str) -> None:
        place.clear()
        rows = await _rows(view, stages[stage])
        with place:
            _table(view, rows)

    select = ui.select(names, value="rank", on_change=lambda change: fill(change.value)).props(
        "outlined dense options-dense"
    )
    select.style("min-width: 220px; margin: 8px 0")
    place = ui.element("div").style("width: 100%")
    ui.timer(0, lambda: fill("rank"), once=True)


async def _rows(view: View, found: Candidates) -> list[dict[str, object]]:
    service = view.desk.service
    kind = service.scenes()[view.scene].item
    rows = [int(item) for item in found.items]
    ids = service.externals(view.scene, kind, found.items)
    words = await asyncio.to_thread(service.describe, view.scene, kind, rows, view.language)
    return [
        {
            "place": n + 1,
            "item": str(external),
            "words": " · ".join(brief(about).values()),
            "score": f"{score:.4f}" if found.scores.any() else "–",
        }
        for n, (external, about, score) in enumerate(
            zip(ids, words, found.scores.tolist(), strict=True)
        )
    ]


def _table(view: View, rows: list[dict[str, object]]) -> None:
    titles = {"place": "place", "item": "item", "words": "attributes", "score": "score"}
    columns = [
        {
            "name": name,
            "field": name,
            "label": view.texts(key),
            "align": "right" if name in ("place", "score") else "left",
        }
        for name, key in titles.items()
    ]
    table = ui.table(rows=rows, columns=columns, row_key="place", pagination=8)
    table.props("flat dense wrap-cells").style("width: 100%")
    table.props["rows-per-page-label"] = view.texts("per_page")
