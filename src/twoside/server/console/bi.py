"""Metrics: one metric over some days, split by a dimension and then by another inside it."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from nicegui import ui

from twoside.bi.ask import UNKNOWN, Answer, Cube, Question
from twoside.bi.export import rows, shown
from twoside.bi.label_shares import label_shares
from twoside.bi.retention import retention
from twoside.charts.bi_words import bi_words
from twoside.charts.label_bands import label_bands
from twoside.charts.metric_funnel import metric_funnel
from twoside.charts.metric_split import metric_split
from twoside.charts.metric_trend import metric_trend
from twoside.charts.retained import retained
from twoside.charts.texts import Texts
from twoside.schema.calendar import day_number, iso
from twoside.server.console.pieces import card, chart, figures, grid, html

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.bi.label_shares import LabelShares
    from twoside.bi.retention import Retention
    from twoside.server.console.frame import View

_DAYS = 28
_CHIPS = 12


@dataclass(frozen=True)
class Told:
    """All that the page shows, read at once."""

    question: Question
    answer: Answer
    whole: Answer
    funnel: dict[str, float]
    labels: LabelShares
    retention: Retention
    splits: list[str]


async def show(view: View) -> None:
    """The page."""
    cube = await asyncio.to_thread(view.desk.service.cube, view.scene)
    texts = Texts(view.language, {**view.texts.words, **bi_words(cube.book)})
    told = await asyncio.to_thread(read, cube, view.query)
    _asking(view, cube, told, texts)
    _key_figures(told, texts)
    with grid():
        with card(texts(f"metric {told.question.metric}"), told.answer.metric.meaning):
            await chart(metric_trend, told.answer, texts)
        if told.question.by:
            title = texts("split_by", name=texts(f"dimension {told.question.by}"))
            with card(title, texts("note_split")):
                await chart(metric_split, told.answer, texts)
                _inside(view, cube, told, texts)
        with card(texts("bi_funnel"), texts("note_funnel"), "half"):
            await chart(metric_funnel, told.funnel, texts)
        with card(texts("bi_retention"), texts("bi_retention_lead"), "half"):
            await chart(retained, told.retention, texts)
        with card(texts("bi_labels"), texts("bi_labels_lead")):
            await chart(label_bands, told.labels, texts)


def read(cube: Cube, query: Mapping[str, str]) -> Told:
    """What the address asks for. Reads files: call it in a thread."""
    built = cube.days()
    last = day_number(query["last"], "last") if query.get("last") else built[-1]
    first = day_number(query["first"], "first") if query.get("first") else last - _DAYS + 1
    metric = query.get("metric") or cube.book.settings.headline[0]
    where = dict([query["where"].split(":", 1)]) if ":" in query.get("where", "") else {}
    splits = cube.splits(metric, where)
    by = query.get("by", "") if query.get("by", "") in splits else ""
    question = Question(metric, first, last, by, where)
    answer = cube.ask(question)
    whole = cube.ask(Question(metric, first, last, "", where)) if by else answer
    steps = [
        name for name in cube.book.settings.funnel if set(where) <= set(cube.dimensions_of(name))
    ]
    funnel = {
        name: cube.ask(Question(name, first, last, "", where)).series[0].value for name in steps
    }
    return Told(
        question,
        answer,
        whole,
        funnel,
        label_shares(cube, first, last),
        retention(cube, first, last),
        splits,
    )


def csv_of(told: Told) -> str:
    """The answer as the page shows it, with numerators and denominators."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows(told.answer, told.question.by))
    return text.getvalue()


def _address(told: Told) -> dict[str, str]:
    asked = told.question
    where = "".join(f"{name}:{word}" for name, word in asked.where.items())
    days = {"first": iso(asked.first_day), "last": iso(asked.last_day)}
    given = {"metric": asked.metric, "by": asked.by, "where": where, **days}
    return {name: value for name, value in given.items() if value}


def _asking(view: View, cube: Cube, told: Told, texts: Texts) -> None:
    now, asked = _address(told), told.question
    metrics = {name: texts(f"metric {name}") for name in cube.book.defined}
    splits = {"": texts("everything"), **{n: texts(f"dimension {n}") for n in told.splits}}

    def go(**changed: str) -> None:
        asked_now = {**now, **changed}
        view.go(**{name: value for name, value in asked_now.items() if value})

    with ui.element("div").classes("asking"):
        ui.select(
            metrics,
            value=asked.metric,
            label=texts("metric"),
            with_input=True,
            on_change=lambda change: go(metric=change.value) if change.value else None,
        ).props("outlined dense options-dense").classes("bi-metric").style("width: 230px")
        ui.select(
            splits,
            value=asked.by,
            label=texts("split"),
            on_change=lambda change: go(by=change.value),
        ).props("outlined dense options-dense").classes("bi-by").style("width: 180px")
        first = ui.input(texts("from_day"), value=iso(asked.first_day))
        last = ui.input(texts("to_day"), value=iso(asked.last_day))
        for one in (first, last):
            one.props("outlined dense type=date").style("width: 150px")
        ui.button(
            texts("show_days"), on_click=lambda: go(first=first.value, last=last.value)
        ).props("unelevated color=primary no-caps")
        name = f"{cube.scene}-{asked.metric}.csv"
        ui.button(
            texts("csv"),
            icon="download",
            on_click=lambda: ui.download.content(csv_of(told), name, "text/csv"),
        ).props("outline color=primary no-caps")
    if asked.where:
        _given(view, told, texts)
    ui.element("div").style("height: 14px")


def _given(view: View, told: Told, texts: Texts) -> None:
    """The value that is looked into, and the way out of it."""
    for name, word in told.question.where.items():
        said = texts("unknown") if word == UNKNOWN else word
        out = view.link(**{**_address(told), "where": "", "by": name})
        html(
            f"<span class='chip'>{escape(texts(f'dimension {name}'))}: {escape(said)}</span>"
            f"<a href='{escape(out)}'>{escape(texts('look_out'))}</a>",
            "hint",
        )


def _key_figures(told: Told, texts: Texts) -> None:
    (one,) = told.whole.series
    metric, days = told.answer.metric, told.answer.days
    span = texts("day_span", first=iso(days[0]), last=iso(days[-1]))
    values = one.values
    told_figures = [(texts("all_days"), shown(metric, one.value), span)]
    told_figures.append((texts("last_day"), shown(metric, float(values[-1])), iso(days[-1])))
    if one.denominator is not None:
        told_figures.append((texts("numerator"), f"{one.numerator:,.0f}", metric.numerator))
        told_figures.append((texts("denominator"), f"{one.denominator:,.0f}", metric.denominator))
    good = texts("good_up" if metric.direction == "up" else "good_down")
    told_figures.append((texts("good_is"), good, ""))
    figures(told_figures)


def _inside(view: View, cube: Cube, told: Told, texts: Texts) -> None:
    """A link into each of the largest values, where there is a dimension to go on with."""
    asked = told.question
    if asked.where:
        return
    deeper = cube.splits(asked.metric, {asked.by: ""})
    if not deeper:
        return
    links = "".join(
        "<a class='chip' href='{}'>{}</a>".format(
            escape(
                view.link(**{**_address(told), "where": f"{asked.by}:{one.word}", "by": deeper[0]})
            ),
            escape(texts("unknown") if one.word == UNKNOWN else one.word),
        )
        for one in told.answer.series[:_CHIPS]
    )
    html(f"<span>{escape(texts('look_into'))}</span>{links}", "hint inside")
