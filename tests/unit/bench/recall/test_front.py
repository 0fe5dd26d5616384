"""The front of quality against concentration."""

from __future__ import annotations

import numpy as np

from bench.recall.front import Point, drawing, front


def points(seed: int) -> list[Point]:
    rng = np.random.default_rng(seed)
    return [
        {"method": f"m{n % 3}", "settings": {}, "ndcg@10": float(q), "gini@10": float(g)}
        for n, (q, g) in enumerate(np.round(rng.random((60, 2)), 1))
    ]


def test_nobody_beats_a_point_of_the_front_in_both() -> None:
    for seed in range(5):
        some = points(seed)
        kept = front(some)
        for point in some:
            beaten = any(
                p["ndcg@10"] >= point["ndcg@10"]
                and p["gini@10"] <= point["gini@10"]
                and (p["ndcg@10"], p["gini@10"]) != (point["ndcg@10"], point["gini@10"])
                for p in some
            )
            same = [(p["ndcg@10"], p["gini@10"]) for p in kept]
            assert ((point["ndcg@10"], point["gini@10"]) in same) == (not beaten)


def test_the_picture_has_every_point_and_the_front() -> None:
    some = points(1)
    figure = drawing(some, 0.7)
    drawn = sum(len(trace.x) for trace in figure.data if trace.name != "front")
    assert drawn == len(some)
    assert list(figure.data[-1].y) == [p["ndcg@10"] for p in front(some)]
