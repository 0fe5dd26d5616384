"""implicit: ALS, and item-item neighbours by cosine and BM25 (`pip install implicit`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import implicit.als
import implicit.nearest_neighbours
from threadpoolctl import threadpool_limits

from bench.recall.jobs import told, work
from bench.recall.peers.lists import Scored, Shared

if TYPE_CHECKING:
    import numpy as np

_NEIGHBOURS = {
    "cosine": implicit.nearest_neighbours.CosineRecommender,
    "bm25": implicit.nearest_neighbours.BM25Recommender,
}


def fit(method: str, shared: Shared, settings: dict[str, Any], seed: int) -> Scored:
    """One method."""
    taste = shared.matrix()
    if method == "als":
        model = implicit.als.AlternatingLeastSquares(random_state=seed, **settings)
        with threadpool_limits(1, "blas"):
            model.fit(taste, show_progress=False)

        def product(people: np.ndarray) -> np.ndarray:
            return model.user_factors[people] @ model.item_factors.T

        return Scored(shared, product)
    near = _NEIGHBOURS[method](**settings)
    near.fit(taste, show_progress=False)
    return Scored(shared, lambda people: (taste[people] @ near.similarity).toarray())


if __name__ == "__main__":
    plan = Path(sys.argv[1])
    method, folder = told(plan)
    work(
        plan, lambda job: fit(method, Shared.of(folder, job["stage"]), job["settings"], job["seed"])
    )
