"""Vector search: exact against brute force, cells against exact, and every error's text."""

from __future__ import annotations

import builtins
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from twoside.errors import ConfigError, DataError, MissingExtra
from twoside.index.cells import CellIndex
from twoside.index.exact import WIDTH, ExactIndex
from twoside.index.vectors import Barred, Index, Metric, VectorIndex, normal
from twoside.schema.artefact import Packed

DIM = 10
KINDS = pytest.mark.parametrize("exact_below", [10**9, 0], ids=["exact", "cells"])


def some(n: int, seed: int = 0, dim: int = DIM) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)


def whole(n: int, seed: int = 0) -> np.ndarray:
    """Small whole numbers: products are exact in every order, and many are equal."""
    return np.random.default_rng(seed).integers(-1, 2, (n, DIM)).astype(np.float32)


def by_sorting(
    rows: np.ndarray,
    vectors: np.ndarray,
    query: np.ndarray,
    k: int,
    may: Callable[[int], bool] = lambda row: True,
) -> tuple[list[int], list[float]]:
    scored = [(-float(v @ query), int(r)) for r, v in zip(rows, vectors, strict=True) if may(r)]
    best = sorted(scored)[:k]
    return [r for _, r in best], [-s for s, _ in best]


def short(found: np.ndarray, scores: np.ndarray) -> tuple[list[int], list[float]]:
    n = int((found >= 0).sum())
    assert (found[n:] == -1).all()
    assert (scores[n:] == 0).all()
    return found[:n].tolist(), scores[:n].tolist()


@pytest.mark.parametrize("share", [1.0, 0.6, 0.05])
@pytest.mark.parametrize("n", [1, WIDTH, 3 * WIDTH + 5])
def test_exact_is_brute_force_with_ties_by_the_lower_row(n: int, share: float) -> None:
    rng = np.random.default_rng(n)
    rows = rng.permutation(5 * n)[:n].astype(np.int32)
    vectors, queries = whole(n, 1), whole(20, 2)
    allowed = rng.random(4 * n) < share  # rows beyond its end may not be found
    barred: Barred = (np.arange(0, 61, 3), rng.choice(rows, 60).astype(np.int32))
    index = VectorIndex(exact_below=n + 1).build(rows, vectors)
    found, scores = index.search(queries, 30, allowed, barred)
    plain = index.search(queries, 30)
    for i, query in enumerate(queries):
        never = set(barred[1][barred[0][i] : barred[0][i + 1]].tolist())

        def may(row: int, never: set[int] = never) -> bool:
            return row < len(allowed) and bool(allowed[row]) and row not in never

        assert short(found[i], scores[i]) == by_sorting(rows, vectors, query, 30, may)
        assert short(plain[0][i], plain[1][i]) == by_sorting(rows, vectors, query, 30)


def test_a_query_that_may_not_get_its_best_rows_gets_the_next() -> None:
    rows, vectors, queries = np.arange(700), some(700), some(3, 1)
    index = VectorIndex().build(rows, vectors)
    every, _ = index.search(queries, 700)
    best = (np.array([0, 300, 300, 1000]), np.concatenate([every[0, :300], every[2]]))
    found, scores = index.search(queries, 5, barred=best)
    assert found.tolist() == [every[0, 300:305].tolist(), every[1, :5].tolist(), [-1] * 5]
    assert (scores[2] == 0).all()


def test_the_cosine_does_not_know_lengths_and_a_zero_is_near_nothing() -> None:
    vectors = some(50)
    vectors[7] = 0
    factor = np.geomspace(1e-30, 1e30, 50)[:, None].astype(np.float32)
    settings = VectorIndex("cosine")
    one, two = (settings.build(np.arange(50), v) for v in (vectors, vectors * factor))
    queries = some(5, 1)
    found, scores = one.search(queries, 50)
    np.testing.assert_allclose(scores, two.search(queries * 9, 50)[1], atol=1e-6)
    expected = np.sort(normal(queries) @ normal(vectors).T)[:, ::-1]
    np.testing.assert_allclose(scores, expected, atol=1e-6)
    assert (scores[found == 7] == 0).all()
    assert one.search(np.zeros((1, DIM)), 3)[0].tolist() == [[0, 1, 2]]


@pytest.fixture(scope="module")
def made() -> tuple[np.ndarray, np.ndarray]:
    """Vectors in 60 clusters of unequal size and length, and queries near them."""
    rng = np.random.default_rng(0)
    centre = rng.normal(size=(60, 32))
    of = np.minimum(rng.exponential(15, 12_000).astype(int), 59)
    vectors = centre[of] + rng.normal(size=(12_000, 32))
    queries = centre[rng.choice(of, 40)] + rng.normal(size=(40, 32))
    length = rng.lognormal(0, 0.2, (12_000, 1))
    return (vectors * length).astype(np.float32), queries.astype(np.float32)


