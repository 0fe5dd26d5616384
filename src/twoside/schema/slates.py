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


@dataclass(frozen=True)
class Origin:
    """How n lists of L places came about, in words; "" is not known (`schema.tables.ORIGIN`)."""

    channel: np.ndarray
    """str (n, L)"""
    policy: np.ndarray
    """str (n,)"""
    arm: np.ndarray
    """str (n,)"""

    @staticmethod
    def of(lists: int, places: int, policy: str = "") -> Origin:
        """Lists of one policy of which nothing else is known."""
        return Origin(
            np.full((lists, places), "", dtype=object),
            np.full(lists, policy, dtype=object),
            np.full(lists, "", dtype=object),
        )
