"""Slates: many lists at once, as a world is asked to answer them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Slates:
    """n lists of at most L items."""

    request_id: np.ndarray
    """int64 (n,)"""
    person: np.ndarray
    """int32 (n,)"""
    ts_ms: np.ndarray
    """int64 (n,)"""
    items: np.ndarray
    """int32 (n, L), best first; -1 fills a short list at its end"""

    def __len__(self) -> int:
        return len(self.person)
