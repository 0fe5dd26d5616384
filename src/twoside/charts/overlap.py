"""How much recall channels say the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from twoside.charts.theme import BLUES, dress

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.charts.texts import Texts


def shares(found: Mapping[str, np.ndarray]) -> np.ndarray:
    """float64 (n, n): of what channel i found (int32 items each), the share that j found too.

    A channel that found nothing shares nothing: its row is NaN.
    """
    lists = [np.asarray(items) for items in found.values()]
    share = np.full((len(lists), len(lists)), np.nan)
    for i, mine in enumerate(lists):
        if len(mine):
            share[i] = [np.isin(mine, other).mean() for other in lists]
    return share


def overlap(found: Mapping[str, np.ndarray], texts: Texts) -> go.Figure:
    """A heat map of `shares`; `found` is channel -> int32 items, of one request."""
    return share_map(list(found), shares(found), texts)


def share_map(channels: Sequence[str], share: np.ndarray, texts: Texts) -> go.Figure:
    """A heat map of shares, float64 (n, n): of the row's items those that the column has."""
    names = [texts(name) for name in channels]
    figure = go.Figure(
        go.Heatmap(
            x=names,
            y=names,
            z=share,
            zmin=0,
            zmax=1,
            colorscale=[list(step) for step in BLUES],
            texttemplate="%{z:.0%}",
            hovertemplate="%{y} → %{x}: %{z:.0%}<extra></extra>",
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    dress(figure, height=120 + 36 * max(len(names), 3), legend=False)
    figure.update_yaxes(autorange="reversed", showgrid=False)
    figure.update_xaxes(title_text=texts("overlap_of"), showgrid=False)
    return figure
