"""The lists that the market's own, simple recommender shows: they make the logs.

It draws candidates from what fits (title and city, group and city, title anywhere), from what is
popular, new, and anything at all; scores them by declared match, popularity, freshness and noise;
and gives some places to open items drawn at random. So every kind of pair is seen, good ones more
often, which is what a learner needs.
"""

# Compiled code: numba finds the types, annotations are for readers.
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from twoside.domains.recruiting.pair import remoteness, shared_skills
from twoside.simulate.draws import key, uniform

DRAWS = (50, 60, 40, 40, 40, 30, 40)
"""Candidates from: title and city, group and city, city, title, popular, new, all."""


class Pools(NamedTuple):
    """Open item rows by what they are: members of group g are `rows[start[g]:start[g + 1]]`."""

    title_city: np.ndarray
    title_city_start: np.ndarray
    group_city: np.ndarray
    group_city_start: np.ndarray
    city: np.ndarray
    city_start: np.ndarray
    title: np.ndarray
    title_start: np.ndarray
    popular: np.ndarray
    new: np.ndarray
    everything: np.ndarray


def _grouped(rows: np.ndarray, of: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    start = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(of, minlength=groups), out=start[1:])
    return rows[np.argsort(of, kind="stable")].astype(np.int32), start


def pools(
    items: Any, is_open: np.ndarray, popularity: np.ndarray, sizes: tuple[int, int, int]
) -> Pools:
    """The open items of a moment. `items` are Seekers or Jobs; sizes: titles, groups, cities."""
    rows = np.flatnonzero(is_open)
    titles, groups, cities = sizes
    city = items.city[rows]
    best = rows[np.argsort(-popularity[rows], kind="stable")]
    newest = rows[np.argsort(items.created_ms[rows], kind="stable")[::-1]]
    few = max(20, len(rows) // 30)
    return Pools(
        *_grouped(rows, items.title[rows] * cities + city, titles * cities),
        *_grouped(rows, items.group[rows] * cities + city, groups * cities),
        *_grouped(rows, city, cities),
        *_grouped(rows, items.title[rows], titles),
        best[:few].astype(np.int32),
        newest[:few].astype(np.int32),
        rows.astype(np.int32),
    )


@njit(cache=True, nogil=True)
def _pool(
    found: Any, pool: int, title: int, group: int, city: int, cities: int
) -> tuple[np.ndarray, int, int]:
    """The pool-th of `DRAWS` for somebody: rows, and the part of them that is meant."""
    if pool == 0:
        at, start = title * cities + city, found.title_city_start
        return found.title_city, start[at], start[at + 1]
    if pool == 1:
        at, start = group * cities + city, found.group_city_start
        return found.group_city, start[at], start[at + 1]
    if pool == 2:
        return found.city, found.city_start[city], found.city_start[city + 1]
    if pool == 3:
        return found.title, found.title_start[title], found.title_start[title + 1]
    if pool == 4:
        return found.popular, 0, len(found.popular)
    if pool == 5:
        return found.new, 0, len(found.new)
    return found.everything, 0, len(found.everything)


@njit(cache=True, nogil=True)
def _keep(score: float, item: int, scores: np.ndarray, best: np.ndarray) -> None:
    """Insert into a short list kept from high to low."""
    n = len(best) - 1
    if score <= scores[n]:
        return
    while n > 0 and scores[n - 1] < score:
        scores[n] = scores[n - 1]
        best[n] = best[n - 1]
        n -= 1
    scores[n] = score
    best[n] = item


@njit(cache=True, nogil=True)
def _match(s: int, j: int, seekers: Any, jobs: Any, r: Any) -> float:
    """A plain score of what both sides declare."""
    over = jobs[j].pay - seekers[s].pay
    return (
        np.float32(seekers[s].title == jobs[j].title)
        + np.float32(0.8) * np.float32(seekers[s].group == jobs[j].group)
        + np.float32(0.8) * shared_skills(s, j, seekers, jobs)
        - np.float32(1.2) * remoteness(s, j, seekers, jobs, r.near_km)
        + min(max(over, np.float32(-1.0)), np.float32(0.3))
    )


@njit(cache=True, nogil=True)
def lists(
    seed: int,
    turned: bool,
    request: np.ndarray,
    person: np.ndarray,
    liked: np.ndarray,
    seekers: Any,
    jobs: Any,
    found: Any,
    cities: int,
    rates: np.ndarray,
) -> np.ndarray:
    """int32 (n, page): the list of each request. liked: float32 by item row, what popularity and
    freshness add."""
    r = rates[0]
    page = r.page
    out = np.full((len(request), page), -1, np.int32)
    asked = np.full(len(liked), -1, np.int64)
    scores = np.empty(page, np.float64)
    best = np.empty(page, np.int32)
    for n in range(len(request)):
        p = person[n]
        luck = key(seed + 1, request[n], 0)
        title = jobs[p].title if turned else seekers[p].title
        group = jobs[p].group if turned else seekers[p].group
        city = jobs[p].city if turned else seekers[p].city
        scores[:] = -np.inf
        best[:] = -1
        step = 0
        for pool in range(7):
            rows, start, stop = _pool(found, pool, title, group, city, cities)
            if start == stop:
                continue
            for _ in range(DRAWS[pool]):
                i = rows[start + int(uniform(luck, step) * (stop - start))]
                step += 2
                if asked[i] == n:
                    continue
                asked[i] = n
                s, j = (i, p) if turned else (p, i)
                score = r.log_match * _match(s, j, seekers, jobs, r) + liked[i]
                score -= r.log_noise * np.log(-np.log(uniform(luck, step - 1)))
                _keep(score, i, scores, best)
        for place in range(page):
            i = best[place]
            if i < 0 or uniform(luck, step) < r.log_explore:
                i = found.everything[int(uniform(luck, step + 1) * len(found.everything))]
                for other in range(place):
                    if out[n, other] == i:
                        i = -1
                        break
                if i < 0:
                    i = best[place]
            out[n, place] = i
            step += 2
        _drop_repeats(out[n])
    return out


@njit(cache=True, nogil=True)
def _drop_repeats(items: np.ndarray) -> None:
    """Move everything up over repeats and empty places."""
    kept = 0
    for n in range(len(items)):
        repeated = items[n] < 0
        for m in range(kept):
            repeated = repeated or items[m] == items[n]
        if not repeated:
            items[kept] = items[n]
            kept += 1
    items[kept:] = -1
