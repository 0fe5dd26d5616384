"""Other libraries on the same sets: which of their methods, and what is tried of each.

A file a library, run by a Python that has it: `pip install implicit rectools recbole
LibRecommender torch-rechub` (their demands differ; `--peer-python` names the environment).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


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

    def suits(self, ordered: bool) -> bool:
        """Can it run on a set with, or without, an order?"""
        return ordered or not self.only_ordered


PEERS: list[Peer] = []
