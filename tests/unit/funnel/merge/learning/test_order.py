"""The order: curves only fall with the place, its slopes are right, and it finds who is right."""

from __future__ import annotations

import numpy as np

from twoside.funnel.merge.learned import Learned, learn_merge
from twoside.funnel.merge.learning.curves import BINS, rank_steps, score_edges, score_steps
from twoside.funnel.merge.learning.order import LEAST, _loss, curves_of, learn_weights
from twoside.funnel.merge.learning.rows import Rows, score_bin, standing
from twoside.funnel.merge.learning.union import merged_union
from twoside.funnel.recall.channel import Recalled
from twoside.metrics.topn import Truth


def lists(seed: int, people: int = 300, size: int = 80) -> tuple[np.ndarray, np.ndarray, Truth]:
    """Two channels; what was right stands often high in the first, anywhere in the second."""
    rng = np.random.default_rng(seed)
    items = np.stack(
        [np.stack([rng.choice(size, 20, replace=False) for _ in range(people)]) for _ in range(2)]
    ).astype(np.int32)
    place = np.minimum(rng.geometric(0.3, people) - 1, 19)
    truth = Truth(np.arange(people + 1), items[0, np.arange(people), place])
    scores = -np.tile(np.arange(20, dtype=np.float32), (2, people, 1))
    return items, scores, truth


def rows_of(items: np.ndarray, scores: np.ndarray, truth: Truth) -> Rows:
    depth = np.full((items.shape[1], 2), 20)
    edges = np.stack([score_edges(part.ravel()) for part in scores])
    return Rows.of(items, scores, depth, edges, truth, np.ones(len(truth.item)), 1)


def test_curves_fall_with_the_place_and_rise_with_the_score() -> None:
    weights = np.random.default_rng(0).uniform(
        0, 1, (3, rank_steps(1).shape[1] + score_steps().shape[1])
    )
    curves = curves_of(weights, rank_steps(500))
    assert (np.diff(curves.place) <= 0).all()
    assert (np.diff(curves.score) >= 0).all()
    assert (curves.place >= 0).all()


def test_bins_are_where_the_edges_say_and_nan_is_the_lowest() -> None:
    edges = score_edges(np.random.default_rng(0).normal(size=1000))
    scores = np.random.default_rng(1).normal(size=200).astype(np.float32)
    expected = np.searchsorted(edges, scores, side="right")
    assert [score_bin(edges, s) for s in scores] == expected.tolist()
    assert score_bin(edges, np.float32(np.nan)) == 0
    assert len(edges) == BINS - 1
    assert score_edges(np.empty(0)).tolist() == [0] * (BINS - 1)


def test_the_slopes_of_the_loss_are_its_differences() -> None:
    rows = rows_of(*lists(0, people=20))
    rng = np.random.default_rng(0)
    place, score = rng.uniform(0.2, 1, 40), rng.uniform(0.2, 1, 2 * BINS)
    parts = rows.start, rows.of_start, rows.place, rows.bin, rows.value, rows.offset
    _, of_place, of_score = _loss(*parts, place, score)
    for curve, slope in ((place, of_place), (score, of_score)):
        for n in (0, 3, 17, 30):
            step = np.zeros(len(curve))
            step[n] = 1e-5
            more = _loss(*parts, *(c + step if c is curve else c for c in (place, score)))[0]
            less = _loss(*parts, *(c - step if c is curve else c for c in (place, score)))[0]
            assert np.isclose((more - less) / 2e-5, slope[n], rtol=1e-3, atol=1e-5)


def test_a_channel_that_is_not_heard_can_be_heard_again() -> None:
    rows = rows_of(*lists(0))
    parts = rows.start, rows.of_start, rows.place, rows.bin, rows.value, rows.offset
    _, of_place, _ = _loss(*parts, np.zeros(40), np.zeros(2 * BINS))
    assert of_place[0] < -10  # to say more of the first place of the good channel would help


def test_few_people_tell_which_channel_to_trust() -> None:
    weights = learn_weights(rows_of(*lists(0, people=30)), 2, 20, None, 100.0)
    assert weights[0].mean() > 3 * weights[1].mean()


def test_the_channel_that_is_right_is_listened_to() -> None:
    rows = rows_of(*lists(0))
    weights = learn_weights(rows, 2, 20, None, 100.0)
    place = curves_of(weights, rank_steps(20)).place
    assert place[0, 0] - place[0, 19] > 3 * (place[1, 0] - place[1, 19])


