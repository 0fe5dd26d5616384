"""The distribution of labels by day, as bars of the exposures that something followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import colour, dress
from twoside.schema.calendar import iso

if TYPE_CHECKING:
    from twoside.bi.label_shares import LabelShares
    from twoside.charts.texts import Texts


def label_bands(told: LabelShares, texts: Texts) -> go.Figure:
    """`none`, most of all exposures, is left away: the rest of each bar to 100 %. Days that are
    not final are pale."""
    figure = go.Figure()
    shares = told.shares
    for n, label in enumerate(told.labels):
        if label == "none" or not told.counts[:, n].any():
            continue
        figure.add_bar(
            name=texts(label),
            x=[iso(day) for day in told.days],
            y=shares[:, n].tolist(),
            marker={
                "color": colour(n - 1),
                "opacity": [1.0 if final else 0.4 for final in told.final],
            },
            customdata=["" if final else texts("not_final") for final in told.final],
            hovertemplate="%{x}: %{y:.2%} %{customdata}<extra>" + texts(label) + "</extra>",
        )
    dress(figure, height=340, barmode="stack")
    figure.update_layout(legend_traceorder="normal")
    figure.update_xaxes(type="category", showgrid=False, nticks=10)
    figure.update_yaxes(title_text=texts("share_of_exposures_by_label"), tickformat=".0%")
    return figure
