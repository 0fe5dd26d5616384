"""Invented reasons, neighbours and a map for `FakeService`; parts sum to scores as real ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.schema.item_map import ItemMap
from twoside.schema.merge_report import ChannelWorth, MergeGain, MergeReport
from twoside.schema.reasons import Reasoned, Reasons, RecallReasons
from twoside.schema.request import Candidates, Request

if TYPE_CHECKING:
    from collections.abc import Sequence

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


def fake_overlap(channels: Sequence[str]) -> dict[str, dict[str, float]]:
    """The nearer two stand in the list, the more they share; the last one finds nothing."""
    share = {
        one: {other: 0.9 ** (3 * abs(n - m)) for m, other in enumerate(channels)}
        for n, one in enumerate(channels)
    }
    for row in share.values():
        row[channels[-1]] = 0.0
    share[channels[-1]] = dict.fromkeys(channels, float("nan"))
    return share


def fake_merge(channels: Sequence[str]) -> MergeReport:
    """Budgets that learning doubled for some; the last two channels are refused."""
    refused = ("finds nothing right", "brings -0.0010 (-0.0040 to 0.0020): not above 0")
    rows = []
    for k, kind in enumerate(("new", "light", "heavy", "all")):
        for n, name in enumerate(channels):
            why = refused[len(channels) - 1 - n] if n >= len(channels) - 2 else ""
            worth = -0.001 if why else 0.06 / (1 + n + k)
            worth = float("nan") if n == len(channels) - 1 else worth
            figures = 400 // (1 + n) * (not why), worth, worth - 0.003, worth + 0.003
            rows.append(ChannelWorth(kind, name, 100.0, *figures, 0.2 + n / 10, why))
    gains = (
        MergeGain("recall@1000", 0.61, 0.66, channels[0], 0.48, 0.041, 0.059, 0.002, (0.16, 0.2)),
        MergeGain("ndcg@10", 0.08, 0.11, channels[0], 0.1, 0.02, 0.04, 0.002, (0.004, 0.016)),
    )
    people = {"new": 240, "light": 1_310, "heavy": 950, "all": 0}
    return MergeReport(people, tuple(rows), gains)


def fake_maps(items: int, most: int, seed: int) -> dict[str, ItemMap]:
    """Items of one kind (every sixth) around one point of a circle."""
    random = np.random.default_rng((seed, 3))
    rows = np.arange(min(most, items), dtype=np.int32)
    angle = rows % 6 * np.pi / 3
    found = {}
    for name, far in (("als_simitem", 0.6), ("two_tower", 0.9)):
        x, y = far * np.cos(angle), far * np.sin(angle)
        x, y = (line + 0.15 * random.standard_normal(len(rows)) for line in (x, y))
        found[name] = ItemMap(rows, x, y, (0.31, 0.22), items)
    return found
