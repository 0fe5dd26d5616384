"""The Lorenz curve of item popularity: how unequally exposure is shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from twoside.charts.theme import GREY, colour, dress
from twoside.metrics.gini import gini

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts

_POINTS = 200
"""Enough for a smooth line; a million items draw as fast as a hundred."""


def curve(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Share of items, share of exposures (float64 (m,) each), and the Gini coefficient.

    `counts` int (n,): exposures of each item. Without any, all are alike.
    """
    rising = np.sort(np.asarray(counts, np.float64))
    total = rising.sum()
    if not len(rising) or total == 0:
        return np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.0
    held = np.concatenate([[0.0], np.cumsum(rising) / total])
    items = np.linspace(0, 1, len(held))
    at = np.unique(np.linspace(0, len(rising), min(_POINTS, len(held))).astype(int))
    return items[at], held[at], gini(rising)


def lorenz(counts: Mapping[str, np.ndarray], texts: Texts) -> go.Figure:
    """One curve a source; its Gini coefficient stands in the legend."""
    figure = go.Figure()
    for n, (source, values) in enumerate(counts.items()):
        items, held, unequal = curve(values)
        figure.add_scatter(
            name=f"{texts(source)} · {texts('gini')} {unequal:.2f}",
            x=items,
            y=held,
            mode="lines",
            line={"color": colour(n), "width": 2.5},
            hovertemplate="%{x:.0%} → %{y:.1%}<extra></extra>",
        )
    figure.add_scatter(
        name=texts("alike"),
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": GREY, "dash": "dot", "width": 1.5},
        hoverinfo="skip",
    )
    dress(figure, height=340)
    figure.update_xaxes(title_text=texts("share_of_items"), tickformat=".0%", range=[0, 1])
    figure.update_yaxes(title_text=texts("share_of_exposures"), tickformat=".0%", range=[0, 1.01])
    return figure
