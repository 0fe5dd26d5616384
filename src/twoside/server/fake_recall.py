"""Invented reasons, neighbours and a map for `FakeService`; parts sum to scores as real ones do."""

from __future__ import annotations

import numpy as np

from twoside.schema.reasons import Reasoned, Reasons, RecallReasons
from twoside.schema.request import Candidates, Request

_KINDS = ("view", "chat", "reach")


def fake_reasons(request: Request, items: int, people: int, seed: int) -> RecallReasons:
    """Three channels of near items and one of near people; nothing for somebody new."""
    names = ("itemcf", "swing", "ease", "usercf")
    if request.person < 0:
        return RecallReasons(dict.fromkeys(names, ()), {"usercf": Candidates.empty()})
    random = np.random.default_rng((seed, request.person, 2))
    recent = random.choice(items, min(6, items), replace=False)
    others = np.setdiff1d(random.choice(people, min(9, people), replace=False), [request.person])
    like = np.sort(random.random(len(others)).astype(np.float32))[::-1]
    channels = {}
    for name in names:
        pool = np.setdiff1d(random.permutation(items)[: request.length + len(recent)], recent)
        found = []
        for item in random.permutation(pool)[: request.length].tolist():
            rows = others if name == "usercf" else recent
            adds = np.where(random.random(len(rows)) < 0.6, random.random(len(rows)), 0.0)
            adds[0] += 0.1
            told = Reasons.sorted(rows, adds, "people" if name == "usercf" else "items")
            found.append(Reasoned(item, float(told.adds.sum()), told))
        channels[name] = tuple(sorted(found, key=lambda one: -one.score))
    behaviours = {int(item): _KINDS[n % len(_KINDS)] for n, item in enumerate(recent)}
    near = Candidates(others.astype(np.int32), like)
    return RecallReasons(channels, {"usercf": near}, behaviours)


def fake_near(item: int, most: int, items: int) -> dict[str, Candidates]:
    """Items of nearly the same number; one channel that knows nothing of every fifth item."""
    found = {}
    for n, name in enumerate(("itemcf", "swing", "ease", "als_simitem", "two_tower")):
        rows = (item + np.arange(1, most + 1) * (1 + n // 2)) % items
        rows = rows[rows != item] if name != "swing" or item % 5 else rows[:0]
        scores = (0.9 / (1 + np.arange(len(rows)))).astype(np.float32)
        found[name] = Candidates(rows.astype(np.int32), scores)
    return found
