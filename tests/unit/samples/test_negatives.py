"""Negatives against plain loops, and the log-q correction against the full softmax."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import ConfigError, DataError
from twoside.samples.negatives import (
    batch_log_q,
    by_popularity,
    corrected,
    down_to_last_positive,
    in_batch,
)


@pytest.mark.parametrize("seed", range(5))
def test_rows_down_to_the_last_positive_are_kept(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lists, position = np.repeat(rng.permutation(30), 8), np.tile(np.arange(8), 30)
    order = rng.permutation(240)
    lists, position = lists[order], position[order].astype(np.int16)
    positive = rng.random(240) < 0.1
    kept = down_to_last_positive(lists, position, positive)
    for n in range(240):
        taken = [
            p for r, p, y in zip(lists, position, positive, strict=True) if y and r == lists[n]
        ]
        assert kept[n] == (bool(taken) and position[n] <= max(taken))


def test_without_rows_nothing_is_kept() -> None:
    nothing = np.zeros(0, np.int64)
    assert down_to_last_positive(nothing, nothing, np.zeros(0, bool)).tolist() == []


@pytest.mark.parametrize("power", [0.0, 0.75, 1.0])
def test_items_are_drawn_in_proportion_and_never_without_a_count(power: float) -> None:
    counts = np.array([1, 0, 10, 100, 5])
    drawn = by_popularity(counts, 200_000, seed=1, power=power)
    wanted = np.where(counts > 0, counts.astype(float) ** power, 0)
    wanted /= wanted.sum()
    share = np.bincount(drawn.item, minlength=5) / 200_000
    assert np.abs(share - wanted).max() < 5 * 0.5 / np.sqrt(200_000)
    assert share[1] == 0
    np.testing.assert_allclose(np.exp(drawn.log_q), 200_000 * wanted[drawn.item])
    np.testing.assert_array_equal(
        by_popularity(counts, 50, 1).item, by_popularity(counts, 50, 1).item
    )


def test_the_correction_makes_the_sum_over_drawn_items_that_over_all() -> None:
    rng = np.random.default_rng(0)
    counts = rng.zipf(1.6, 300).clip(max=5000)
    logits = rng.normal(size=(3, 300)) + 0.3 * np.log(counts)  # liked items are often shown
    whole = np.exp(logits).sum(1)
    right, plain = [], []
    for seed in range(400):
        drawn = by_popularity(counts, 50, seed)
        mine = logits[:, drawn.item]
        right.append(np.exp(corrected(mine, drawn.log_q)).sum(1))
        plain.append(np.exp(mine).sum(1) * 300 / 50)
    error = np.std(right, axis=0) / np.sqrt(400)
    assert (np.abs(np.mean(right, 0) - whole) < 3.5 * error).all()
    assert (np.mean(plain, 0) - whole > 10 * error).all()


@pytest.mark.parametrize("seed", range(3))
def test_a_pair_that_is_positive_in_the_batch_is_no_negative(seed: int) -> None:
    rng = np.random.default_rng(seed)
    person, item = rng.integers(0, 8, 40), rng.integers(0, 10, 40)
    found = in_batch(person.astype(np.int32), item.astype(np.int32))
    pairs = set(zip(person.tolist(), item.tolist(), strict=True))
    for i in range(40):
        for j in range(40):
            assert found[i, j] == ((person[i], item[j]) not in pairs)


def test_the_log_q_of_a_batch_is_how_often_an_item_is_met_in_one() -> None:
    counts = np.array([50, 30, 20])
    rng = np.random.default_rng(0)
    batches = rng.choice(3, (20_000, 16), p=counts / 100)
    met = np.array([(batches == item).sum(1).mean() for item in range(3)])
    wanted = np.exp(batch_log_q(np.array([0, 1, 2] + [0] * 13), counts))[:3]
    np.testing.assert_allclose(met, wanted, rtol=0.02)


def test_no_negatives_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"^negatives: k = 0: expected 1 or more\.$"):
        by_popularity(np.ones(3), 0, 0)
    with pytest.raises(DataError, match=r"no item occurs in these days\. Take more days"):
        by_popularity(np.zeros(3), 5, 0)
