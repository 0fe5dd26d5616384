"""Drift: how far the features that shifted most are from their first days, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import colour, dress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.charts.texts import Texts
    from twoside.features.analysis.findings import Finding


def feature_drift(
    features: Sequence[Finding], days: Sequence[str], texts: Texts, most: int = 7
) -> go.Figure:
    """A line a feature: PSI of each of `days` (YYYY-MM-DD) against the first ones."""
    figure = go.Figure()
    for n, feature in enumerate(sorted(features, key=lambda f: -f.drift)[:most]):
        figure.add_scatter(
            name=feature.name,
            x=list(days),
            y=list(feature.drift_by_day),
            mode="lines+markers",
            line={"color": colour(n), "width": 2},
            marker={"size": 5},
            hovertemplate="%{x}: %{y:.3f}<extra>" + feature.name + "</extra>",
        )
    dress(figure, height=400, legend=len(features) > 1)
    figure.update_xaxes(type="category", nticks=12)
    figure.update_yaxes(title_text=texts("psi"))
    return figure
