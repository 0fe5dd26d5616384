"""Items by their vectors, a map a channel, coloured by what the items are."""

from __future__ import annotations

import asyncio
from collections import Counter
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twoside.charts.item_map import item_map
from twoside.server.console.brief import few_words
from twoside.server.console.pieces import card, chart, grid, html, nothing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.server.console.frame import View

_MOST = 1_500
"""Items of a map: more only hide each other, and a browser draws each as a shape of its own."""
_WORDS = 60
"""An attribute with more words is a name or a number, no colour."""


async def show(view: View) -> None:
    """The part of the page."""
    service, texts = view.desk.service, view.texts
    maps = await asyncio.to_thread(service.maps, view.scene, _MOST)
    maps = {name: points for name, points in maps.items() if len(points.rows)}
    if not maps:
        nothing(texts("no_map"))
        return
    rows = sorted({int(row) for points in maps.values() for row in points.rows})
    kind = service.scenes()[view.scene].item
    about = await asyncio.to_thread(service.describe, view.scene, kind, rows, view.language)
    ids = service.externals(view.scene, kind, np.array(rows, np.int32))
    names = {
        row: escape(f"{external} · {few_words(one)}")
        for row, external, one in zip(rows, ids, about, strict=True)
    }
    colours = attributes(about)
    asked = view.query.get("colour", "")
    colour = asked if asked in colours else next(iter(colours), "")
    words = {row: one.get(colour, "") for row, one in zip(rows, about, strict=True)}
    html(_choice(view, colours, colour)).style("width: 100%")
    with grid():
        for name, points in maps.items():
            note = texts("note_map", n=f"{len(points.rows):,}", of=f"{points.of:,}")
            with card(texts(name), note, "half" if len(maps) > 1 else "wide"):
                drawn = points.rows.tolist()
                coloured = [words[row] for row in drawn]
                await chart(item_map, points, coloured, [names[row] for row in drawn], texts)


def attributes(about: Sequence[Mapping[str, str]]) -> list[str]:
    """Attributes whose words come again and again, so that they can be colours, the one first
    whose most common words cover most of the items."""
    counts: dict[str, Counter[str]] = {}
    for one in about:
        for name, value in one.items():
            counts.setdefault(name, Counter())[value] += 1
    covered = {
        name: sum(n for _, n in words.most_common(6))
        for name, words in counts.items()
        if 1 < len(words) <= _WORDS
    }
    return sorted(covered, key=lambda name: -covered[name])


def _choice(view: View, colours: Sequence[str], here: str) -> str:
    chips = "".join(
        f"<a class='chip{'' if name == here else ' grey'}' "
        f"href='{escape(view.link(part='map', colour=name))}'>{escape(name)}</a>"
        for name in colours
    )
    said = escape(view.texts("coloured_by"))
    return f"<div class='hint' style='margin-bottom: 14px'><span>{said}</span>{chips}</div>"
