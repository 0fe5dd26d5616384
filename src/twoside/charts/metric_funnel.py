"""Counts that follow each other, on a log axis, with the share of each step in the one before."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import BLUE, PALE, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts


def metric_funnel(counts: Mapping[str, float], texts: Texts) -> go.Figure:
    """`counts` is metric -> number, in the order of the steps."""
    told, before = [], 0.0
    for count in counts.values():
        share = f"  <span style='color:{PALE}'>{count / before:.1%}</span>" if before else ""
        told.append(f"{count:,.0f}{share}")
        before = count
    figure = go.Figure(
        go.Bar(
            y=[texts(f"metric {name}") for name in counts],
            x=[max(count, 0.5) for count in counts.values()],
            orientation="h",
            marker_color=BLUE,
            text=told,
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    dress(figure, height=60 + 40 * len(counts), legend=False)
    top = log10(max([*counts.values(), 10.0]))
    figure.update_xaxes(type="log", range=[0, top * 1.35], dtick=1, tickformat="~s")
    figure.update_yaxes(autorange="reversed", showgrid=False)
    return figure
