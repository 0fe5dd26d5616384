"""What a merge learned: items asked of each channel before and after, and its worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import BLUE, GREEN, GREY, SKY, VERMILLION, dress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.charts.texts import Texts
    from twoside.schema.merge_report import ChannelWorth


def budgets(rows: Sequence[ChannelWorth], texts: Texts) -> go.Figure:
    """The channels of one kind of people. Left: items of a list merged in turn, and the budget.
    Right: marginal worth with its interval, red for a refused one; NaN is not drawn."""
    order = sorted(rows, key=lambda row: (-row.budget, row.channel))
    names = [texts(row.channel) for row in order]
    figure = make_subplots(cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    for label, values, colour in (
        ("in_turn", [row.snake for row in order], SKY),
        ("budget", [float(row.budget) for row in order], BLUE),
    ):
        figure.add_bar(
            name=texts(label),
            y=names,
            x=values,
            orientation="h",
            marker_color=colour,
            text=[f"{value:.0f}" for value in values],
            textposition="outside",
            textfont_size=11,
            cliponaxis=False,
            row=1,
            col=1,
        )
    for label, refused, colour in (("asked", False, GREEN), ("refused", True, VERMILLION)):
        some = [row for row in order if bool(row.refused) == refused]
        figure.add_scatter(
            name=texts(label),
            y=[texts(row.channel) for row in some],
            x=[row.worth for row in some],
            error_x={
                "array": [row.high - row.worth for row in some],
                "arrayminus": [row.worth - row.low for row in some],
                "thickness": 1.4,
                "width": 4,
            },
            mode="markers",
            marker={"color": colour, "size": 9},
            row=1,
            col=2,
        )
    figure.add_vline(x=0, line={"color": GREY, "dash": "dot", "width": 1.5}, row=1, col=2)
    dress(figure, height=130 + 40 * max(len(names), 2), barmode="group")
    figure.update_yaxes(autorange="reversed", categoryorder="array", categoryarray=names)
    figure.update_yaxes(showgrid=False, col=1)
    top = max([*(row.snake for row in order), *(float(row.budget) for row in order), 1.0])
    figure.update_xaxes(title_text=texts("items_asked"), range=[0, top * 1.2], col=1)
    figure.update_xaxes(title_text=texts("marginal_worth"), tickformat=".4~f", col=2)
    return figure
