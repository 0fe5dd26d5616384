"""RecBole: its general recommenders (`pip install recbole "setuptools<81"`).

The likes are written as RecBole's own file in a folder that is thrown away; training and the
choice of the epoch are RecBole's, by its validation split of what it was given.
"""

from __future__ import annotations

import logging
import sys
import tempfile
import warnings
from contextlib import chdir
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

warnings.simplefilter("ignore")

from recbole.config import Config  # noqa: E402
from recbole.data import create_dataset, data_preparation  # noqa: E402
from recbole.utils import get_model, get_trainer, init_seed  # noqa: E402

from bench.recall.jobs import told, work  # noqa: E402
from bench.recall.peers.lists import Scored, Shared  # noqa: E402

_ASKED = 256
"""People whose scores it works out together: by its default one at a time on sets as large."""


def fit(method: str, shared: Shared, settings: dict[str, Any], seed: int) -> Scored:
    """One model, its scores for every item."""
    torch.set_num_threads(2)
    with tempfile.TemporaryDirectory() as folder, chdir(folder):  # it writes logs where it is
        place = Path(folder) / "likes"
        place.mkdir()
        rows = pd.DataFrame({"user_id:token": shared.person, "item_id:token": shared.item})
        rows.to_csv(place / "likes.inter", sep="\t", index=False)
        given = {
            "data_path": folder,
            "load_col": {"inter": ["user_id", "item_id"]},
            "seed": seed,
            "reproducibility": True,
            "use_gpu": False,
            "show_progress": False,
            "state": "ERROR",
            "checkpoint_dir": folder,
            "eval_args": {"split": {"RS": [0.95, 0.05, 0.0]}, "order": "RO", "mode": "full"},
            "metrics": ["NDCG"],
            "valid_metric": "NDCG@10",
            "topk": [10],
            "eval_batch_size": _ASKED * shared.items,
            **settings,
        }
        config = Config(model=method, dataset="likes", config_dict=given)
        init_seed(seed, True)
        data = create_dataset(config)
        learn, valid, _ = data_preparation(config, data)
        model = get_model(method)(config, learn.dataset)
        trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
        trainer.fit(learn, valid, saved=True, show_progress=False)
    model.eval()
    item = np.array([data.field2token_id["item_id"].get(str(j), 0) for j in range(shared.items)])
    person = data.field2token_id["user_id"]

    def score(people: np.ndarray) -> np.ndarray:
        rows = torch.tensor([person.get(str(p), 0) for p in people.tolist()])
        with torch.no_grad():
            found = model.full_sort_predict({"user_id": rows}).view(len(rows), -1).numpy()
        return np.where(item > 0, found[:, item], -np.inf)

    return Scored(shared, score)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    plan = Path(sys.argv[1])
    method, folder = told(plan)
    work(
        plan, lambda job: fit(method, Shared.of(folder, job["stage"]), job["settings"], job["seed"])
    )
