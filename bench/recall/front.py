"""Quality against concentration: what a method finds, and over how many items its lists spread.

    python -m bench.recall.front --data DIR --set NAME --format FORMAT [--only NAME ...] [--peers]
        [--only-peers NAME ...] [--peer-python [LIBRARY=]PYTHON ...] [--most-gini 0.7] [--seeds 5]
        [--out FILE.html] [--json]

Every channel is run with all that `spaces.py` tries of it and, where it has the setting `fame`,
with each of FAMES too; peers with all that is tried of them; one seed. A point is NDCG@10 on the
test and the Gini coefficient of how often each item stands in the first ten; the front are the
points that no other beats in both. The points are for looking, not for choosing: with
`--most-gini` each method's best NDCG@10 on validation among settings whose lists of the test
(their items alone, not what was right) are no more concentrated is run with all seeds.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import plotly.graph_objects as go

from bench.recall.__main__ import add_set, pythons
from bench.recall.peers import PEERS
from bench.recall.sets import read
from bench.recall.spaces import trials
from bench.recall.trying import CHANNEL, FOLDER, Trying, applying
from twoside import components
from twoside.charts.theme import GREY, INK, colour, dress

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bench.recall.spaces import Trials

FAMES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
Point = dict[str, Any]
"""method, settings, `validation`, `ndcg@10`, `gini@10` and `coverage@10`"""


def main() -> None:
    """Measure, draw, and print it."""
    asked = _asked()
    found = read(asked.data, asked.set, asked.format)
    names = asked.only or applying(found)
    with tempfile.TemporaryDirectory() as place:
        trying = Trying(asked.data, found, Path(place), asked.seeds, 0)
        methods = {name: (CHANNEL, _with_fames(name, asked.format)) for name in names}
        if asked.peers:
            trying.share()
            python = pythons(asked.peer_python)
            methods |= {
                peer.name: (peer.command(python), peer.trials)
                for peer in PEERS
                if peer.suits(found.ordered)
                and (not asked.only_peers or peer.name in asked.only_peers)
            }
        points, chosen = [], {}
        for name, (command, tried) in methods.items():
            mine = points_of(trying, name, command, tried)
            points += mine
            small = [p for p in mine if p["gini@10"] <= asked.most_gini]
            if small:
                best = max(small, key=lambda p: p["validation"])
                chosen[name] = over_seeds(trying, name, command, best)
    report = {"points": points, "front": front(points), f"gini <= {asked.most_gini}": chosen}
    if asked.out:
        drawing(points, asked.most_gini).write_html(asked.out, include_plotlyjs=True)
    print(json.dumps(report, indent=None if asked.json else 2))


def _with_fames(name: str, form: str) -> Trials:
    tried = trials(name, form)
    if "fame" not in components.load(FOLDER, name).__dataclass_fields__:
        return tried
    every = [*tried, *({**one, "fame": fame} for one in tried for fame in FAMES)]
    return [one for n, one in enumerate(every) if one not in every[:n]]


def points_of(trying: Trying, name: str, command: list[str], tried: Trials) -> list[Point]:
    """One for each of the settings."""
    jobs = [
        (trying.job(name, "tune", n, one, 0), trying.job(name, "test", n, one, 0))
        for n, one in enumerate(tried)
    ]
    trying.run(name, command, [job for pair in jobs for job in pair])
    found = []
    for one, (tune, test) in zip(tried, jobs, strict=True):
        figures = trying.judged("test", test)
        point = {"method": name, "settings": one}
        point["validation"] = trying.judged("tune", tune)["ndcg@10"]
        found.append(point | {k: figures[k] for k in ("ndcg@10", "gini@10", "coverage@10")})
        for job in (tune, test):
            Path(job["out"]).unlink()
    return found


def over_seeds(trying: Trying, name: str, command: list[str], point: Point) -> dict[str, Any]:
    """The test with a point's settings: mean and standard deviation over seeds."""
    jobs = [trying.job(name, "test", 0, point["settings"], seed) for seed in range(trying.seeds)]
    trying.run(name, command, jobs)
    quality = [trying.judged("test", job) for job in jobs]
    figures: dict[str, Any] = {"settings": point["settings"], "validation": point["validation"]}
    for key in ("ndcg@10", "hr@10", "gini@10", "coverage@10"):
        values = [one[key] for one in quality]
        figures[key] = round(float(np.mean(values)), 4)
        figures[f"{key} over seeds"] = round(float(np.std(values)), 4)
    return figures


def front(points: Iterable[Point]) -> list[Point]:
    """Those that no other beats in both, from the least concentrated to the best."""
    found: list[Point] = []
    for point in sorted(points, key=lambda p: (p["gini@10"], -p["ndcg@10"])):
        if not found or point["ndcg@10"] > found[-1]["ndcg@10"]:
            found.append(point)
    return found


def drawing(points: list[Point], most_gini: float) -> go.Figure:
    """All points by method, the front through them, and the Gini that is allowed."""
    figure = go.Figure()
    for n, method in enumerate(dict.fromkeys(p["method"] for p in points)):
        mine = [p for p in points if p["method"] == method]
        figure.add_scatter(
            name=method,
            x=[p["gini@10"] for p in mine],
            y=[p["ndcg@10"] for p in mine],
            text=[json.dumps(p["settings"]) for p in mine],
            mode="markers",
            marker={"color": colour(n), "size": 7, "symbol": n // 7, "opacity": 0.8},
            hovertemplate="%{y:.4f} at %{x:.3f}<br>%{text}<extra></extra>",
        )
    best = front(points)
    figure.add_scatter(
        name="front",
        x=[p["gini@10"] for p in best],
        y=[p["ndcg@10"] for p in best],
        mode="lines",
        line={"color": INK, "width": 1.5, "shape": "hv"},
    )
    figure.add_vline(x=most_gini, line={"color": GREY, "dash": "dot"})
    dress(figure, height=560)
    figure.update_xaxes(title_text="Gini@10: how unevenly items are shown (left: more evenly)")
    figure.update_yaxes(title_text="NDCG@10")
    return figure


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_set(parser)
    parser.add_argument("--most-gini", type=float, default=0.7)
    parser.add_argument("--out", type=Path, default=None, help="a page with the picture")
    return parser.parse_args()


if __name__ == "__main__":
    main()
