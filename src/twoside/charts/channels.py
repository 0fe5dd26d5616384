"""Recall channels compared: what each finds, and how broadly it looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import BLUE, GREEN, ORANGE, PURPLE, SKY, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import ChannelQuality


def channels(recall: Mapping[str, ChannelQuality], texts: Texts) -> go.Figure:
    """Left: recall@100 and recall@500 of each channel. Right: coverage, Gini, unique hits."""
    order = sorted(recall, key=lambda name: (name != "merged", -recall[name].recall_500))
    names = [texts(name) for name in order]
    quality = [recall[name] for name in order]
    figure = make_subplots(cols=2, shared_yaxes=True, horizontal_spacing=0.05)
    bars = (
        ("Recall@500", [q.recall_500 for q in quality], SKY),
        ("Recall@100", [q.recall_100 for q in quality], BLUE),
    )
    for label, values, colour in bars:
        figure.add_bar(
            name=label,
            y=names,
            x=values,
            orientation="h",
            marker_color=colour,
            text=[f"{v:.3f}" for v in values],
            textposition="outside",
            textfont_size=11,
            cliponaxis=False,
            row=1,
            col=1,
        )
    dots = (
        ("coverage", [q.coverage for q in quality], GREEN, "circle"),
        ("gini", [q.gini for q in quality], ORANGE, "diamond"),
        ("unique", [q.unique for q in quality], PURPLE, "square"),
    )
    for key, values, colour, symbol in dots:
        figure.add_scatter(
            name=texts(key),
            y=names,
            x=values,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": symbol},
            row=1,
            col=2,
        )
    dress(figure, height=120 + 46 * max(len(names), 2), barmode="group")
    figure.update_yaxes(autorange="reversed")
    figure.update_yaxes(showgrid=False, col=1)
    top = max([q.recall_500 for q in quality], default=1.0) or 1.0
    figure.update_xaxes(title_text=texts("share_of_positives"), range=[0, top * 1.2], col=1)
    figure.update_xaxes(title_text=texts("breadth"), range=[-0.03, 1.03], col=2)
    return figure
