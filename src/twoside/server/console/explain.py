"""Explain: one list, with what every stage said of each item of it."""

from __future__ import annotations

import asyncio
from html import escape
from typing import TYPE_CHECKING

from nicegui import ui

from twoside.charts.durations import durations
from twoside.charts.overlap import overlap
from twoside.charts.theme import BLUE, dress
from twoside.schema.request import Request
from twoside.server.console.brief import brief
from twoside.server.console.candidates import candidates
from twoside.server.console.pieces import card, chart, figures, grid, html, markup, warning

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import plotly.graph_objects as go

    from twoside.charts.texts import Texts
    from twoside.schema.explanation import Explanation, Shown
    from twoside.server.console.frame import View
    from twoside.server.service import ExternalId

_LENGTH = 20
_EXAMPLES = 8


async def show(view: View) -> None:
    """The page."""
    examples = await asyncio.to_thread(view.desk.service.people, view.scene, _EXAMPLES)
    _asking(view, examples)
    request = _request(view, examples)
    if request is None:
        return
    explanation = await asyncio.to_thread(view.desk.service.explain, view.scene, request)
    await _story(view, explanation)


def _asking(view: View, examples: Sequence[ExternalId]) -> None:
    """Where to say whose list: by person, or by the id of a request that was answered."""
    texts = view.texts

    def go() -> None:
        view.go(**({"request": asked.value} if asked.value else {"person": person.value or ""}))

    with ui.element("div").classes("asking"):
        person = ui.input(texts("person_id"), value=view.query.get("person", ""))
        person.props("outlined dense").on("keydown.enter", go)
        asked = ui.input(texts("request_id"), value=view.query.get("request", ""))
        asked.props("outlined dense").on("keydown.enter", go)
        ui.button(texts("explain_button"), on_click=go).props("unelevated color=primary no-caps")
    links = "".join(
        f"<a class='chip' href='{view.link(person=str(one))}'>{escape(str(one))}</a>"
        for one in examples
    )
    latest = "".join(
        f"<a class='chip grey' href='{view.link(request=str(one.request_id))}'>{one.request_id}</a>"
        for one in view.desk.latest(view.scene, 4)
    )
    more = f"<span>{escape(texts('latest_requests'))}</span>{latest}" if latest else ""
    html(f"<span>{escape(texts('try_people'))}</span>{links}{more}", "hint")
    ui.element("div").style("height: 14px")


def _request(view: View, examples: Sequence[ExternalId]) -> Request | None:
    """What the address asks for; the first example if it asks for nothing."""
    service, texts = view.desk.service, view.texts
    number = view.query.get("request", "")
    if number:
        found = view.desk.recent(int(number)) if number.isdecimal() else None
        if found is None or found[0] != view.scene:
            warning(texts("unknown_request", request=number))
            return None
        return found[1]
    person: ExternalId = view.query.get("person", "") or (examples[0] if examples else "")
    row = service.row(view.scene, service.scenes()[view.scene].person, person)
    if row < 0:
        warning(texts("unknown_person", person=person))
    return Request(row, view.desk.moment(view.scene, None, "now"), _LENGTH)


async def _story(view: View, told: Explanation) -> None:
    service, texts = view.desk.service, view.texts
    scene = service.scenes()[view.scene]
    person, row = scene.person, told.request.person
    about: Sequence[Mapping[str, str]] = []
    if row >= 0:
        about = await asyncio.to_thread(service.describe, view.scene, person, [row], view.language)
    rows = [shown.item for shown in told.shown]
    words = await asyncio.to_thread(service.describe, view.scene, scene.item, rows, view.language)
    ids = service.externals(view.scene, scene.item, told.slate.items)
    if told.slate.failed:
        names = ", ".join(texts(name) for name in told.slate.failed)
        warning(texts("failed_channels", names=names))
    _key_figures(texts, told)
    with grid():
        with card(texts("the_person"), width="third"):
            html(_about(texts, about[0] if about else {}))
        with card(texts("card_counts"), width="third"):
            await chart(_counts, told, texts)
        with card(texts("card_spent"), width="third"):
            await chart(durations, told.milliseconds, "milliseconds", texts)
        with card(texts("card_shown"), texts("note_shown")):
            html(list_markup(told.shown, ids, words, about[0] if about else {}, texts), "scroll")
        with card(texts("card_overlap"), width="half"):
            found = {name: channel.items for name, channel in told.channels.items()}
            await chart(overlap, found, texts)
        with card(texts("card_candidates"), width="half"):
            candidates(view, told)


