"""The best single features: AUC alone, for each label."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go

from twoside.charts.theme import colour, dress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.charts.texts import Texts
    from twoside.features.analysis.findings import Finding


def feature_worth(features: Sequence[Finding], texts: Texts, most: int = 25) -> go.Figure:
    """A row a feature, the best `most` above, a dot a label: AUC, turned above one half."""
    best = sorted(features, key=lambda f: -f.best_auc)[:most][::-1]
    figure = go.Figure()
    labels = list(best[0].auc) if best else []
    for n, label in enumerate(labels):
        figure.add_scatter(
            name=texts(label),
            x=[max(f.auc[label], 1 - f.auc[label]) for f in best],
            y=[f.name for f in best],
            mode="markers",
            marker={"color": colour(n), "size": 9},
            hovertemplate="%{y}: %{x:.4f}<extra>" + texts(label) + "</extra>",
        )
    dress(figure, height=120 + 20 * max(1, len(best)))
    figure.update_xaxes(title_text=texts("auc_alone"))
    figure.update_yaxes(type="category")
    return figure
