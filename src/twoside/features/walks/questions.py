"""What is asked: pairs at moments, in order of time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from twoside.features.walks.rows import Rows
    from twoside.schema.calendar import Calendar


@dataclass(frozen=True)
class Questions:
    """At least one."""

    rows: Rows
    row: np.ndarray
    """int64 (n,): where the answer to each goes"""
    calendar: Calendar
    _known: dict[str, np.ndarray] = field(default_factory=dict, init=False)

    @property
    def first(self) -> int:
        """The first day of them."""
        return self.calendar.day_of(int(self.rows.ts[0]))

    @property
    def last(self) -> int:
        """The last day of them."""
        return self.calendar.day_of(int(self.rows.ts[-1]))

    def on(self, day: int) -> slice:
        """Those of a day."""
        ends = [self.calendar.start_of(day), self.calendar.start_of(day + 1)]
        return slice(*np.searchsorted(self.rows.ts, ends).tolist())

    def known(self, side: str) -> np.ndarray:
        """bool (rows,): does anybody ask about this row of a side?"""
        if side not in self._known:
            rows = self.rows.sides[side]
            there = np.zeros(1 + int(rows.max(initial=-1)), np.bool_)
            there[rows[rows >= 0]] = True
            self._known[side] = there
        return self._known[side]
