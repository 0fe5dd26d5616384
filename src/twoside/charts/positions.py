"""Rates by position: how far down a list people look."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import colour, dress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.charts.texts import Texts


def positions(rates: Mapping[str, Sequence[float]], texts: Texts) -> go.Figure:
    """Behaviours per exposure at each position (from 1 in the picture, 0 in the data), one line
    a kind. A falling line is position bias as much as good ranking."""
    figure = go.Figure()
    for n, (kind, values) in enumerate(rates.items()):
        figure.add_scatter(
            name=texts(kind),
            x=list(range(1, len(values) + 1)),
            y=list(values),
            mode="lines+markers",
            line={"color": colour(n), "width": 2},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.2%}<extra>" + texts(kind) + "</extra>",
        )
    dress(figure, height=340)
    figure.update_xaxes(title_text=texts("position"), showgrid=False)
    figure.update_yaxes(title_text=texts("rate"), tickformat=".1~%", rangemode="tozero")
    return figure