def _key_figures(texts: Texts, told: Explanation) -> None:
    found = len({int(item) for channel in told.channels.values() for item in channel.items})
    dropped = {rule: n for rule, n in told.dropped.items() if n}
    filled = texts("filled", n=told.slate.filled) if told.slate.filled else ""
    figures(
        [
            (texts("found"), f"{found:,}", f"{len(told.channels)} × {texts('channel')}"),
            (texts("merged"), f"{len(told.merged):,}", ""),
            (texts("ranked"), f"{len(told.ranked):,}", ""),
            (
                texts("dropped"),
                f"{sum(dropped.values()):,}",
                " · ".join(f"{texts(rule)} {n}" for rule, n in dropped.items()),
            ),
            (texts("shown"), f"{len(told.shown):,}", filled),
            (texts("total_time"), f"{sum(told.milliseconds.values()):.1f} ms", ""),
        ]
    )


def _about(texts: Texts, attributes: Mapping[str, str]) -> str:
    if not attributes:
        return (
            f"<p class='note'>{escape(texts('new_person'))}. {escape(texts('no_attributes'))}</p>"
        )
    rows = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in attributes.items())
    return f"<dl class='about'>{rows}</dl>"


def _counts(told: Explanation, texts: Texts) -> go.Figure:
    found = len({int(item) for channel in told.channels.values() for item in channel.items})
    counts = {
        "recall": found,
        "merge": len(told.merged),
        "prerank": len(told.preranked),
        "rank": len(told.ranked),
        "slate": len(told.shown),
    }
    figure = durations(counts, "milliseconds", texts)
    figure.update_traces(text=[f"{n:,}" for n in counts.values()], marker_color=BLUE)
    figure.update_xaxes(title_text=texts("candidates"))
    return dress(figure, height=int(figure.layout.height), legend=False)


def list_markup(
    shown: Sequence[Shown],
    ids: Sequence[ExternalId],
    words: Sequence[Mapping[str, str]],
    person: Mapping[str, str],
    texts: Texts,
) -> str:
    """The list as a table; `ids` and `words` are aligned to `shown`. What an item has in common
    with the person is marked."""
    targets = list(dict.fromkeys(target for item in shown for target in item.targets))
    top = {t: max((item.targets.get(t, 0.0) for item in shown), default=0.0) for t in targets}
    ranks = ("merge_rank", "prerank_rank", "fused_rank")
    head = ["#", texts("item"), texts("from"), *(texts(t) for t in targets)]
    head += [*(texts(rank) for rank in ranks), texts("score")]
    rows = []
    for item, external, about in zip(shown, ids, words, strict=True):
        who = f"<div class='who'>{escape(str(external))}</div>"
        described = " · ".join(
            f"<b>{escape(value)}</b>" if person.get(name) == value else escape(value)
            for name, value in brief(about).items()
        )
        rows.append(
            [
                str(item.position + 1),
                f"{who}<div class='words'>{described}</div>",
                _chips(item, texts),
                *(_probability(item.targets.get(t), top[t]) for t in targets),
                *(_place(getattr(item, rank)) for rank in ranks),
                f"{item.score:.4f}",
            ]
        )
    return markup(head, rows, words=3 + len(targets))


def _chips(item: Shown, texts: Texts) -> str:
    if not item.channel_ranks:
        return f"<span class='chip grey'>{escape(texts('fallback'))}</span>"
    return "".join(
        f"<span class='chip'>{escape(texts(name))} {rank + 1}</span>"
        for name, rank in sorted(item.channel_ranks.items(), key=lambda pair: pair[1])
    )


def _probability(value: float | None, top: float) -> str:
    if value is None:
        return "–"
    width = 100 * value / top if top > 0 else 0
    return f"<span class='probability'><i><b style='width:{width:.0f}%'></b></i>{value:.1%}</span>"


def _place(rank: int) -> str:
    return "–" if rank < 0 else str(rank + 1)
