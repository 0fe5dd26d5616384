"""How far exposures went: of each day's, the share whose last label is a given one.

The labels are the domain's events in their declared order, `none` before them; the shares of a
day add up to 1. A day is final when the days have come in which a label could still arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.bi.cells import group_key

if TYPE_CHECKING:
    from twoside.bi.ask import Cube


@dataclass(frozen=True)
class LabelShares:
    """The distribution of labels by day."""

    days: tuple[int, ...]
    labels: tuple[str, ...]
    counts: np.ndarray
    """float64 (days, labels): exposures"""
    final: tuple[bool, ...]
    """Of each day"""

    @property
    def shares(self) -> np.ndarray:
        """float64 (days, labels): rows add up to 1, or are 0 on a day without exposures."""
        whole: np.ndarray = self.counts.sum(1, keepdims=True)
        shares: np.ndarray = self.counts / np.maximum(whole, 1)
        return shares


def label_shares(cube: Cube, first_day: int, last_day: int) -> LabelShares:
    """The distribution of every built day of a range."""
    days = cube.span(first_day, last_day)
    labels = cube.book.labels
    keys = [f"label({label})" for label in labels]
    rows = cube.source.read("cells", days[0], days[-1], group_key(()), keys)
    counts = np.zeros((len(days), len(labels)))
    at = np.searchsorted(np.array(days), rows["day"].to_numpy())
    names = [keys.index(name) for name in rows["quantity"].to_pylist()]
    counts[at, names] = rows["amount"].to_numpy()
    final = tuple(cube.source.is_final(day) for day in days)
    return LabelShares(days, tuple(labels), counts, final)
