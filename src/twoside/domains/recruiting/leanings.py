"""What the trades of this market lean to: the part of taste that whoever knows the market knows.

A bookkeeper likes other jobs than a cook does, large companies please other people than small
ones, and couriers care about distance more than engineers. These tables are drawn once from the
seed; seekers, jobs and companies are born from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twoside.domains.recruiting.words import Words
from twoside.simulate.draws import stream
from twoside.simulate.taste import blend, directions

AGES = np.array([22.0, 26.0, 31.0, 38.0])
"""Bounds of the age classes, years"""
YEARS = np.array([1.0, 3.0, 6.0, 10.0])
"""Bounds of the classes of experience, years"""


@dataclass(frozen=True)
class Leanings:
    """Vectors are float32 (rows, dim) of unit variance."""

    title: np.ndarray
    """what a job of this title is to seekers"""
    industry: np.ndarray
    size: np.ndarray
    title_wish: np.ndarray
    """what seekers of this title wish"""
    age_wish: np.ndarray
    degree_wish: np.ndarray
    title_profile: np.ndarray
    """what seekers of this title are to bosses"""
    degree_profile: np.ndarray
    years_profile: np.ndarray
    title_boss: np.ndarray
    """what bosses who hire for this title wish"""
    degree_appeal: np.ndarray
    """float32 (degrees,): how much bosses are drawn to a degree, of unit variance"""
    years_appeal: np.ndarray
    activity_appeal: np.ndarray
    far: np.ndarray
    """float32 (groups,): how much distance matters, around 1"""
    greed: np.ndarray
    """float32 (groups,): how much pay matters, around 1"""
    title_skills: tuple[np.ndarray, ...]
    """For each title the weights of its group's skills, summing to 1"""


def leanings(words: Words, dim: int, seed: int) -> Leanings:
    """The tables of one world."""
    rng = stream(seed, 1)
    groups, titles = len(words.groups), len(words.titles)

    def by_title() -> np.ndarray:
        """Mostly of the group, the rest of the title's own."""
        group = directions(groups, dim, rng)[words.title_group]
        return blend([(0.75, group), (0.25, directions(titles, dim, rng))])

    pay = np.array([words.title_pay[words.title_group == g].mean() for g in range(groups)])
    low_paid = (np.log(pay.mean()) - np.log(pay)).astype(np.float32)
    return Leanings(
        title=by_title(),
        industry=directions(len(words.industries), dim, rng),
        size=directions(len(words.company_sizes), dim, rng),
        title_wish=by_title(),
        age_wish=directions(len(AGES) + 1, dim, rng),
        degree_wish=directions(len(words.degrees), dim, rng),
        title_profile=by_title(),
        degree_profile=directions(len(words.degrees), dim, rng),
        years_profile=directions(len(YEARS) + 1, dim, rng),
        title_boss=by_title(),
        degree_appeal=_standard(rng.standard_normal(len(words.degrees))),
        years_appeal=_standard(rng.standard_normal(len(YEARS) + 1)),
        activity_appeal=_standard(rng.standard_normal(len(words.activities))),
        far=np.exp(0.6 * low_paid + 0.2 * rng.standard_normal(groups)).astype(np.float32),
        greed=np.exp(-0.4 * low_paid + 0.2 * rng.standard_normal(groups)).astype(np.float32),
        title_skills=tuple(
            rng.dirichlet(np.full(len(words.group_skills[group]), 0.7))
            for group in words.title_group
        ),
    )


def _standard(drawn: np.ndarray) -> np.ndarray:
    """Few numbers with mean 0 and variance 1 exactly, so that no seed makes a flat market."""
    return np.asarray((drawn - drawn.mean()) / drawn.std(), np.float32)
