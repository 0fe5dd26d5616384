"""Ranker quality: every model on every target, across people and within a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import GREY, colour, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import TargetQuality

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")


def ranker(rank: Mapping[str, Mapping[str, TargetQuality]], texts: Texts) -> go.Figure:
    """Left: AUC. Right: GAUC with its standard error. Both axes are the same and begin at chance,
    .5, not at 0: these are points, not bars."""
    figure = make_subplots(
        cols=2, subplot_titles=(texts("auc"), texts("gauc")), horizontal_spacing=0.08
    )
    for n, (model, by_target) in enumerate(rank.items()):
        targets = [texts(target) for target in by_target]
        quality = list(by_target.values())
        look = {"color": colour(n), "size": 11, "symbol": _SYMBOLS[n % len(_SYMBOLS)]}
        for col, values, error in (
            (1, [q.auc for q in quality], None),
            (2, [q.gauc for q in quality], {"array": [q.gauc_error for q in quality]}),
        ):
            figure.add_scatter(
                name=texts(model),
                legendgroup=model,
                showlegend=col == 1,
                x=targets,
                y=values,
                error_y=error,
                mode="markers",
                marker=look,
                hovertemplate="%{x}: %{y:.4f}<extra>" + texts(model) + "</extra>",
                row=1,
                col=col,
            )
    figure.add_hline(y=0.5, line={"color": GREY, "dash": "dot", "width": 1})
    dress(figure, height=380, scattermode="group", scattergap=0.6)
    figure.update_layout(legend={"y": 1.1}, margin={"t": 72})
    figure.update_annotations(font={"size": 13})
    quality = [q for by_target in rank.values() for q in by_target.values()]
    lowest = min([0.5, *(min(q.auc, q.gauc - q.gauc_error) for q in quality)])
    highest = max([0.55, *(max(q.auc, q.gauc + q.gauc_error) for q in quality)])
    figure.update_yaxes(tickformat=".2f", range=[lowest - 0.02, highest + 0.02])
    figure.update_xaxes(showgrid=False)
    return figure
