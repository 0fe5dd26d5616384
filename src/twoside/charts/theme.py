"""One calm look for all pictures: light, colour-blind safe, fonts of the reader's own system.

Colours: Okabe and Ito 2008, "Color Universal Design", distinguishable with every common kind of
colour blindness. A figure carries no title: the card or section around it does.
"""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

BLUE, ORANGE, GREEN = "#0072B2", "#E69F00", "#009E73"
VERMILLION, SKY, PURPLE, GREY = "#D55E00", "#56B4E9", "#CC79A7", "#8A94A0"
COLOURS = (BLUE, ORANGE, GREEN, PURPLE, VERMILLION, SKY, GREY)
INK, PALE, LINE = "#27323d", "#5b6773", "#e3e7eb"
BLUES = ((0.0, "#f5f9fc"), (0.5, "#7fb8d9"), (1.0, BLUE))
"""A sequential scale: one hue, so that it reads in grey too."""
FONT = (
    "system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'Noto Sans CJK SC', 'PingFang SC', "
    "'Microsoft YaHei', sans-serif"
)


def colour(n: int) -> str:
    """The n-th colour; they repeat after seven."""
    return COLOURS[n % len(COLOURS)]


_AXIS = {
    "gridcolor": LINE,
    "zerolinecolor": LINE,
    "linecolor": LINE,
    "automargin": True,
    "ticks": "",
    "tickfont": {"size": 12, "color": PALE},
    "title": {"font": {"size": 12, "color": PALE}, "standoff": 8},
}
_TEMPLATE = go.layout.Template(
    layout={
        "font": {"family": FONT, "size": 13, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "colorway": list(COLOURS),
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "font": {"size": 12},
        },
        "hoverlabel": {"bgcolor": "white", "bordercolor": LINE, "font": {"family": FONT}},
        "bargap": 0.3,
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
)
"""Applies to every axis of a figure at once; setting axes one by one costs ten times as long."""


def dress(figure: go.Figure, height: int = 340, legend: bool = True, **layout: Any) -> go.Figure:
    """Give a figure the common look, in place, and return it. `height` is in pixels; `layout`
    says the rest, and wins."""
    figure.layout = {
        "margin": {"l": 12, "r": 16, "t": 36 if legend else 16, "b": 12},
        **figure.layout.to_plotly_json(),
        "template": _TEMPLATE,
        "height": height,
        "showlegend": legend,
        **layout,
    }
    return figure
