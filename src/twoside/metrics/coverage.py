"""Which share of the open items anybody gets to see."""

from __future__ import annotations

import numpy as np


def coverage(lists: np.ndarray, is_open: np.ndarray) -> float:
    """Share of open items in at least one list; NaN when nothing is open.

    Args:
        lists: int32 (n, width), -1 is no item.
        is_open: bool (items,)
    """
    shown = np.zeros(len(is_open), bool)
    shown[lists[lists >= 0]] = True
    total = int(is_open.sum())
    return float((shown & is_open).sum() / total) if total else float("nan")


def times_shown(lists: np.ndarray, is_open: np.ndarray) -> np.ndarray:
    """int64 (open items,): in how many lists each open item is."""
    times = np.bincount(lists[lists >= 0], minlength=len(is_open))
    return np.asarray(times[is_open])
