"""The market as arrays: what is declared, what is hidden, and what changes while it is played.

Declared columns stand in `Declared` and go into tables. `Seekers` and `Jobs` hold what the truth
is computed from: they repeat some declared columns in the shape that compiled code likes, and add
what nobody can see (taste, appeal, readiness). `State` holds what behaviour changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np

from twoside.schema.entities import Codes

T = TypeVar("T", "Seekers", "Jobs")


class Seekers(NamedTuple):
    """One entry a seeker row; arrays are float32 where not said otherwise."""

    north: np.ndarray
    """km"""
    east: np.ndarray
    """km at the equator"""
    cosine: np.ndarray
    """of the latitude"""
    pay: np.ndarray
    """log of the pay wanted"""
    education: np.ndarray
    experience: np.ndarray
    title: np.ndarray
    """int32"""
    group: np.ndarray
    """int32"""
    city: np.ndarray
    """int32"""
    skills: np.ndarray
    """uint64 (n, 3): one bit a skill"""
    appeal: np.ndarray
    """hidden: logits that every boss adds"""
    ready: np.ndarray
    """hidden: readiness to answer, logits"""
    far: np.ndarray
    """hidden: logits that the end of the world costs"""
    greed: np.ndarray
    """hidden: logits per unit of log pay"""
    taste: np.ndarray
    """hidden: (n, dim) what the seeker wishes"""
    profile: np.ndarray
    """hidden: (n, dim) what the seeker is to bosses"""
    created_ms: np.ndarray
    """int64"""


class Jobs(NamedTuple):
    """One entry a job row; arrays are float32 where not said otherwise."""

    north: np.ndarray
    east: np.ndarray
    pay: np.ndarray
    """log of the middle of the pay offered"""
    education: np.ndarray
    """least level"""
    experience: np.ndarray
    """least years"""
    title: np.ndarray
    """int32"""
    group: np.ndarray
    """int32"""
    city: np.ndarray
    """int32"""
    skills: np.ndarray
    """uint64 (n, 3)"""
    asked: np.ndarray
    """1 / number of skills asked for"""
    onsite: np.ndarray
    """0 if the work may be done from home, else 1"""
    boss: np.ndarray
    """int32"""
    appeal: np.ndarray
    """hidden: logits that every seeker adds"""
    ready: np.ndarray
    """hidden: the boss's readiness to answer, logits"""
    taste: np.ndarray
    """hidden: (n, dim) what the boss wishes for this job"""
    profile: np.ndarray
    """hidden: (n, dim) what the job is to seekers"""
    created_ms: np.ndarray
    """int64"""


class State(NamedTuple):
    """What behaviour changes, in place; a fork copies these. Loads are decayed counts with the
    moment at which they were last brought up to date."""

    openings: np.ndarray
    """int32 (jobs,): places still to fill; 0 closes the job"""
    boss_load: np.ndarray
    """float32 (bosses,): conversations waiting"""
    boss_load_ms: np.ndarray
    """int64 (bosses,)"""
    seeker_load: np.ndarray
    """float32 (seekers,)"""
    seeker_load_ms: np.ndarray
    """int64 (seekers,)"""
    seeker_lists: np.ndarray
    """float32 (seekers,): lists seen lately"""
    seeker_lists_ms: np.ndarray
    """int64 (seekers,)"""
    job_lists: np.ndarray
    """float32 (jobs,)"""
    job_lists_ms: np.ndarray
    """int64 (jobs,)"""


@dataclass(frozen=True)
class Declared:
    """What tables show of one kind: columns by name, aligned to rows. Never changed in place."""

    columns: dict[str, np.ndarray]
    """number: float64, category: int32 codes, time: int64"""
    lists: dict[str, Codes]

    @property
    def size(self) -> int:
        """Number of rows."""
        return len(next(iter(self.columns.values())))


def blank_state(seekers: int, bosses: int, openings: np.ndarray) -> State:
    """Nobody waits, nobody is tired."""
    jobs = len(openings)
    return State(
        openings.astype(np.int32),
        *(np.zeros(bosses, np.float32), np.zeros(bosses, np.int64)),
        *(np.zeros(seekers, np.float32), np.zeros(seekers, np.int64)),
        *(np.zeros(seekers, np.float32), np.zeros(seekers, np.int64)),
        *(np.zeros(jobs, np.float32), np.zeros(jobs, np.int64)),
    )


def as_rows(fields: NamedTuple) -> np.ndarray:
    """The same as one array of records, in which all of a party lies together and of which
    compiled code needs one pointer: `rows[s].pay`. A tuple of arrays would be handed to every
    function as hundreds of arguments, which took 200 ns a pair."""
    named = fields._asdict()
    kinds = [(name, array.dtype, array.shape[1:]) for name, array in named.items()]
    rows = np.empty(len(fields[0]), np.dtype(kinds, align=True))
    for name, array in named.items():
        rows[name] = array
    return rows


def joined(first: T, second: T) -> T:
    """Rows of the second after those of the first, field by field."""
    parts = [np.concatenate([one, two]) for one, two in zip(first, second, strict=True)]
    return type(first)(*parts)


def joined_declared(first: Declared, second: Declared) -> Declared:
    """The same for declared columns."""
    columns = {
        name: np.concatenate([first.columns[name], second.columns[name]]) for name in first.columns
    }
    lists = {
        name: Codes(
            np.concatenate([one.values, second.lists[name].values]),
            np.concatenate([one.start, one.start[-1] + second.lists[name].start[1:]]),
        )
        for name, one in first.lists.items()
    }
    return Declared(columns, lists)


def with_rows(state: State, seekers: int, openings: np.ndarray) -> State:
    """The same with room for that many seekers, and for new jobs with these openings."""
    jobs = len(state.openings) + len(openings)

    def longer(array: np.ndarray, size: int) -> np.ndarray:
        return np.concatenate([array, np.zeros(size - len(array), array.dtype)])

    return State(
        np.concatenate([state.openings, openings.astype(np.int32)]),
        *(state.boss_load, state.boss_load_ms),
        *(longer(state.seeker_load, seekers), longer(state.seeker_load_ms, seekers)),
        *(longer(state.seeker_lists, seekers), longer(state.seeker_lists_ms, seekers)),
        *(longer(state.job_lists, jobs), longer(state.job_lists_ms, jobs)),
    )
