"""Negatives against plain loops, and the log-q correction against the full softmax."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from twoside.errors import ConfigError, DataError
from twoside.nn.losses import sampled_softmax
from twoside.samples.negatives import (
    batch_log_q,
    by_popularity,
    chances,
    corrected,
    down_to_last_positive,
    in_batch,
    not_taken,
    together_log_q,
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


def test_shared_items_are_no_negative_of_who_took_them() -> None:
    rng = np.random.default_rng(5)
    person, item = rng.integers(0, 8, 30), rng.integers(0, 12, 30)
    others = rng.integers(0, 20, 25)
    found = not_taken(person, item, others)
    pairs = set(zip(person.tolist(), item.tolist(), strict=True))
    for i in range(30):
        for j in range(25):
            assert found[i, j] == ((person[i], others[j]) not in pairs)


def test_two_draws_together_give_the_sum_over_all_items() -> None:
    rng = np.random.default_rng(1)
    counts = rng.zipf(1.6, 300).clip(max=5000)
    logits = rng.normal(size=(3, 300)) + 0.3 * np.log(counts)
    whole = np.exp(logits).sum(1)
    even = np.log(50 * chances(counts, 0.0))
    found = []
    for seed in range(400):
        batch = rng.choice(300, 20, p=counts / counts.sum())
        items = np.concatenate([batch, by_popularity(counts, 50, seed, power=0.0).item])
        log_q = together_log_q(batch_log_q(items, counts, 20), even[items])
        found.append(np.exp(corrected(logits[:, items], log_q)).sum(1))
    error = np.std(found, axis=0) / np.sqrt(400)
    assert (np.abs(np.mean(found, 0) - whole) < 3.5 * error).all()


def test_log_q_brings_loss_and_gradient_to_those_of_the_full_softmax() -> None:
    """Likes of a skewed market: the sampled loss is that of all items only when corrected."""
    rng = np.random.default_rng(3)
    items, rows = 400, 256
    counts = rng.zipf(1.5, items).clip(max=20_000)
    share = counts / counts.sum()
    table = torch.tensor(rng.normal(size=(40, items)) + 0.5 * np.log(counts))
    person = rng.integers(0, 40, rows)
    item = rng.choice(items, rows, p=share)
    weight = torch.ones(rows, dtype=torch.float64)

    def of(log_q: bool, draws: int, seed: int) -> tuple[float, np.ndarray]:
        logits = table.clone().requires_grad_()
        drawn = by_popularity(counts, draws, seed, power=1.0)
        others = logits[person][:, drawn.item]
        if log_q:
            others = corrected(others, torch.from_numpy(drawn.log_q))
        allowed = torch.from_numpy(drawn.item[None, :] != item[:, None])
        loss = sampled_softmax(logits[person, item], others, allowed, weight)
        loss.backward()
        return loss.item(), logits.grad.sum(0).numpy()

    logits = table.clone().requires_grad_()
    full = torch.nn.functional.cross_entropy(logits[person], torch.from_numpy(item))
    full.backward()
    slope = logits.grad.sum(0).numpy()
    right, plain = ([of(how, 3000, seed) for seed in range(30)] for how in (True, False))
    loss = [np.mean([one[0] for one in found]) for found in (right, plain)]
    assert abs(loss[0] - full.item()) < 0.02 * full.item()
    assert abs(loss[1] - full.item()) > 0.1 * full.item()
    wrong = [np.linalg.norm(np.mean([g for _, g in found], 0) - slope) for found in (right, plain)]
    assert wrong[0] < 0.1 * np.linalg.norm(slope)
    assert wrong[1] > 5 * wrong[0]
    famous = np.argmax(counts)  # without the correction what is liked by all is pushed down
    assert np.mean([g[famous] for _, g in plain]) > np.mean([g[famous] for _, g in right]) + 0.02
