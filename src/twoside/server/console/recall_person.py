"""One person in recall: what each channel finds, and because of what."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.request import Request
from twoside.server.console.asked import asked
from twoside.server.console.brief import few_words
from twoside.server.console.pieces import card, grid, html, markup, nothing, warning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.reasons import Reasoned, RecallReasons
    from twoside.server.console.frame import View
    from twoside.server.service import ExternalId

_EXAMPLES = 8
_ITEMS = 6
"""Items of each channel."""
_REASONS = 3
"""Reasons of each item that are named; the rest is summed up."""
_PEOPLE = 12


async def show(view: View) -> None:
    """The part of the page."""
    service, texts = view.desk.service, view.texts
    examples = await asyncio.to_thread(service.people, view.scene, _EXAMPLES)
    asked(view, "person", "person", examples)
    person: ExternalId = view.query.get("person", "") or (examples[0] if examples else "")
    row = service.row(view.scene, service.scenes()[view.scene].person, person)
    if row < 0:
        warning(texts("unknown_person_recall", person=person))
        return
    request = Request(row, view.desk.moment(view.scene, None, "now"), _ITEMS)
    told = await asyncio.to_thread(service.reasons, view.scene, request)
    if not told.channels:
        nothing(texts("no_reasons"))
        return
    names = await asyncio.to_thread(_named, view, told)
    html(_recent(view, person, told, names)).style("width: 100%")
    with grid():
        for channel, found in told.channels.items():
            with card(texts(channel), texts("note_reasons") if found else "", "half"):
                if channel in told.near_people and found:
                    html(_near_people(view, told, channel, names))
                if found:
                    html(reasons_markup(view, found, names, told.behaviours), "scroll")
                else:
                    html(f"<p class='note'>{escape(texts('finds_nothing'))}</p>")


@dataclass(frozen=True)
class Names:
    """How items and people of this page are called."""

    items: Mapping[int, tuple[ExternalId, str]]
    """Row -> id, and a few words."""
    people: Mapping[int, ExternalId]


def _named(view: View, told: RecallReasons) -> Names:
    items, people = set(told.behaviours), set[int]()
    for found in told.channels.values():
        for one in found:
            items.add(one.item)
            (items if one.reasons.of == "items" else people).update(one.reasons.rows.tolist())
    for near in told.near_people.values():
        people.update(near.items[:_PEOPLE].tolist())
    kind = view.desk.service.scenes()[view.scene].person
    rows = sorted(people)
    ids = view.desk.service.externals(view.scene, kind, np.array(rows, np.int32))
    return Names(called(view, sorted(items)), dict(zip(rows, ids, strict=True)))


def called(view: View, rows: Sequence[int]) -> dict[int, tuple[ExternalId, str]]:
    """Item row -> its id and a few words."""
    service = view.desk.service
    kind = service.scenes()[view.scene].item
    ids = service.externals(view.scene, kind, np.array(rows, np.int32))
    words = service.describe(view.scene, kind, rows, view.language)
    return {
        row: (external, few_words(about))
        for row, external, about in zip(rows, ids, words, strict=True)
    }


def link(view: View, item: ExternalId) -> str:
    """An item's id; a click shows what is near to it."""
    address = escape(view.link("recall", part="item", item=str(item)))
    return f"<a class='plain' href='{address}'>{escape(str(item))}</a>"


def _recent(view: View, person: ExternalId, told: RecallReasons, names: Names) -> str:
    """What the person did of late, the strongest evidence of each item."""
    chips = "".join(
        f"<span class='chip'>{escape(view.texts(did))} · "
        f"{escape(names.items[row][1] or str(names.items[row][0]))}</span>"
        for row, did in list(told.behaviours.items())[::-1][:_PEOPLE]
    )
    if not chips:
        chips = f"<span>{escape(view.texts('no_past'))}</span>"
    said = escape(view.texts("recent_of", person=person))
    return f"<div class='hint' style='margin-bottom: 14px'><span>{said}</span>{chips}</div>"


def _near_people(view: View, told: RecallReasons, channel: str, names: Names) -> str:
    near = told.near_people[channel]
    pairs = zip(near.items.tolist(), near.scores.tolist(), strict=True)
    chips = "".join(
        f"<a class='chip' href='{escape(view.link(part='person', person=str(names.people[row])))}'>"
        f"{escape(str(names.people[row]))} {like:.2f}</a>"
        for row, like in list(pairs)[:_PEOPLE]
    )
    return f"<div class='hint'><span>{escape(view.texts('near_people'))}</span>{chips}</div>"


def reasons_markup(
    view: View, found: Sequence[Reasoned], names: Names, behaviours: Mapping[int, str]
) -> str:
    """A row an item: its name, its score, and what brought it."""
    texts = view.texts
    head = [texts("item"), texts("because"), texts("score")]
    rows = []
    for one in found:
        lines = "".join(
            f"<li>{_reason(view, one, n, names, behaviours)}</li>"
            for n in range(min(len(one.reasons.rows), _REASONS))
        )
        rest = len(one.reasons.rows) - _REASONS
        if rest > 0 and one.score:
            share = one.reasons.adds[_REASONS:].sum() / one.score
            lines += f"<li><i>{share:.0%}</i> {escape(texts('more_reasons', n=rest))}</li>"
        external, words = names.items[one.item]
        item = f"{link(view, external)}<div class='words'>{escape(words)}</div>"
        rows.append([item, f"<ul class='reasons'>{lines}</ul>", f"{one.score:.4g}"])
    return markup(head, rows, words=2)


def _reason(view: View, one: Reasoned, n: int, names: Names, behaviours: Mapping[int, str]) -> str:
    row = int(one.reasons.rows[n])
    share = f"<i>{one.reasons.adds[n] / one.score:.0%}</i>" if one.score else ""
    if one.reasons.of == "people":
        return f"{share} {escape(str(names.people[row]))}"
    external, words = names.items[row]
    did = view.texts(behaviours[row]) if row in behaviours else ""
    said = " · ".join(part for part in (did, words or str(external)) if part)
    return f"{share} <span title='{escape(str(external))}'>{escape(said)}</span>"
