"""Label rates by day: does the log breathe as it should, and does any label break off?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import colour, dress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.charts.texts import Texts


def label_rates(
    days: Sequence[str],
    exposures: Sequence[int],
    counts: Mapping[str, Sequence[int]],
    texts: Texts,
) -> go.Figure:
    """Above: exposures a day. Below: behaviours per exposure, one line a kind, on a log axis.

    All are aligned to `days` (YYYY-MM-DD). A day without a behaviour leaves a gap in its line.
    """
    figure = make_subplots(
        rows=2, shared_xaxes=True, row_heights=[0.28, 0.72], vertical_spacing=0.06
    )
    figure.add_bar(
        name=texts("exposures"),
        x=list(days),
        y=list(exposures),
        marker_color="#c9d1d9",
        showlegend=False,
        hovertemplate="%{x}: %{y:,}<extra></extra>",
        row=1,
        col=1,
    )
    for n, (kind, count) in enumerate(counts.items()):
        rates = [c / e if c and e else None for c, e in zip(count, exposures, strict=True)]
        figure.add_scatter(
            name=texts(kind),
            x=list(days),
            y=rates,
            mode="lines+markers",
            line={"color": colour(n), "width": 2, "dash": "dash" if n >= 7 else "solid"},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.2%}<extra>" + texts(kind) + "</extra>",
            row=2,
            col=1,
        )
    dress(figure, height=440)
    figure.update_xaxes(type="category", showgrid=False, nticks=12)
    figure.update_yaxes(title_text=texts("exposures"), tickformat="~s", nticks=4, row=1)
    figure.update_yaxes(
        title_text=texts("rate"),
        type="log",
        tickformat=".2~%",
        dtick="D2",
        row=2,
        gridcolor="#eef1f3",
    )
    return figure
