"""The world's arms: what random, popularity, the funnel and the oracle achieve in closed loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import BLUE, GREEN, GREY, INK, SKY, colour, dress

if TYPE_CHECKING:
    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import PlayResult

_COLOURS = {"random": GREY, "popularity": SKY, "funnel": BLUE, "oracle": GREEN}


def arms(play: PlayResult, texts: Texts) -> go.Figure:
    """One bar an arm with its 95 % interval, and the funnel's share of the way to the oracle."""
    names = list(play.arms)
    results = [play.arms[name] for name in names]
    top = max([r.high for r in results], default=1.0) or 1.0
    figure = go.Figure(
        go.Bar(
            x=[texts(name) for name in names],
            y=[r.mean for r in results],
            error_y={
                "array": [r.high - r.mean for r in results],
                "arrayminus": [r.mean - r.low for r in results],
                "color": INK,
                "thickness": 1.4,
                "width": 6,
            },
            marker_color=[_COLOURS.get(name, colour(n)) for n, name in enumerate(names)],
            width=0.55,
        )
    )
    for name, result in zip(names, results, strict=True):
        figure.add_annotation(
            x=texts(name),
            y=result.high,
            text=f"<b>{result.mean:.3f}</b>",
            showarrow=False,
            yshift=12,
        )
    dress(figure, height=340, legend=False)
    if {"funnel", "popularity", "oracle"} <= set(names):
        share = texts("way_to_oracle", share=play.share_of_oracle)
        figure.add_annotation(
            text=share,
            x=0,
            y=1.04,
            xref="paper",
            yref="paper",
            xanchor="left",
            yanchor="bottom",
            showarrow=False,
            font={"color": BLUE, "size": 14},
        )
        figure.update_layout(margin={"t": 44})
    figure.update_yaxes(title_text=texts("per_person_day"), range=[0, top * 1.12])
    figure.update_xaxes(showgrid=False, tickfont={"size": 13})
    return figure
