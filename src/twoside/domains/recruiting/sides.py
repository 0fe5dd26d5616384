"""One side of the market: all seekers, or all jobs, with what is declared and what is hidden."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from twoside.domains.recruiting import births
from twoside.domains.recruiting.leanings import Leanings
from twoside.domains.recruiting.market import Declared, as_rows, joined, joined_declared
from twoside.domains.recruiting.settings import Rates
from twoside.domains.recruiting.words import words
from twoside.schema.calendar import DAY_MS
from twoside.simulate.arrivals import stays
from twoside.simulate.rhythm import unequal
from twoside.simulate.taste import drift


@dataclass(frozen=True)
class Side:
    """All of a kind that ever came, one entry a row. Nothing is changed in place."""

    declared: Declared
    hidden: Any
    """`Seekers` or `Jobs`: what the truth is computed from"""
    rows: np.ndarray
    """`hidden` as records, for compiled code"""
    own: np.ndarray
    """float32 (n, dim): the remainder of taste that drifts; (n, 0) for jobs"""
    visits: np.ndarray
    """float32 (n,): lists opened on a mean day"""
    leaves: np.ndarray
    """int32 (n,): the first day on which the row is gone"""

    def __len__(self) -> int:
        return len(self.leaves)

    def present(self, day: int) -> np.ndarray:
        """bool (n,): has come and not left."""
        return np.asarray(self.leaves > day)

    def rate(self, day: int, start_ms: int, newcomer: float) -> np.ndarray:
        """float (n,): lists to be opened in a day; the first three days count `newcomer` times."""
        created = self.hidden.created_ms
        new = np.where(created > start_ms - 3 * DAY_MS, newcomer, 1.0)
        return np.where(self.present(day) & (created <= start_ms), self.visits * new, 0.0)

    def and_then(self, later: Side) -> Side:
        """Rows of `later` after these."""
        hidden = joined(self.hidden, later.hidden)
        return Side(
            joined_declared(self.declared, later.declared),
            hidden,
            as_rows(hidden),
            np.concatenate([self.own, later.own]),
            np.concatenate([self.visits, later.visits]),
            np.concatenate([self.leaves, later.leaves]),
        )

    def drifted(self, lean: Leanings, rates: Rates, rng: np.random.Generator) -> Side:
        """Seekers one day later: their tastes have moved."""
        own = drift(self.own, rates.drift_step, rng)
        hidden = self.hidden._replace(taste=births.seeker_taste(self.declared, own, lean, rates))
        return replace(self, own=own, hidden=hidden, rows=as_rows(hidden))


def new_seekers(
    created_ms: np.ndarray, day: int, lean: Leanings, rates: Rates, rng: np.random.Generator
) -> Side:
    """Seekers who come on a day. Who says to look eagerly comes more often."""
    rows = len(created_ms)
    visits = unequal(rows, rates.activity_spread, rng)
    leaves = _leaves(day, stays(rows, rates.seeker_stay_days, rng))
    declared, hidden, own = births.seekers(rows, lean, words(), rates, created_ms, rng)
    eager = np.exp(0.25 * (declared.columns["activity"] - 1.5))
    visits = (rates.seeker_visits * visits * eager).astype(np.float32)
    return Side(declared, hidden, as_rows(hidden), own, visits, leaves)


def new_jobs(
    created_ms: np.ndarray,
    day: int,
    firms: births.Employers,
    lean: Leanings,
    rates: Rates,
    rng: np.random.Generator,
) -> tuple[Side, np.ndarray]:
    """Jobs posted on a day, and their openings, int32 (n,)."""
    rows = len(created_ms)
    visits = (rates.job_visits * unequal(rows, rates.activity_spread, rng)).astype(np.float32)
    leaves = _leaves(day, stays(rows, rates.job_stay_days, rng))
    declared, hidden, openings = births.jobs(rows, firms, lean, words(), rates, created_ms, rng)
    own = np.empty((rows, 0), np.float32)
    return Side(declared, hidden, as_rows(hidden), own, visits, leaves), openings


def _leaves(day: int, stay: np.ndarray) -> np.ndarray:
    return np.asarray(day + np.ceil(stay), np.int32)
