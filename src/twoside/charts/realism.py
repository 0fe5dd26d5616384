"""Does a world look real? Its statistics beside those of real logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from twoside.charts.theme import colour, dress

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.charts.texts import Texts

_COLUMNS = 3


def realism(table: Mapping[str, Mapping[str, float]], texts: Texts) -> go.Figure:
    """One small panel a statistic, one bar a source; `table` is source -> statistic -> value."""
    statistics = list(dict.fromkeys(s for values in table.values() for s in values))
    columns = min(_COLUMNS, max(len(statistics), 1))
    rows = max(1, -(-len(statistics) // columns))
    figure = make_subplots(
        rows=rows,
        cols=columns,
        subplot_titles=[texts(statistic) for statistic in statistics],
        vertical_spacing=0.28 / rows,
        horizontal_spacing=0.07,
    )
    for n, statistic in enumerate(statistics):
        sources = [s for s in table if statistic in table[s]]
        values = [table[s][statistic] for s in sources]
        row, col = n // columns + 1, n % columns + 1
        figure.add_bar(
            x=[texts(s) for s in sources],
            y=values,
            marker_color=[colour(list(table).index(s)) for s in sources],
            text=[f"{v:.3g}" for v in values],
            textposition="outside",
            cliponaxis=False,
            row=row,
            col=col,
        )
        top = max([*values, 0.0]) or 1.0
        figure.update_yaxes(range=[0, top * 1.2], row=row, col=col)
    dress(figure, height=90 + 190 * rows, legend=False)
    figure.update_annotations(font={"size": 13})
    figure.update_layout(margin={"t": 36})
    figure.update_yaxes(nticks=4)
    figure.update_xaxes(showgrid=False)
    return figure
