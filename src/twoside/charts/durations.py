"""Where the time went."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import plotly.graph_objects as go

from twoside.charts.theme import BLUE, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts


def durations(
    spent: Mapping[str, float], unit: Literal["seconds", "milliseconds"], texts: Texts
) -> go.Figure:
    """One bar a step, in the order it happened."""
    values = list(spent.values())
    figure = go.Figure(
        go.Bar(
            y=[texts(step) for step in spent],
            x=values,
            orientation="h",
            marker_color=BLUE,
            text=[f"{v:,.1f}" if v >= 1 else f"{v:.2f}" for v in values],
            textposition="outside",
            cliponaxis=False,
        )
    )
    dress(figure, height=90 + 32 * max(len(values), 2), legend=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text=texts(unit), range=[0, (max(values, default=1.0) or 1.0) * 1.15])
    return figure
