"""Other libraries on the same sets: which of their methods, and what is tried of each.

A file a library, run by a Python that has it: `pip install implicit rectools recbole
LibRecommender torch-rechub` (their demands differ; `--peer-python` names the environment).
Budgets are not equal everywhere: torch-rechub takes minutes a trial and is tried three times,
RecBole twice, its EASE once, for the same model is tuned as rectools'.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Peer:
    """A method of a library."""

    library: str
    """The file here"""
    method: str
    trials: list[dict[str, Any]]
    only_ordered: bool = False

    @property
    def name(self) -> str:
        """`library.method`"""
        return f"{self.library}.{self.method}"

    def command(self, pythons: Mapping[str, str]) -> list[str]:
        """What runs its jobs; `pythons`: library -> the Python that has it, "" for all others."""
        python = pythons.get(self.library, pythons[""])
        return [python, "-m", f"bench.recall.peers.{self.library}"]

    def suits(self, ordered: bool) -> bool:
        """Can it run on a set with, or without, an order?"""
        return ordered or not self.only_ordered


def _grid(name: str, values: tuple[Any, ...], **fixed: Any) -> list[dict[str, Any]]:
    return [{**fixed, name: value} for value in values]


_SHORT = {"epochs": 20, "eval_step": 5, "stopping_step": 2, "train_batch_size": 8192}
"""Of what RecBole learns by steps: it ends where its own validation gains no more."""

PEERS = [
    Peer(
        "implicit",
        "als",
        [
            {"factors": factors, "regularization": penalty, "alpha": alpha, "iterations": 15}
            for factors, penalty, alpha in (
                (64, 0.01, 1.0),
                (128, 0.01, 1.0),
                (64, 1.0, 5.0),
                (128, 10.0, 5.0),
                (192, 10.0, 2.0),
                (128, 30.0, 10.0),
            )
        ],
    ),
    Peer("implicit", "cosine", _grid("K", (20, 50, 100, 200, 400, 800))),
    Peer(
        "implicit",
        "bm25",
        [
            {"K": k, "K1": k1, "B": b}
            for k in (100, 400)
            for k1, b in ((1.2, 0.75), (100, 0.5), (1.2, 0.2))
        ],
    ),
    Peer("rectools", "ease", _grid("regularization", (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0))),
    Peer("recbole", "ItemKNN", _grid("k", (100, 400), shrink=10.0)),
    Peer("recbole", "EASE", _grid("reg_weight", (200.0,))),
    Peer(
        "recbole",
        "BPR",
        [{"embedding_size": 64, "learning_rate": rate, **_SHORT} for rate in (0.005, 0.02)],
    ),
    Peer(
        "librecommender",
        "swing",
        [{"alpha": alpha, "top_k": k} for alpha in (1.0, 5.0, 10.0) for k in (20, 200)],
    ),
    Peer(
        "torch_rechub",
        "MIND",
        [{"lr": rate, "epochs": epochs} for rate, epochs in ((0.005, 10), (0.01, 10), (0.01, 20))],
        only_ordered=True,
    ),
    Peer(
        "torch_rechub",
        "YoutubeDNN",
        [
            {"lr": rate, "temperature": sharp, "epochs": 5}
            for rate, sharp in ((0.001, 0.02), (0.001, 0.1), (0.001, 0.2))
        ],
        only_ordered=True,
    ),
    Peer(
        "torch_rechub",
        "DSSM",
        [
            {"lr": rate, "negatives": drawn, "epochs": 5}
            for rate, drawn in ((0.001, 20), (0.005, 20), (0.005, 100))
        ],
        only_ordered=True,
    ),
    Peer("librecommender", "itemcf", _grid("k_sim", (10, 20, 50, 100, 200, 400))),
    Peer("librecommender", "usercf", _grid("k_sim", (10, 20, 50, 100, 200, 400))),
]
