"""Requests with their candidates, flattened, as the writers read them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from twoside.features.online.parties import Party
    from twoside.schema.calendar import Calendar


@dataclass(frozen=True)
class Batch:
    """n requests of one day, with `total` candidates."""

    person: np.ndarray
    """int32 (n,) known rows, else -1"""
    ts_ms: np.ndarray
    """int64 (n,)"""
    start: np.ndarray
    """int64 (n + 1,): the candidates of request i are `start[i]:start[i + 1]`"""
    request: np.ndarray
    """int32 (total,): the request of each candidate"""
    item: np.ndarray
    """int32 (total,) known rows, else -1"""
    context: Mapping[str, np.ndarray]
    """float64 (n,) each"""
    people: Party
    items: Party
    calendar: Calendar
    _codes: dict[str, tuple[np.ndarray, bool]] = field(default_factory=dict, init=False)

    def code(self, part: str) -> tuple[np.ndarray, bool]:
        """int32 codes of a part of a key, and whether they are one a request (or a candidate)."""
        if part not in self._codes:
            self._codes[part] = self._code(*part.split(".", 1))
        return self._codes[part]

    def _code(self, side: str, column: str = "") -> tuple[np.ndarray, bool]:
        if side == "context":
            values = self.context[column]
            return np.where(np.isnan(values), -1, values).astype(np.int32), True
        if side == "person":
            return self.people.codes(column, self.person), True
        return self.items.codes(column, self.item), False
