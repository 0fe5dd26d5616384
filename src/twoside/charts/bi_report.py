"""The daily report: one offline page in two languages, a day against yesterday and last week."""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING, Any

from twoside.bi.ask import UNKNOWN, Question
from twoside.bi.export import shown
from twoside.bi.label_shares import label_shares
from twoside.bi.movers import has_movers, movers
from twoside.bi.retention import retention
from twoside.charts.bi_words import bi_words
from twoside.charts.label_bands import label_bands
from twoside.charts.metric_funnel import metric_funnel
from twoside.charts.metric_trend import metric_trend
from twoside.charts.page import filled
from twoside.charts.report import Pad
from twoside.charts.retained import retained
from twoside.errors import DataError
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.bi.ask import Cube
    from twoside.bi.book import Metric
    from twoside.charts.texts import Language

_DAYS = 28
"""Of the trends."""
_TRENDS = 6
_MOVERS = 8
"""Lines a metric, over all dimensions."""


def render(cube: Cube, day: int, language: Language = "en") -> str:
    """The page about one built day. `language` is shown first; both are inside."""
    built = cube.days()
    if day not in built:
        raise DataError(
            f"day = {iso(day)}: not in the cube. It has {iso(built[0])} to {iso(built[-1])}."
        )
    pad = Pad(bi_words(cube.book))
    first = max(built[0], day - _DAYS + 1)
    headline = cube.book.settings.headline
    return filled(
        "bi_report.html.j2",
        pad,
        language,
        unknown=UNKNOWN,
        scene=cube.scene,
        day=iso(day),
        domain=cube.book.domain.name,
        cards=[_card(cube, name, day, built) for name in headline],
        trends=[_trend(cube, name, first, day, pad) for name in headline[:_TRENDS]],
        funnel=_funnel(cube, day, pad),
        labels=pad.draw(
            "bi_labels", lambda texts: label_bands(label_shares(cube, first, day), texts)
        ),
        retention=pad.draw(
            "bi_retention", lambda texts: retained(retention(cube, first, day, until=day), texts)
        ),
        movers=_movers(cube, day) if day - 1 in built else [],
        figures=pad.script(),
    )


def _card(cube: Cube, name: str, day: int, built: list[int]) -> dict[str, Any]:
    """A headline metric with its change against two days, each with whether that is good."""
    metric = cube.book.metric(name).metric
    now = _value(cube, name, day)
    changes = []
    for key, other in (("before", day - 1), ("last_week", day - 7)):
        then = _value(cube, name, other) if other in built else float("nan")
        changes.append((key, *change(metric, then, now)))
    return {"name": f"metric {name}", "value": shown(metric, now), "changes": changes}


def change(metric: Metric, then: float, now: float) -> tuple[str, str]:
    """Relative change in words and `good`, `bad` or `same`, by the direction of the metric."""
    if isnan(then) or isnan(now) or not then:
        return "–", "same"
    share = now / then - 1
    told = f"{share:+.1%}"
    if abs(share) < 0.0005:
        return "±0.0%", "same"
    return told, "good" if (share > 0) == (metric.direction == "up") else "bad"


def _value(cube: Cube, name: str, day: int) -> float:
    return cube.ask(Question(name, day, day)).series[0].value


def _trend(cube: Cube, name: str, first: int, last: int, pad: Pad) -> Any:
    answer = cube.ask(Question(name, first, last))
    return pad.draw(f"metric {name}", lambda texts: metric_trend(answer, texts, 230))


def _funnel(cube: Cube, day: int, pad: Pad) -> Any:
    counts = {name: _value(cube, name, day) for name in cube.book.settings.funnel}
    return pad.draw("bi_funnel", lambda texts: metric_funnel(counts, texts))


def _movers(cube: Cube, day: int) -> list[dict[str, Any]]:
    """A table a headline metric: the values that moved it most, over all its dimensions."""
    tables = []
    for name in cube.book.settings.headline:
        if not has_movers(cube, name):
            continue
        metric = cube.book.metric(name).metric
        found = [
            mover
            for dimension in cube.dimensions_of(name)
            for mover in movers(cube, name, dimension, day - 1, day)
        ]
        found.sort(key=lambda one: -abs(one.share))
        rows = [
            {
                "dimension": f"dimension {one.dimension}",
                "word": one.word,
                "before": shown(metric, one.before),
                "now": shown(metric, one.now),
                "share": signed(metric, one.share),
                "kind": "good" if (one.share > 0) == (metric.direction == "up") else "bad",
            }
            for one in found[:_MOVERS]
        ]
        tables.append({"name": f"metric {name}", "rows": rows})
    return tables


def signed(metric: Metric, value: float) -> str:
    """A difference in a metric's own unit; of percentages in points."""
    if metric.format == "percent":
        return f"{100 * value:+.3f} pp"
    return f"{value:+,.0f}" if metric.format == "count" else f"{value:+,.4f}"
