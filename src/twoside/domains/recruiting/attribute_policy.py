"""The policy that knows only what both sides declare: the yardstick of how hard the world is.

A linear score of title, group, skills, distance, city, pay, degree and experience. Its weights are
those of a logistic regression of `reach` on these very features over the logs of the default
world, so it is the best that declared match can do in a line; see docs/numbers/world.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from twoside.domains.recruiting.births import skill_bits
from twoside.domains.recruiting.market import as_rows
from twoside.domains.recruiting.pair import remoteness, shared_skills
from twoside.simulate.places import flat

if TYPE_CHECKING:
    import pyarrow as pa

    from twoside.schema.entities import EntityTable
    from twoside.simulate.world import Visits, World

NEAR_KM = 12.0
WEIGHTS = {
    "jobs_for_seeker": (1.44, 1.83, 0.45, -1.42, -0.09, 1.80, 3.04, -0.07, -0.11),
    "seekers_for_boss": (1.41, 1.20, 0.81, -1.80, -0.24, 0.81, 2.27, -0.73, -0.30),
}
"""Of: same title, same group, share of skills, remoteness, same city, log pay above what is wanted
(at most 0.4), log pay below it, levels of degree missing, years of experience missing."""


class DeclaredSeekers(NamedTuple):
    """What seekers say, in the shape that `pair` reads."""

    north: np.ndarray
    east: np.ndarray
    cosine: np.ndarray
    pay: np.ndarray
    education: np.ndarray
    experience: np.ndarray
    title: np.ndarray
    group: np.ndarray
    city: np.ndarray
    skills: np.ndarray


class DeclaredJobs(NamedTuple):
    """What jobs say, in the shape that `pair` reads."""

    north: np.ndarray
    east: np.ndarray
    pay: np.ndarray
    education: np.ndarray
    experience: np.ndarray
    title: np.ndarray
    group: np.ndarray
    city: np.ndarray
    skills: np.ndarray
    asked: np.ndarray
    onsite: np.ndarray


def declared_seekers(table: EntityTable) -> np.ndarray:
    """Rows of `DeclaredSeekers`, from a table as any policy may see it."""
    c = table.columns
    north, east, cosine = flat(c["latitude"], c["longitude"])
    return as_rows(
        DeclaredSeekers(
            *(north, east, cosine),
            np.log(c["salary_low"]).astype(np.float32),
            c["education"].astype(np.float32),
            c["experience_years"].astype(np.float32),
            *(c["title"], c["title_group"], c["city"], skill_bits(table.lists["skills"])),
        )
    )


def declared_jobs(table: EntityTable) -> np.ndarray:
    """Rows of `DeclaredJobs`, from a table as any policy may see it."""
    c, skills = table.columns, table.lists["skills"]
    north, east, _ = flat(c["latitude"], c["longitude"])
    return as_rows(
        DeclaredJobs(
            north,
            east,
            np.log((c["salary_low"] + c["salary_high"]) / 2).astype(np.float32),
            c["education_min"].astype(np.float32),
            c["experience_min"].astype(np.float32),
            *(c["title"], c["title_group"], c["city"], skill_bits(skills)),
            (1.0 / np.maximum(np.diff(skills.start), 1)).astype(np.float32),
            (1.0 - c["remote"]).astype(np.float32),
        )
    )


@njit(cache=True, nogil=True)
def match_features(
    turned: bool, person: np.ndarray, items: np.ndarray, seekers: Any, jobs: Any
) -> np.ndarray:
    """float32 (n, m, 9): the features of `WEIGHTS` for int32 (n,) people and (n, m) items."""
    out = np.zeros((len(person), items.shape[1], 9), np.float32)
    for n in range(len(person)):
        for m in range(items.shape[1]):
            s, j = (items[n, m], person[n]) if turned else (person[n], items[n, m])
            over = jobs[j].pay - seekers[s].pay
            x = out[n, m]
            x[0] = seekers[s].title == jobs[j].title
            x[1] = seekers[s].group == jobs[j].group
            x[2] = shared_skills(s, j, seekers, jobs)
            x[3] = remoteness(s, j, seekers, jobs, NEAR_KM)
            x[4] = seekers[s].city == jobs[j].city
            x[5] = min(max(over, 0.0), 0.4)
            x[6] = min(over, 0.0)
            x[7] = max(jobs[j].education - seekers[s].education, 0.0)
            x[8] = max(jobs[j].experience - seekers[s].experience, 0.0)
    return out


@dataclass(frozen=True)
class AttributePolicy:
    """Open items in the order of declared match."""

    scene: str

    def serve(self, world: World, visits: Visits, length: int) -> np.ndarray:
        """int32 (n, length)"""
        turned = self.scene == "seekers_for_boss"
        seekers, jobs = world.table("seeker"), world.table("job")
        rows = np.flatnonzero((seekers if turned else jobs).open_rows()).astype(np.int32)
        weights = np.array(WEIGHTS[self.scene], np.float32)
        sides = declared_seekers(seekers), declared_jobs(jobs)
        lists = np.full((len(visits), length), -1, np.int32)
        top = min(length, len(rows))
        for begin in range(0, len(visits), 64):
            people = visits.person[begin : begin + 64].astype(np.int32)
            items = np.ascontiguousarray(np.broadcast_to(rows, (len(people), len(rows))))
            score = match_features(turned, people, items, *sides) @ weights
            best = np.argpartition(-score, top - 1, axis=1)[:, :top]
            order = np.argsort(-np.take_along_axis(score, best, 1), axis=1, kind="stable")
            lists[begin : begin + 64, :top] = rows[np.take_along_axis(best, order, 1)]
        return lists

    def learn(self, exposures: pa.Table, events: pa.Table) -> None:
        """Nothing: what is declared does not change."""
