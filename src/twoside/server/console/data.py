"""Data: what the lake holds of a scene, day by day."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from twoside.charts.label_rates import label_rates
from twoside.charts.lorenz import lorenz
from twoside.charts.positions import positions
from twoside.charts.realism import realism
from twoside.server.console.pieces import card, chart, figures, grid, nothing
from twoside.server.console.words import scene_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.server.console.frame import View

T = TypeVar("T")


async def show(view: View) -> None:
    """The page."""
    service, texts = view.desk.service, view.texts
    log = await asyncio.to_thread(service.log, view.scene)
    if log is None or not log.days:
        nothing(texts("no_log"))
        return
    total = sum(log.exposures)
    span = texts("day_span", first=log.days[0], last=log.days[-1])
    a_day = texts("per_day", n=f"{total // len(log.days):,}")
    figures(
        [
            (texts("days"), str(len(log.days)), span),
            (texts("exposures"), f"{total:,}", a_day),
            (texts("people"), f"{log.people:,}", ""),
            (texts("items"), f"{log.items:,}", ""),
        ]
    )
    statistics = await asyncio.to_thread(service.realism)
    name = scene_name(service.scenes()[view.scene], view.language)
    with grid():
        with card(texts("card_labels"), texts("note_labels")):
            counts = _in_order(log.counts, view)
            await chart(label_rates, log.days, log.exposures, counts, texts)
        with card(texts("card_positions"), texts("note_positions"), "half"):
            await chart(positions, _in_order(log.by_position, view), texts)
        with card(texts("card_lorenz"), texts("note_lorenz"), "half"):
            await chart(lorenz, {name: log.item_exposures}, texts)
        if len(statistics) > 1:
            with card(texts("card_realism"), texts("note_realism")):
                await chart(realism, statistics, texts)


def _in_order(by_kind: Mapping[str, T], view: View) -> dict[str, T]:
    """In the order in which the domain declares its behaviours: as they happen."""
    kinds = [event.name for event in view.desk.service.domain(view.scene).events]
    return {kind: by_kind[kind] for kind in kinds if kind in by_kind}