@pytest.fixture(scope="module", params=["inner", "cosine"])
def both(
    request: pytest.FixtureRequest, made: tuple[np.ndarray, np.ndarray]
) -> tuple[Index, Index, np.ndarray]:
    metric: Metric = request.param
    vectors, queries = made
    exact = VectorIndex(metric).build(np.arange(12_000), vectors)
    cells = VectorIndex(metric, exact_below=12_000).build(np.arange(12_000), vectors)
    assert isinstance(exact, ExactIndex)
    assert isinstance(cells, CellIndex)
    return exact, cells, queries


@pytest.mark.parametrize("share", [1, 0.5, 0.1, 0.01])
def test_cells_find_what_exact_finds(both: tuple[Index, Index, np.ndarray], share: float) -> None:
    exact, cells, queries = both
    allowed = np.random.default_rng(1).random(12_000) < share
    right, top = exact.search(queries, 100, allowed)
    found, scores = cells.search(queries, 100, allowed)
    recall = [np.isin(r, f).mean() for r, f in zip(right, found, strict=True)]
    assert np.mean(recall) > 0.95
    assert allowed[found].all()
    assert (np.diff(scores) <= 0).all()
    np.testing.assert_allclose(scores[:, 0], top[:, 0], rtol=0.02)


def test_cells_find_all_allowed_rows_of_a_far_group(both: tuple[Index, Index, np.ndarray]) -> None:
    exact, cells, queries = both
    last = exact.search(queries[:1], 12_000)[0][0, -30:]  # the farthest from the first query
    allowed = np.zeros(12_000, bool)
    allowed[last] = True
    found, scores = cells.search(queries, 50, allowed)
    assert (np.sort(found[:, :30]) == np.sort(last)).all()
    assert (found[:, 30:] == -1).all()
    assert (scores[:, 30:] == 0).all()
    barred: Barred = (np.arange(0, 401, 10), np.tile(last[:10], 40).astype(np.int32))
    found = cells.search(queries, 20, allowed, barred)[0]
    assert (np.sort(found) == np.sort(last[10:])).all()


def test_a_batch_is_each_alone_and_a_shorter_answer_the_head_of_a_longer_one(
    both: tuple[Index, Index, np.ndarray],
) -> None:
    allowed = np.random.default_rng(1).random(12_000) < 0.3
    for index in both[:2]:
        found, scores = index.search(both[2], 200, allowed)
        for i in range(0, 40, 7):
            alone = index.search(both[2][i : i + 1], 200, allowed)
            assert np.array_equal(alone[0][0], found[i])
            assert np.array_equal(alone[1][0], scores[i])
        head = index.search(both[2], 9, allowed)
        assert np.array_equal(head[0], found[:, :9])
        assert np.array_equal(head[1], scores[:, :9])
        assert index.search(both[2], 0)[0].shape == (40, 0)


@KINDS
def test_a_packed_index_answers_as_before(exact_below: int) -> None:
    settings = VectorIndex("cosine", exact_below)
    index = settings.build(np.arange(300) * 2, some(300), seed=3)
    packed = index.pack()
    stored = Packed(json.loads(json.dumps(dict(packed.meta))), dict(packed.arrays))
    again = VectorIndex().unpack(stored)
    queries = some(9, 5)
    for before, after in zip(index.search(queries, 20), again.search(queries, 20), strict=True):
        assert np.array_equal(before, after)
    assert all(isinstance(array, np.ndarray) for array in packed.arrays.values())
    more = again.add(np.array([1]), some(1, 9)).remove(np.array([1]))
    assert np.array_equal(more.search(queries, 20)[0], index.search(queries, 20)[0])


@pytest.mark.parametrize("metric", ["inner", "cosine"])
def test_exact_after_adding_and_removing_is_exact_built_anew(metric: Metric) -> None:
    settings, vectors = VectorIndex(metric), some(300)
    rows = np.random.default_rng(0).permutation(300)
    index = settings.build(rows[:200], vectors[rows[:200]])
    changed = index.add(rows[200:], vectors[rows[200:]]).remove(rows[50:80])
    left = np.r_[rows[:50], rows[80:]]
    anew = settings.build(left, vectors[left])
    assert isinstance(changed, ExactIndex)
    assert isinstance(anew, ExactIndex)
    assert np.array_equal(changed.rows, anew.rows)
    np.testing.assert_allclose(changed.tiles, anew.tiles, rtol=0, atol=1e-7)
    assert np.array_equal(changed.search(some(9), 300)[0], anew.search(some(9), 300)[0])
    assert len(index.rows) == 200  # an index never changes


def test_cells_after_adding_and_removing_have_what_is_there(
    both: tuple[Index, Index, np.ndarray],
) -> None:
    exact, cells, queries = both
    odd = np.arange(1, 12_000, 2)
    fewer = cells.remove(odd)
    assert np.array_equal(np.sort(fewer.search(queries, 6000)[0][3]), np.arange(0, 12_000, 2))
    assert isinstance(exact, ExactIndex)
    again = fewer.add(odd, exact.vectors[odd])
    assert np.array_equal(again.rows, cells.rows)
    for before, after in zip(cells.search(queries, 50), again.search(queries, 50), strict=True):
        np.testing.assert_allclose(before, after, rtol=1e-5)


