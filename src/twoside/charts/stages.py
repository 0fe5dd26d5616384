"""The funnel as a chart: how many candidates leave each stage, and how many good ones stay."""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import BLUE, GREEN, dress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.charts.texts import Texts
    from twoside.schema.evaluation import StageQuality


def stages(quality: Sequence[StageQuality], texts: Texts) -> go.Figure:
    """Left: candidates on a log axis. Right: share of the positive items that are still there."""
    names = [texts(stage.stage) for stage in quality]
    candidates = [stage.candidates for stage in quality]
    kept = [stage.kept for stage in quality]
    figure = make_subplots(cols=2, shared_yaxes=True, horizontal_spacing=0.06)
    figure.add_bar(
        y=names,
        x=candidates,
        orientation="h",
        marker_color=BLUE,
        text=[f"{n:,.0f}" for n in candidates],
        textposition="outside",
        cliponaxis=False,
        row=1,
        col=1,
    )
    figure.add_bar(
        y=names,
        x=kept,
        orientation="h",
        marker_color=GREEN,
        text=[f"{share:.1%}" for share in kept],
        textposition="outside",
        cliponaxis=False,
        row=1,
        col=2,
    )
    dress(figure, height=110 + 44 * max(len(names), 2), legend=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    top = max([*candidates, 10.0])
    figure.update_xaxes(type="log", range=[0, log10(top) + 0.4], dtick=1, col=1)
    figure.update_xaxes(title_text=texts("candidates"), col=1)
    figure.update_xaxes(title_text=texts("kept"), tickformat=".0%", rangemode="tozero", col=2)
    figure.update_xaxes(range=[0, max([*kept, 0.01]) * 1.2], col=2)
    return figure
