"""Maximal marginal relevance against the greedy definition in plain Python."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import ConfigError
from twoside.funnel.rerank.diversity import Diversity
from twoside.schema.entities import Codes, EntityTable
from twoside.schema.request import Candidates


def shop(seed: int, size: int = 80) -> EntityTable:
    rng = np.random.default_rng(seed)
    length = rng.integers(0, 4, size)
    values = np.concatenate([rng.choice(5, n, replace=False) for n in length]).astype(np.int32)
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    columns = {
        "maker": rng.integers(-1, 6, size).astype(np.int32),
        "kind": rng.integers(0, 3, size).astype(np.int32),
    }
    return EntityTable("product", size, columns, {"tags": Codes(values, start)})


def candidates(seed: int, n: int = 50) -> Candidates:
    rng = np.random.default_rng(seed)
    scores = np.sort(rng.random(n))[::-1].astype(np.float32)
    return Candidates(rng.permutation(80)[:n].astype(np.int32), scores)


def like(items: EntityTable, a: int, b: int, weights: dict[str, float]) -> float:
    total = 0.0
    for name, weight in weights.items():
        if name in items.lists:
            lists = items.lists[name]
            x, y = (set(lists.values[lists.start[i] : lists.start[i + 1]].tolist()) for i in (a, b))
            total += weight * len(x & y) / len(x | y) if x | y else 0.0
        else:
            code = items.columns[name]
            total += weight * float(code[a] >= 0 and code[a] == code[b])
    return total / sum(weights.values())


@pytest.mark.parametrize("relevance", [0.0, 0.5, 0.9])
def test_the_order_is_the_greedy_one(relevance: float) -> None:
    items, weights = shop(1), {"maker": 2.0, "tags": 1.5, "kind": 0.5}
    for seed in range(5):
        given = candidates(seed)
        out = Diversity(relevance, weights, among=30).order(given, items, 12)
        scores = (given.scores[:30] - given.scores[29]) / (given.scores[0] - given.scores[29])
        left, chosen = list(range(30)), []
        while len(chosen) < 12:
            value = [
                relevance * float(scores[i])
                - (1 - relevance)
                * max(
                    (like(items, given.items[i], given.items[j], weights) for j in chosen),
                    default=0.0,
                )
                for i in left
            ]
            chosen.append(left.pop(int(np.argmax(np.round(value, 9)))))
        assert out.items[:12].tolist() == given.items[chosen].tolist()


def test_nothing_is_lost_and_the_rest_keeps_its_order() -> None:
    given = candidates(0)
    out = Diversity(0.5, {"maker": 1.0}, among=20).order(given, shop(1), 5)
    assert sorted(out.items.tolist()) == sorted(given.items.tolist())
    rest = [i for i in given.items.tolist() if i not in out.items[:5].tolist()]
    assert out.items[5:].tolist() == rest
    place = dict(zip(given.items.tolist(), given.scores, strict=True))
    assert all(place[i] == s for i, s in zip(out.items.tolist(), out.scores, strict=True))


def test_relevance_one_and_no_columns_leave_the_order() -> None:
    given = candidates(0)
    for way in (Diversity(1.0, {"maker": 1.0}), Diversity(0.5)):
        assert way.order(given, shop(1), 10).items.tolist() == given.items.tolist()


def test_few_or_no_candidates_are_fine() -> None:
    way = Diversity(0.5, {"maker": 1.0})
    assert len(way.order(Candidates.empty(), shop(1), 10)) == 0
    assert len(way.order(candidates(0, 3), shop(1), 10)) == 3


def test_a_misspelt_column_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"product has no column 'makr'. Did you mean 'maker'"):
        Diversity(0.5, {"makr": 1.0}).order(candidates(0), shop(1), 10)