@KINDS
def test_one_row_equal_rows_and_more_asked_than_there_are(exact_below: int) -> None:
    settings = VectorIndex(exact_below=exact_below)
    one = settings.build(np.array([4]), np.ones((1, DIM), np.float32))
    found, scores = one.search(np.ones((1, DIM)), 3)
    assert found.tolist() == [[4, -1, -1]]
    np.testing.assert_allclose(scores, [[DIM, 0, 0]])
    alike = settings.build(np.arange(9)[::-1], np.ones((9, DIM), np.float32))
    assert alike.search(np.ones((1, DIM)), 12)[0].tolist() == [[*range(9), -1, -1, -1]]
    assert (one.remove(np.array([4])).search(np.ones((1, DIM)), 2)[0] == -1).all()


def test_an_empty_index_finds_nothing_and_may_be_filled() -> None:
    empty = VectorIndex().build(np.empty(0, np.int32), np.empty((0, DIM), np.float32))
    assert (empty.search(some(2), 4)[0] == -1).all()
    assert empty.search(some(0), 4)[0].shape == (0, 4)
    assert empty.add(np.array([3]), some(1)).search(some(1), 1)[0].tolist() == [[3]]
    assert (VectorIndex().build(np.arange(3), some(3)).search(some(1), 2, np.zeros(0))[0] < 0).all()


@KINDS
def test_errors_say_what_is_wrong(exact_below: int) -> None:
    settings = VectorIndex(exact_below=exact_below)
    index = settings.build(np.arange(40), some(40))
    holed = some(3)
    holed[1, 2] = np.nan
    wrong: list[tuple[Callable[[], Any], str]] = [
        (lambda: index.search(some(2, dim=4), 3), r"shape \(2, 4\): expected \(n, 10\)"),
        (lambda: index.search(holed, 3), "query 1 holds NaN or infinity"),
        (lambda: index.search(some(1), -1), "k = -1: expected 0 or more"),
        (lambda: settings.build(np.arange(3), holed), "first of row 1. Leave these rows out"),
        (lambda: settings.build(np.arange(2), some(3)), r"shape \(2,\), vectors \(3, 10\)"),
        (lambda: settings.build(np.array([5, 5, 1]), some(3)), "row 5 is there more than once"),
        (lambda: settings.build(np.array([-2, 1]), some(2)), "row -2: expected 0 or more"),
        (lambda: index.add(np.array([7]), some(1)), "row 7 is there more than once"),
        (lambda: index.add(np.array([99]), some(1, dim=4)), r"shape \(1, 4\): expected \(n, 10\)"),
        (lambda: index.remove(np.array([3, 77])), "row 77 is not there"),
        (lambda: index.remove(np.array([3, 3])), "named more than once"),
        (lambda: index.add(np.array([99]), holed[1:2]), "NaN or infinity, the first of row 99"),
        (
            lambda: index.search(some(2), 3, barred=(np.zeros(2, int), np.zeros(0, np.int32))),
            r"barred.start has shape \(2,\): expected \(3,\), for 2 queries",
        ),
    ]
    for call, message in wrong:
        with pytest.raises(DataError, match=message):
            call()


@KINDS
def test_a_stored_index_of_another_shape_is_refused(exact_below: int) -> None:
    packed = VectorIndex(exact_below=exact_below).build(np.arange(300), some(300)).pack()
    short = Packed(packed.meta, {**packed.arrays, "rows": packed.arrays["rows"][:-3]})
    with pytest.raises(DataError, match=r"rows .*\(297,\), vectors|300 vectors .* 297 rows"):
        VectorIndex().unpack(short)


def test_an_index_answers_queries_of_its_own_size_after_it_was_stored() -> None:
    again = VectorIndex().unpack(VectorIndex().build(np.arange(20), some(20)).pack())
    with pytest.raises(DataError, match=r"shape \(2, 7\): expected \(n, 10\)"):
        again.search(some(2, dim=7), 3)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"metric": "l2"}, "index.metric = 'l2': expected 'inner' or 'cosine'."),
        ({"probes": 0}, "index.probes = 0: expected 1 or more."),
        ({"lists": -1}, "index.lists = -1: expected 0 or more."),
    ],
)
def test_settings_are_checked(setting: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        VectorIndex(**setting)


def test_without_faiss_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    found = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "faiss":
            raise ModuleNotFoundError("No module named 'faiss'", name="faiss")
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    VectorIndex().build(np.arange(9), some(9))
    with pytest.raises(MissingExtra, match=r"pip install 'twoside\[recall\]'"):
        VectorIndex(exact_below=5).build(np.arange(9), some(9))
