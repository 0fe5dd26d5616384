"""Derivatives of the loss inside lists against torch's, of the same loss written by others."""

import numpy as np
import pytest
import torch

from twoside.funnel.rank.list_order import Lists
from twoside.nn.losses import within_lists


def some_lists(seed=0, rows=80):
    rng = np.random.default_rng(seed)
    label = (rng.random(rows) < 0.4).astype(np.float32)
    label[rng.random(rows) < 0.2] = np.nan
    weight = rng.choice([1.0, 5.0], rows)
    return rng.normal(size=rows) * 2, label, rng.integers(100, 115, rows), weight


def test_first_derivatives_are_those_of_the_loss():
    score, label, request, weight = some_lists()
    logits = torch.tensor(score[:, None], requires_grad=True)
    loss = within_lists(
        logits, torch.tensor(label[:, None]), torch.tensor(request), torch.tensor(weight)
    )
    loss.backward()
    first, _ = Lists(request).slopes(score, label, weight)
    assert first == pytest.approx(logits.grad[:, 0].numpy() * weight.sum(), abs=1e-6)


def test_second_derivatives_are_differences_of_the_first():
    score, label, request, weight = some_lists(1)
    lists, step = Lists(request), 1e-5
    before, second = lists.slopes(score, label, weight)
    for row in range(len(score)):
        moved = score.copy()
        moved[row] += step
        change = lists.slopes(moved, label, weight)[0][row] - before[row]
        assert second[row] == pytest.approx(change / step, abs=1e-4)


def test_derivatives_of_a_list_sum_to_zero():
    score, label, request, weight = some_lists(2)
    first, _ = Lists(request).slopes(score, label, weight)
    for one in np.unique(request):
        assert first[request == one].sum() == pytest.approx(0, abs=1e-9)
