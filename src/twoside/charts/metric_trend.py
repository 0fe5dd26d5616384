"""A metric by day, one line a value of the dimension that splits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.bi.ask import UNKNOWN
from twoside.charts.theme import colour, dress
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.bi.ask import Answer
    from twoside.bi.book import Metric
    from twoside.charts.texts import Texts

_MOST = 7
"""Lines, as many as there are colours; the largest values are shown."""


def metric_trend(answer: Answer, texts: Texts, height: int = 340) -> go.Figure:
    """At most seven lines. A day without a denominator leaves a gap."""
    figure = go.Figure()
    name = texts(f"metric {answer.metric.name}")
    mark = tick_format(answer.metric)
    for n, one in enumerate(answer.series[:_MOST]):
        word = texts("unknown") if one.word == UNKNOWN else one.word or name
        figure.add_scatter(
            name=word,
            x=[iso(day) for day in answer.days],
            y=[None if value != value else value for value in one.values.tolist()],  # noqa: PLR0124
            mode="lines+markers",
            line={"color": colour(n), "width": 2},
            marker={"size": 5},
            hovertemplate=f"%{{x}}: %{{y:{mark}}}<extra>{word}</extra>",
        )
    dress(figure, height=height, legend=len(answer.series) > 1)
    # A low one stands under a heading of its own, half as wide.
    low = height < 300
    figure.update_xaxes(type="category", showgrid=False, nticks=4 if low else 10, tickangle=0)
    figure.update_yaxes(
        title_text="" if low else name, tickformat=axis_format(answer.metric), rangemode="tozero"
    )
    return figure


def tick_format(metric: Metric) -> str:
    """How Plotly writes one value of a metric."""
    return {"percent": ".2%", "decimal": ",.3f", "count": ",.0f"}[metric.format]


def axis_format(metric: Metric) -> str:
    """How Plotly writes its axis."""
    return {"percent": ".2~%", "decimal": ",.3~g", "count": "~s"}[metric.format]
