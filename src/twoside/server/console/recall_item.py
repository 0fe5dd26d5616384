"""One item in recall: its neighbours under every channel that knows what is near, side by side."""

from __future__ import annotations

import asyncio
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.request import Request
from twoside.server.console.asked import asked
from twoside.server.console.pieces import card, grid, html, markup, nothing, warning
from twoside.server.console.recall_person import called, link

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.request import Candidates
    from twoside.server.console.frame import View
    from twoside.server.service import ExternalId

_MOST = 12
_EXAMPLES = 8


async def show(view: View) -> None:
    """The part of the page."""
    service, texts = view.desk.service, view.texts
    examples = await asyncio.to_thread(_examples, view)
    asked(view, "item", "item", examples)
    item: ExternalId = view.query.get("item", "") or (examples[0] if examples else "")
    kind = service.scenes()[view.scene].item
    row = service.row(view.scene, kind, item)
    if row < 0:
        warning(texts("unknown_item", item=item))
        return
    near = await asyncio.to_thread(service.near, view.scene, row, _MOST)
    if not near:
        nothing(texts("no_near"))
        return
    rows = sorted({row, *(int(one) for found in near.values() for one in found.items)})
    names = await asyncio.to_thread(called, view, rows)
    with grid(), card(f"{item} · {names[row][1]}", texts("note_near")):
        html(near_markup(view, near, names), "scroll")


def _examples(view: View) -> list[ExternalId]:
    """Items that some people liked of late: of those something is known."""
    service = view.desk.service
    scene = service.scenes()[view.scene]
    now, rows = view.desk.moment(view.scene, None, "now"), dict[int, None]()
    for person in service.people(view.scene, 3):
        row = service.row(view.scene, scene.person, person)
        told = service.reasons(view.scene, Request(row, now, 1))
        rows |= dict.fromkeys(list(told.behaviours)[::-1])
    few = np.array(list(rows)[:_EXAMPLES], np.int32)
    return list(service.externals(view.scene, scene.item, few))


def near_markup(
    view: View, near: Mapping[str, Candidates], names: Mapping[int, tuple[ExternalId, str]]
) -> str:
    """A row a rank, a column a channel; what several channels have is marked."""
    texts = view.texts
    often = Counter(int(item) for found in near.values() for item in found.items)
    deepest = max((len(found) for found in near.values()), default=0)
    head = ["#", *(texts(name) for name in near)]
    rows: list[Sequence[str]] = [
        [str(rank + 1), *(_cell(view, found, rank, names, often) for found in near.values())]
        for rank in range(deepest)
    ]
    if not rows:
        rows = [["–", *(escape(texts("finds_nothing")) for _ in near)]]
    return markup(head, rows, words=len(head))


def _cell(
    view: View,
    found: Candidates,
    rank: int,
    names: Mapping[int, tuple[ExternalId, str]],
    often: Counter[int],
) -> str:
    if rank >= len(found):
        return escape(view.texts("finds_nothing")) if rank == 0 else ""
    item = int(found.items[rank])
    external, words = names[item]
    times = f" <span class='chip grey'>×{often[item]}</span>" if often[item] > 1 else ""
    return (
        f"<div class='near'><span>{link(view, external)}</span>"
        f"<span>{found.scores[rank]:.3g}</span></div>"
        f"<div class='words'>{escape(words)}{times}</div>"
    )
