"""Retention by cohort: one line for each number of days after the first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import colour, dress
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.bi.retention import Retention
    from twoside.charts.texts import Texts


def retained(told: Retention, texts: Texts) -> go.Figure:
    """A cohort that nobody is in, or whose day after has not come, leaves a gap."""
    figure = go.Figure()
    for n, after in enumerate(told.after):
        shares = [
            back / size if back >= 0 and size else None
            for back, size in zip(told.back[:, n].tolist(), told.sizes.tolist(), strict=True)
        ]
        name = texts("day_after", n=after)
        figure.add_scatter(
            name=name,
            x=[iso(day) for day in told.days],
            y=shares,
            mode="lines+markers",
            line={"color": colour(n), "width": 2},
            marker={"size": 5},
            customdata=told.sizes,
            hovertemplate="%{x} (%{customdata:,}): %{y:.1%}<extra>" + name + "</extra>",
        )
    dress(figure, height=320)
    figure.update_xaxes(
        title_text=texts("cohort_day"), type="category", showgrid=False, nticks=6, tickangle=0
    )
    figure.update_yaxes(title_text=texts("retained"), tickformat=".0%", rangemode="tozero")
    return figure
