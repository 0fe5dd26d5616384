"""Items as points by their vectors, coloured by what they are."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from twoside.charts.theme import COLOURS, GREY, dress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twoside.charts.texts import Texts
    from twoside.schema.item_map import ItemMap

_COLOURED = len(COLOURS) - 1
"""The words that most items have get a colour of their own; the others are grey."""


def item_map(
    points: ItemMap, words: Sequence[str], names: Sequence[str], texts: Texts
) -> go.Figure:
    """One dot an item. `words` and `names`, one an item, say its colour and what it is called;
    without a word an item is among the others."""
    often = [word for word, _ in Counter(w for w in words if w).most_common(_COLOURED)]
    colour_of = dict(zip(often, COLOURS, strict=False))
    figure = go.Figure()
    for group in ("", *often):
        which = np.array(
            [n for n, word in enumerate(words) if (word if word in colour_of else "") == group],
            np.int64,
        )
        if len(which):
            figure.add_scatter(
                name=group or texts("other_words"),
                x=points.x[which],
                y=points.y[which],
                text=[names[n] for n in which],
                mode="markers",
                marker={"color": colour_of.get(group, GREY), "size": 5, "opacity": 0.7},
                hovertemplate="%{text}<extra></extra>",
            )
    dress(figure, height=520)
    across, up = (texts("axis_tells", share=share) for share in points.told)
    figure.update_xaxes(title_text=across, showticklabels=False, zeroline=False)
    figure.update_yaxes(title_text=up, showticklabels=False, zeroline=False, scaleanchor="x")
    return figure
