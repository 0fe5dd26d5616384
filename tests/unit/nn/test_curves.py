"""Curves against interpolation by NumPy, and their slopes against differences."""

import numpy as np
import pytest
import torch

from twoside.nn.curves import on_curves


def drawn(rows=40, numbers=3, pieces=4, heads=2, seed=0):
    random = torch.Generator().manual_seed(seed)
    x = torch.rand(rows, numbers, generator=random, dtype=torch.float64) * 2 - 1
    curves = torch.randn(numbers, pieces + 1, heads, generator=random, dtype=torch.float64)
    return x, curves


def test_heights_are_those_of_interpolation():
    x, curves = drawn()
    x[0] = torch.tensor([-1.0, 0.0, 1.0])  # on the knots
    knots = np.linspace(-1, 1, curves.shape[1])
    expected = [
        sum(np.interp(x[:, m], knots, curves[m, :, t]) for m in range(x.shape[1]))
        for t in range(curves.shape[2])
    ]
    assert on_curves(x, curves).numpy() == pytest.approx(np.stack(expected, 1))


def test_curves_go_on_straight_outside():
    curves = torch.tensor([[[0.0], [1.0], [3.0]]])
    found = on_curves(torch.tensor([[-2.0], [2.0]]), curves)
    assert found.flatten().tolist() == pytest.approx([-1.0, 5.0])


def test_slopes_are_those_of_differences():
    x, curves = drawn(rows=7)
    assert torch.autograd.gradcheck(lambda c: on_curves(x, c), curves.requires_grad_())
