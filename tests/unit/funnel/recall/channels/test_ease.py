"""EASE: against the definition, solved by plain linear algebra."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, market, question

from twoside.errors import ConfigError
from twoside.funnel.recall.channel import RecallData
from twoside.funnel.recall.channels.ease import Ease
from twoside.funnel.recall.neighbours import ItemNeighbours
from twoside.funnel.recall.taste import Taste


def dense(found: ItemNeighbours, size: int) -> np.ndarray:
    weights = np.zeros((size, size))
    for i in range(size):
        rows = slice(found.start[i], found.start[i + 1])
        weights[i, found.item[rows]] = found.near[rows]
    return weights


def some(seed: int = 0, people: int = 40, items: int = 12) -> RecallData:
    rng = np.random.default_rng(seed)
    person = rng.integers(0, people, 200).tolist()
    item = np.minimum(rng.exponential(4, 200), items - 1).astype(int).tolist()
    return likes(person, item, people, items)


def parts(data: RecallData, window: int, fade: float) -> tuple[np.ndarray, ...]:
    """X, S, T by plain loops over every person's order."""
    taste, size = Taste.of(data, 5000), data.items.size
    liked = np.zeros((data.people.size, size))
    liked[taste.person, taste.item] = 1
    before, after = [], []
    for p in range(data.people.size):
        items = taste.item[taste.start[p] : taste.start[p + 1]].tolist()
        for t in range(1, len(items)):
            row = np.zeros((2, size))
            for step, j in enumerate(reversed(items[max(0, t - window) : t])):
                row[0, j] += fade**step
            for step, j in enumerate(items[t : t + window]):
                row[1, j] += fade**step
            before.append(row[0])
            after.append(row[1])
    return liked, np.array(before), np.array(after)


def test_without_order_it_is_the_closed_form_of_the_paper() -> None:
    data = some()
    liked, _, _ = parts(data, 1, 1)
    inverse = np.linalg.inv(liked.T @ liked + 30 * np.eye(12))
    expected = inverse / -np.diag(inverse)
    np.fill_diagonal(expected, 0)
    found = Ease(penalty=30, order=0).fit(data, 0)
    np.testing.assert_allclose(dense(found, 12), expected, atol=1e-5)


def test_with_order_no_other_weights_of_zero_diagonal_are_better() -> None:
    data = some(1)
    liked, before, after = parts(data, 3, 0.5)
    found = Ease(penalty=5, order=2, window=3, fade=0.5).fit(data, 0)
    weights = dense(found, 12)

    def cost(b: np.ndarray) -> float:
        fit = ((liked - liked @ b) ** 2).sum() + 2 * ((after - before @ b) ** 2).sum()
        return float(fit + 5 * (b**2).sum())

    best = cost(weights)
    rng = np.random.default_rng(0)
    for _ in range(200):
        other = weights + 0.01 * rng.normal(size=weights.shape)
        np.fill_diagonal(other, 0)
        assert cost(other) > best


def test_order_tells_what_comes_next() -> None:
    people = [p for p in range(30) for _ in range(3)]
    data = likes(people, [0, 1, 2] * 30, 31, 6)
    weights = dense(Ease(order=5, penalty=1).fit(data, 0), 6)
    assert weights[0, 1] > weights[1, 0]
    assert weights[1, 2] > weights[2, 1]


def test_with_words_an_item_nobody_liked_has_neighbours() -> None:
    data = market()
    alone = data.items.size - 1
    log = data.behaviours.where(data.behaviours.item != alone)
    data = replace(data, behaviours=log)
    plain, with_words = (Ease(words=w).fit(data, 0) for w in (0.0, 5.0))
    assert plain.start[alone + 1] == plain.start[alone]
    assert with_words.start[alone + 1] > with_words.start[alone]


def test_only_the_largest_weights_are_kept_negative_ones_too() -> None:
    data = some()
    whole = dense(Ease(order=0, penalty=3).fit(data, 0), 12)
    few = dense(Ease(order=0, penalty=3, neighbours=4).fit(data, 0), 12)
    for all_of_row, kept in zip(whole, few, strict=True):
        largest = np.argsort(-np.abs(all_of_row), kind="stable")[:4]
        np.testing.assert_array_equal(np.sort(np.flatnonzero(kept)), np.sort(largest))
    assert (whole < 0).any()


def test_beyond_the_most_items_the_least_liked_are_unknown() -> None:
    data = some()
    counts = np.bincount(Taste.of(data, 5000).item, minlength=12)
    found = Ease(most_items=5, order=0).fit(data, 0)
    known = np.flatnonzero(np.diff(found.start))
    assert set(known.tolist()) <= set(np.argsort(-counts, kind="stable")[:5].tolist())


def test_one_person_or_one_item_gives_nothing() -> None:
    one_item = likes([0, 1, 2], [0, 0, 0], 3, 1)
    assert (Ease().fit(one_item, 0).recall(question(one_item), 3).items == -1).all()
    one_person = likes([0], [0], 1, 3)
    assert (Ease().fit(one_person, 0).recall(question(one_person), 3).items == -1).all()


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"penalty": 0.0}, "ease.penalty = 0.0: expected more than 0."),
        ({"window": 0}, "ease.window = 0: expected 1 or more."),
        ({"order": -1.0}, "ease.order = -1.0: expected 0 or more."),
        ({"decay": 2.0}, "ease.decay = 2.0: expected 0 to 1."),
    ],
)
def test_a_bad_setting_is_told(setting: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError) as error:
        Ease(**setting)  # type: ignore[arg-type]
    assert str(error.value) == message
