"""The loss of several heads against its closed form."""

import numpy as np
import pytest
import torch

from twoside.nn.losses import masked_bce


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
