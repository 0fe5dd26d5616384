"""RecTools: EASE (`pip install rectools`)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pandas as pd
from rectools import Columns
from rectools.dataset import Dataset
from rectools.models import EASEModel

from bench.recall.jobs import told, work
from bench.recall.peers.lists import Scored, Shared


def fit(shared: Shared, settings: dict[str, Any]) -> Scored:
    """Its weights, asked with each person's whole past."""
    rows = pd.DataFrame(
        {
            Columns.User: shared.person,
            Columns.Item: shared.item,
            Columns.Weight: 1.0,
            Columns.Datetime: "2020-01-01",
        }
    ).drop_duplicates()
    data = Dataset.construct(rows)
    model = EASEModel(**settings).fit(data)
    inner = data.item_id_map.convert_to_internal(range(shared.items), strict=False)
    there = data.item_id_map.external_ids
    assert len(inner) == len(there)
    taste = shared.matrix()

    def score(people: Any) -> Any:
        import numpy as np

        found = np.full((len(people), shared.items), -np.inf, np.float32)
        found[:, there] = taste[people][:, there] @ model.weight
        return found

    return Scored(shared, score)


if __name__ == "__main__":
    plan = Path(sys.argv[1])
    _, folder = told(plan)
    work(plan, lambda job: fit(Shared.of(folder, job["stage"]), job["settings"]))
