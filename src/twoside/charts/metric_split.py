"""A metric over all asked days, one bar a value of the dimension that splits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.bi.ask import UNKNOWN
from twoside.bi.export import shown
from twoside.charts.metric_trend import axis_format
from twoside.charts.theme import BLUE, dress

if TYPE_CHECKING:
    from twoside.bi.ask import Answer
    from twoside.charts.texts import Texts

_MOST = 15


def metric_split(answer: Answer, texts: Texts) -> go.Figure:
    """The fifteen largest values (by denominator), the largest on top."""
    series = answer.series[:_MOST]
    values = [one.value for one in series]
    figure = go.Figure(
        go.Bar(
            y=[texts("unknown") if one.word == UNKNOWN else one.word for one in series],
            x=values,
            orientation="h",
            marker_color=BLUE,
            text=[shown(answer.metric, value) for value in values],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    dress(figure, height=max(200, 70 + 24 * len(series)), legend=False)
    top = max([value for value in values if value > 0], default=1.0)
    figure.update_xaxes(
        title_text=texts(f"metric {answer.metric.name}"),
        tickformat=axis_format(answer.metric),
        range=[0, top * 1.18],
    )
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    return figure