def test_a_kind_of_nobody_is_everybody_and_of_few_is_near() -> None:
    whole = learn_weights(rows_of(*lists(0)), 2, 20, None, 100.0)
    few = rows_of(*lists(1, people=5))
    items, scores, _ = lists(1, people=5)
    nobody = rows_of(items[:, :0], scores[:, :0], Truth(np.zeros(1, int), np.empty(0, np.int32)))
    assert np.array_equal(learn_weights(nobody, 2, 20, whole, 100.0), whole)
    near = np.abs(learn_weights(few, 2, 20, whole, 1000.0) - whole).max()
    far = np.abs(learn_weights(few, 2, 20, whole, 1.0) - whole).max()
    assert near < 0.05 < far


def by_hand(
    items: np.ndarray,
    scores: np.ndarray,
    budgets: list[int],
    place: np.ndarray,
    score: np.ndarray,
    edges: np.ndarray,
) -> list[int]:
    total: dict[int, float] = {}
    first: dict[int, tuple[int, int]] = {}
    for c, (found, score_of) in enumerate(zip(items, scores, strict=True)):
        inside = (np.arange(len(found)) < budgets[c]) & (found >= 0)
        mean, spread = score_of[inside].mean(dtype=float), score_of[inside].std(dtype=float)
        scores[c] = (score_of - mean) / spread
    for r in range(items.shape[1]):
        for c in range(len(items)):
            j = int(items[c, r])
            if r < budgets[c] and j >= 0:
                b = int(np.searchsorted(edges[c], scores[c, r], side="right"))
                total[j] = total.get(j, 0) + (LEAST + place[c, r] + score[c, b]) ** 2
                first.setdefault(j, (r, c))
    return sorted(total, key=lambda j: (-total[j], first[j]))


def test_a_score_is_taken_by_the_level_of_its_list() -> None:
    items = np.array([[4, 5, 6, -1], [7, 8, 9, 2]], np.int32)
    scores = np.array([[3.0, 2.0, 1.0, 50.0], [8.0, np.nan, 4.0, 100.0]], np.float32)
    found = standing(items, scores, np.array([4, 3]))
    root = np.sqrt(1.5, dtype=np.float32)
    expected = [[root, 0, -root, np.nan], [1, np.nan, -1, np.nan]]
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_scores_all_the_same_say_nothing() -> None:
    items = np.arange(5, dtype=np.int32)[None]
    found = standing(items, np.full((1, 5), 0.1, np.float32), np.array([5]))
    assert found.tolist() == [[0.0] * 5]


def test_lists_of_another_unit_are_merged_alike() -> None:
    items, scores, truth = lists(5, people=400)
    settings = Learned(limit=30, total=80, folds=2, draws=10, least=10)
    factor = np.exp(np.random.default_rng(1).normal(size=(1, 400, 1))).astype(np.float32)
    merged = []
    for told in (scores, 8.0 * factor * scores + 3.0):
        named = {f"c{c}": Recalled(items[c], told[c].astype(np.float32)) for c in range(len(items))}
        merged.append(learn_merge(named, truth, settings=settings).merge(named).items)
    assert (merged[0] == merged[1]).mean() > 0.99  # rounding moves a score over an edge


def test_the_union_is_in_the_order_of_a_few_lines_of_python() -> None:
    items, scores, _ = lists(4, people=10)
    items[1, :, 12:] = -1
    rng = np.random.default_rng(0)
    weights = rng.uniform(0, 1, (2, rank_steps(1).shape[1] + score_steps().shape[1]))
    curves = curves_of(weights, rank_steps(20))
    edges = np.stack([score_edges(part.ravel()) for part in scores])
    budgets = np.array([[15, 20]])
    out, source, rank = merged_union(
        items,
        scores,
        np.zeros(10, np.int64),
        budgets,
        curves.place[None],
        curves.score[None],
        edges,
        40,
        80,
    )
    for p in range(10):
        one = items[:, p], scores[:, p].copy()
        expected = by_hand(*one, [15, 20], curves.place, curves.score, edges)
        n = len(expected)
        assert out[p, :n].tolist() == expected
        assert (out[p, n:] == -1).all()
        assert all(items[source[p, m], p, rank[p, m]] == out[p, m] for m in range(n))


def test_thinned_rows_say_on_average_what_all_say() -> None:
    """What stands deep is thinned: the sum of what rows stand for is the size of the union."""
    rng = np.random.default_rng(0)
    items = np.stack([np.stack([rng.permutation(2000)[:1000] for _ in range(20)])]).astype(np.int32)
    scores = np.zeros(items.shape, np.float32)
    truth = Truth(np.arange(21), items[0, :, 500])
    edges = np.zeros((1, BINS - 1), np.float32)
    rows = Rows.of(items, scores, np.full((20, 1), 1000), edges, truth, np.ones(20), 3)
    assert abs(np.exp(rows.offset).sum() / 20_000 - 1) < 0.05
    assert rows.value.sum() == 20
    assert len(rows.offset) < 20 * 250
