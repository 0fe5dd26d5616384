"""The same algorithm here and in a peer: CPU seconds of the fit, and whether both find the same.

    python -m bench.recall.speed --data DIR --set NAME --format FORMAT [--people N] [--runs 5]
        [--peer-python [LIBRARY=]PYTHON ...] [--json]

Both of every pair of PAIRS are learned `--runs` times with settings that mean the same, each in a
process of its own that has learned once before (kernels are loaded then): medians of CPU seconds of
all threads, and the most memory the process had.
`same first 10` is the mean share of a person's first ten that both have. `--people 1000` takes the
first people of the set only (dense logs are many pairs in few people). What is measured is learning
alone: reading, and the peer's own form of the log, come before.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from bench.recall.__main__ import add_set, pythons
from bench.recall.peers import Peer
from bench.recall.sets import PublicSet, read
from bench.recall.trying import CHANNEL, Trying

_BAG = {"last": 5000, "latest": 5000, "decay": 1.0}
_ALS = {"alpha": 1.0, "iterations": 10, "latest": 5000, "half_life_days": 1e6}
PAIRS: list[tuple[str, str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "ItemCF, cosine, 100 near",
        "itemcf",
        {
            **_BAG,
            "order_weight": 0.0,
            "damp": False,
            "fame": 0.5,
            "shrink": 0.0,
            "neighbours": 100,
        },
        "implicit.cosine",
        {"K": 101},  # an item is its own first neighbour there
    ),
    (
        "Swing, people of n items weigh 1 / sqrt(n), 20 near",
        "swing",
        {**_BAG, "alpha": 0.0, "damping": 0.5, "max_people": 10**6, "neighbours": 20},
        "librecommender.swing",
        {"alpha": 1.0, "top_k": 20},  # its overlap of a pair leaves the item itself out
    ),
    *(
        (
            f"ALS, {dim} numbers, 10 passes",
            "als_simitem",
            {"last": 5000, "decay": 1.0, "als": {**_ALS, "dim": dim}},
            "implicit.als",
            {"factors": dim, "iterations": 10, "regularization": 0.01, "alpha": 1.0},
        )
        for dim in (64, 128)
    ),
]
"""What it is, the channel and its settings, the peer and its settings"""


def main() -> None:
    """Measure, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    add_set(parser)
    parser.add_argument("--people", type=int, default=0, help="the first of the set; 0: all")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, name, form = asked.data, asked.set, asked.format
        found = read(folder, name, form)
        if asked.people:
            folder, name, form = Path(place), "first", "sequences"
            written(found, asked.people, folder / "first.txt")
            found = read(folder, name, form)
        trying = Trying(folder, found, Path(place), asked.runs, 0)
        trying.share()
        report = {
            title: side_by_side(trying, use, settings, peer, of_peer, pythons(asked.peer_python))
            for title, use, settings, peer, of_peer in PAIRS
            if not asked.only or use in asked.only
        }
    print(json.dumps(report, indent=None if asked.json else 2))


def written(found: PublicSet, people: int, path: Path) -> None:
    """The first people's past as a file of sequences."""
    log, start = found.test.data.behaviours.by_person(found.test.data.people.size)
    lines = []
    for p in range(min(people, len(start) - 1)):
        items = log.item[start[p] : start[p + 1]].tolist()
        lines.append(" ".join(map(str, [p, *dict.fromkeys(items)])))
    path.write_text("\n".join(lines))


def side_by_side(
    trying: Trying,
    use: str,
    settings: dict[str, Any],
    peer: str,
    of_peer: dict[str, Any],
    python: dict[str, str],
) -> dict[str, Any]:
    """One after the other."""
    library, _, method = peer.partition(".")
    both = {use: (CHANNEL, settings), peer: (Peer(library, method, []).command(python), of_peer)}
    costs: dict[str, list[dict[str, Any]]] = {}
    first: dict[str, np.ndarray] = {}
    for name, (command, told) in both.items():
        jobs = [trying.job(name, "test", 0, told, run) for run in range(trying.seeds + 1)]
        costs[name] = trying.run(name, command, jobs)[1:]
        with np.load(jobs[1]["out"]) as lists:
            first[name] = lists["items"][:, :10]
        for job in jobs:
            Path(job["out"]).unlink()
    fit = {n: float(np.median([c["fit_cpu_s"] for c in of])) for n, of in costs.items()}
    return {
        use: round(fit[use], 3),
        peer: round(fit[peer], 3),
        "times faster": round(fit[peer] / fit[use], 1),
        "peak_mb": {n: max(c["peak_mb"] for c in of) for n, of in costs.items()},
        "same first 10": round(shared(first[use], first[peer]), 3),
    }


def shared(one: np.ndarray, other: np.ndarray) -> float:
    """Of items int32 (n, k), -1 for none: the mean share of those of the first that both have."""
    both = [len(np.intersect1d(a[a >= 0], b[b >= 0])) for a, b in zip(one, other, strict=True)]
    return float(np.mean(np.array(both) / np.maximum((one >= 0).sum(axis=1), 1)))


if __name__ == "__main__":
    main()
