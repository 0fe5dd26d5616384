"""What a seeker and a job are to each other: the two wishes that everything follows from.

Both are sums in logits of what is declared (title, skills, distance, pay, degree, experience) and
what is not (taste, appeal, sensitivity to distance and pay).
"""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return, return-value, operator"

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from twoside.simulate.places import km_between

_M1 = np.uint64(0x5555555555555555)
_M2 = np.uint64(0x3333333333333333)
_M4 = np.uint64(0x0F0F0F0F0F0F0F0F)
_H1 = np.uint64(0x0101010101010101)
_1, _2, _4, _56 = np.uint64(1), np.uint64(2), np.uint64(4), np.uint64(56)


@njit(cache=True, nogil=True)
def _bits(x: np.uint64) -> np.uint64:
    """Number of bits set."""
    x = x - ((x >> _1) & _M1)
    x = (x & _M2) + ((x >> _2) & _M2)
    x = (x + (x >> _4)) & _M4
    return (x * _H1) >> _56


@njit(cache=True, nogil=True)
def shared_skills(s: int, j: int, seekers: Any, jobs: Any) -> float:
    """Share of the skills asked for that the seeker has."""
    has = np.uint64(0)
    for word in range(3):
        has += _bits(seekers[s].skills[word] & jobs[j].skills[word])
    return np.float32(has) * jobs[j].asked


@njit(cache=True, nogil=True)
def remoteness(s: int, j: int, seekers: Any, jobs: Any, near_km: float) -> float:
    """0 next door (or from home), 1/2 at `near_km`, to 1 far away."""
    km = km_between(
        seekers[s].north, seekers[s].east, seekers[s].cosine, jobs[j].north, jobs[j].east
    )
    return jobs[j].onsite * km / (km + near_km)


@njit(cache=True, fastmath=True)
def _product(taste: np.ndarray, profile: np.ndarray) -> float:
    """float32 (dim,), float32 (dim,)"""
    total = np.float32(0.0)
    for d in range(len(taste)):
        total += taste[d] * profile[d]
    return total


@njit(cache=True, fastmath=True)
def wishes(s: int, j: int, seekers: Any, jobs: Any, r: Any) -> tuple[float, float]:
    """(what the seeker thinks of the job, what the boss thinks of the seeker), in logits.

    Pay below what is wanted hurts twice as much as pay above it pleases, and above half as much
    again nothing is gained.
    """
    title = np.float32(seekers[s].title == jobs[j].title)
    group = np.float32(seekers[s].group == jobs[j].group)
    skill = shared_skills(s, j, seekers, jobs)
    far = remoteness(s, j, seekers, jobs, r.near_km)
    liking = _product(seekers[s].taste, jobs[j].profile)
    suiting = _product(jobs[j].taste, seekers[s].profile)
    over = jobs[j].pay - seekers[s].pay
    below = jobs[j].education - seekers[s].education
    asked = jobs[j].experience
    green = asked - seekers[s].experience
    far_costs, greed = seekers[s].far, seekers[s].greed
    job_appeal, seeker_appeal = jobs[j].appeal, seekers[s].appeal

    pay = min(over, np.float32(0.4)) if over > 0 else np.float32(2.0) * over
    wish = r.wish_title * title + r.wish_group * group + r.wish_skill * skill
    wish += greed * pay - far_costs * far + liking + job_appeal
    below = max(below, np.float32(0.0))
    green = np.float32(2.0) * max(green, np.float32(0.0)) / (asked + np.float32(0.5))
    like = r.like_title * title + r.like_group * group + r.like_skill * skill
    like -= r.like_near * far + r.like_degree * below
    like -= r.like_experience * min(green, np.float32(1.0))
    return wish, like + suiting + seeker_appeal


@njit(cache=True, fastmath=True)
def odds(x: float) -> float:
    """exp(-x) kept in range: 1 / (1 + odds(x)) is the logistic function."""
    return np.exp(-min(max(x, np.float32(-20.0)), np.float32(20.0)))


@njit(cache=True, nogil=True)
def sigmoid(x: float) -> float:
    """The logistic function."""
    return np.float32(1.0) / (np.float32(1.0) + odds(x))
