"""torch-rechub: MIND and its two-tower models (`pip install torch-rechub`).

Samples, negatives, padding, training and both towers' answers are the library's own, as in its
examples for MovieLens: list-wise softmax over the taken item and `negatives` others drawn by
popularity ** 0.75 (DSSM: the rest of the batch, for it has no list-wise form). What its generator
puts aside as a test is learned from too, for the bench holds out its own. Id 0 is padding; pasts
keep their newest items.
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch_rechub.basic.features import SequenceFeature, SparseFeature
from torch_rechub.models.matching import DSSM, MIND, YoutubeDNN
from torch_rechub.trainers import MatchTrainer
from torch_rechub.utils.data import MatchDataGenerator, pad_sequences
from torch_rechub.utils.match import (
    gen_model_input,
    generate_seq_feature_match,
    negative_sample,
)

from bench.recall.jobs import told, work
from bench.recall.peers.lists import Scored, Shared


def fit(method: str, shared: Shared, settings: dict[str, Any], seed: int) -> Scored:
    """One model, trained by MatchTrainer, and its vectors of all items."""
    torch.set_num_threads(1)
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    asked = {"dim": 64, "last": 20, "negatives": 20, "epochs": 10, "batch": 512, **settings}
    model = _model(method, shared, asked)
    samples = _samples(shared, asked)
    if method == "DSSM":
        how = {"mode": 2, "in_batch_neg": True, "in_batch_neg_ratio": asked["negatives"]}
        samples.pop("neg_items")
    else:
        how = {"mode": 2}
    nothing = np.zeros(len(samples["user_id"]), np.int64)  # the taken item comes first
    users = {"user_id": np.zeros(1, np.int64)}
    loader, _, _ = MatchDataGenerator(samples, nothing).generate_dataloader(
        users, users, asked["batch"], num_workers=0
    )
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(sys.stderr):
        trainer = MatchTrainer(
            model,
            **how,
            optimizer_params={"lr": asked["lr"], "weight_decay": asked.get("penalty", 1e-6)},
            n_epoch=asked["epochs"],
            sampler_seed=seed,
            model_path=folder,
        )
        trainer.fit(loader)
    model.eval()
    ids = torch.arange(1, shared.items + 1)
    with torch.no_grad():
        model.mode = "item"
        vector = model({"item_id": ids}).numpy()
    model.mode = "user"
    last = asked["last"]

    def score(people: np.ndarray) -> np.ndarray:
        past = [(shared.past(int(p), last) + 1).tolist() for p in people]
        x = {
            "user_id": torch.from_numpy(people.astype(np.int64) + 1),
            "hist_item_id": torch.from_numpy(pad_sequences(past, maxlen=last)).long(),
        }
        torch.manual_seed(seed)  # MIND draws the beginning of its routing
        with torch.no_grad():
            found = model(x).numpy().reshape(len(people), -1, vector.shape[1])
        return np.asarray((found @ vector.T).max(axis=1), np.float32)

    return Scored(shared, score)


def _model(method: str, shared: Shared, asked: dict[str, Any]) -> torch.nn.Module:
    dim = asked["dim"]
    person = [SparseFeature("user_id", vocab_size=shared.people + 1, embed_dim=dim)]
    item = [SparseFeature("item_id", vocab_size=shared.items + 1, embed_dim=dim, padding_idx=0)]

    def of_items(name: str, pooling: str) -> list[SequenceFeature]:
        return [
            SequenceFeature(
                name,
                vocab_size=shared.items + 1,
                embed_dim=dim,
                pooling=pooling,
                shared_with="item_id",
                padding_idx=0,
            )
        ]

    against = of_items("neg_items", "concat")
    if method == "MIND":
        past = of_items("hist_item_id", "concat")
        return MIND(person, past, item, against, max_length=asked["last"], dynamic_interest=True)
    both = person + of_items("hist_item_id", "mean")
    tower = {"dims": [2 * dim, dim]}
    if method == "DSSM":
        return DSSM(both, item, user_params=tower, item_params=tower)
    return YoutubeDNN(both, item, against, tower, temperature=asked["temperature"])


def _samples(shared: Shared, asked: dict[str, Any]) -> dict[str, np.ndarray]:
    """Every like after a person's first, with what came before it."""
    rows = pd.DataFrame({"user_id": shared.person + 1, "item_id": shared.item + 1})
    rows["time"] = np.arange(len(rows))
    k = asked["negatives"]
    with redirect_stdout(sys.stderr):
        learn, aside = generate_seq_feature_match(
            rows, "user_id", "item_id", "time", sample_method=1, mode=2, neg_ratio=k
        )
    counts = dict(Counter(rows["item_id"].tolist()).most_common())
    drawn = negative_sample(counts, len(aside) * k, method_id=1)
    aside["neg_items"] = drawn.reshape(-1, k).tolist()
    told_of = gen_model_input(
        pd.concat([learn, aside[learn.columns]], ignore_index=True),
        rows[["user_id"]].drop_duplicates(),
        "user_id",
        rows[["item_id"]].drop_duplicates(),
        "item_id",
        asked["last"],
    )
    wanted = ("user_id", "item_id", "hist_item_id", "neg_items")
    return {name: np.asarray(told_of[name]) for name in wanted}


if __name__ == "__main__":
    plan = Path(sys.argv[1])
    method, folder = told(plan)
    work(
        plan, lambda job: fit(method, Shared.of(folder, job["stage"]), job["settings"], job["seed"])
    )
