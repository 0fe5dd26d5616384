"""Calibration: is a predicted 10 % a real 10 %?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import GREY, colour, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import Calibration


def calibration(curves: Mapping[str, Calibration], texts: Texts) -> go.Figure:
    """Observed over predicted rate in bins, one line a model, both axes logarithmic.

    A bin in which nothing happened is drawn at half an event, because a log axis has no zero.
    """
    figure = go.Figure()
    seen: list[float] = []
    for n, (model, curve) in enumerate(curves.items()):
        observed = [
            max(rate, 0.5 / max(rows, 1))
            for rate, rows in zip(curve.observed, curve.rows, strict=True)
        ]
        predicted = [max(rate, 1e-6) for rate in curve.predicted]
        seen += observed + predicted
        figure.add_scatter(
            name=texts(model),
            x=predicted,
            y=observed,
            customdata=curve.rows,
            mode="lines+markers",
            line={"color": colour(n), "width": 2},
            marker={"size": 7},
            hovertemplate="%{x:.4f} → %{y:.4f} (%{customdata:,})<extra>"
            + texts(model)
            + "</extra>",
        )
    low, high = (min(seen) * 0.8, max(seen) * 1.25) if seen else (0.01, 1.0)
    figure.add_scatter(
        name=texts("perfect"),
        x=[low, high],
        y=[low, high],
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    dress(figure, height=340)
    # 1, 2, 5, 10 ...; over more than two decades 1, 10, 100, for labels must not touch.
    ticks = {"type": "log", "tickformat": ".1~p", "dtick": "D2" if high < 100 * low else 1}
    figure.update_xaxes(title_text=texts("predicted"), **ticks)
    figure.update_yaxes(title_text=texts("observed"), **ticks)
    return figure
