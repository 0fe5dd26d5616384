"""The loss of several heads against its closed form."""

import numpy as np
import pytest
import torch

from twoside.nn.losses import masked_bce, sampled_softmax, within_lists


def test_the_loss_is_the_sum_over_heads_of_the_weighted_mean_over_known_rows():
    rng = np.random.default_rng(0)
    logits, weight = rng.normal(size=(50, 3)), rng.random(50)
    labels = (rng.random((50, 3)) < 0.4).astype(float)
    labels[rng.random((50, 3)) < 0.3] = np.nan
    chance = 1 / (1 + np.exp(-logits))
    expected = 0.0
    for head in range(3):
        known = ~np.isnan(labels[:, head])
        y, p, w = labels[known, head], chance[known, head], weight[known]
        expected -= np.sum(w * (y * np.log(p) + (1 - y) * np.log(1 - p))) / w.sum()
    found = masked_bce(torch.tensor(logits), torch.tensor(labels), torch.tensor(weight))
    assert found.item() == pytest.approx(expected, rel=1e-9)


def test_a_masked_label_sends_no_slope():
    logits = torch.zeros(2, 1, requires_grad=True)
    masked_bce(logits, torch.tensor([[1.0], [float("nan")]]), torch.ones(2)).backward()
    assert logits.grad[:, 0].tolist() == [-0.5, 0.0]


def test_a_head_without_known_labels_adds_nothing():
    nothing = torch.full((4, 1), float("nan"))
    assert masked_bce(torch.ones(4, 1), nothing, torch.ones(4)).item() == 0


def test_the_loss_within_lists_is_that_of_a_loop_over_positives():
    rng = np.random.default_rng(1)
    logits, group = rng.normal(size=(60, 2)), rng.integers(0, 15, 60)
    labels = (rng.random((60, 2)) < 0.4).astype(float)
    labels[rng.random((60, 2)) < 0.2] = np.nan
    weight = rng.choice([1.0, 5.0], 60)
    expected = 0.0
    for head in range(2):
        found = []
        for row in np.flatnonzero(labels[:, head] == 1):
            against = (group == group[row]) & (labels[:, head] == 0)
            if against.any():
                score = np.exp(logits[row, head])
                others = (weight[against] * np.exp(logits[against, head])).sum()
                found.append(-weight[row] * np.log(score / (score + others)))
        expected += np.sum(found) / weight.sum()
    given = (torch.tensor(one) for one in (logits, labels, group, weight))
    found = within_lists(*given)
    assert found.item() == pytest.approx(expected, rel=1e-6)


def test_what_a_whole_list_shares_does_not_change_its_order():
    logits, group = torch.randn(8, 1), torch.tensor([0, 0, 0, 1, 1, 1, 1, 1])
    labels = torch.tensor([[1.0], [0], [0], [1], [1], [0], [0], [0]])
    shift = torch.tensor([3.0, -2.0])[group][:, None]
    before, after = (
        within_lists(one, labels, group, torch.ones(8)) for one in (logits, logits + shift)
    )
    assert torch.allclose(before, after, atol=1e-5)


def test_a_list_of_one_class_adds_nothing():
    logits = torch.randn(4, 1, requires_grad=True)
    found = within_lists(
        logits, torch.tensor([[1.0], [1], [0], [0]]), torch.tensor([0, 0, 1, 1]), torch.ones(4)
    )
    found.backward()
    assert found.item() == 0
    assert logits.grad.abs().sum().item() == 0


def test_rows_may_count_differently_for_each_head():
    rng = np.random.default_rng(4)
    logits, weight = torch.tensor(rng.normal(size=(40, 2))), torch.tensor(rng.random((40, 2)))
    labels = torch.tensor((rng.random((40, 2)) < 0.4).astype(float))
    group = torch.tensor(np.arange(40) // 8)
    for loss in (
        lambda w, heads: masked_bce(logits[:, heads], labels[:, heads], w),
        lambda w, heads: within_lists(logits[:, heads], labels[:, heads], group, w),
    ):
        alone = sum(loss(weight[:, head], [head]).item() for head in range(2))
        assert loss(weight, [0, 1]).item() == pytest.approx(alone, rel=1e-9)


def test_sampled_softmax_over_all_others_is_the_full_softmax():
    random = torch.Generator().manual_seed(0)
    logits = torch.randn(6, 9, generator=random)
    taken, weight = torch.tensor([0, 3, 8, 2, 2, 5]), torch.tensor([1.0, 2, 1, 0.5, 1, 3])
    positive = logits[torch.arange(6), taken]
    allowed = torch.arange(9)[None, :] != taken[:, None]
    each = torch.nn.functional.cross_entropy(logits, taken, reduction="none")
    found = sampled_softmax(positive, logits, allowed, weight)
    assert found.item() == pytest.approx(((each * weight).sum() / weight.sum()).item(), rel=1e-5)


def test_sampled_softmax_without_any_other_item_is_zero_and_moves_nothing():
    positive = torch.tensor([0.3, -1.0], requires_grad=True)
    allowed = torch.zeros(2, 4, dtype=torch.bool)
    found = sampled_softmax(positive, torch.randn(2, 4), allowed, torch.ones(2))
    found.backward()
    assert found.item() == 0
    assert positive.grad.tolist() == [0, 0]
