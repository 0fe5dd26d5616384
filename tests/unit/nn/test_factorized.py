"""The factorisation machine against a loop over all pairs."""

import numpy as np
import pytest
import torch

from twoside.nn.factorized import PIECES, FactorizedNet, pairwise_products


def test_the_products_are_those_of_all_pairs():
    factors = torch.randn(4, 7, 5, generator=torch.Generator().manual_seed(0))
    found = pairwise_products(factors.sum(1), factors.square().sum(1))
    expected = torch.zeros(4, 5)
    for f in range(7):
        for g in range(f + 1, 7):
            expected += factors[:, f] * factors[:, g]
    assert torch.allclose(found, expected, atol=1e-5)


def test_the_first_order_of_a_number_is_a_curve():
    random = torch.Generator().manual_seed(3)
    net = FactorizedNet(1, 1, 2, 1, 2, (4,), 0.0, 0.0, np.array([0], np.int32), random)
    heights = torch.randn(2, PIECES + 1, generator=random)
    with torch.no_grad():
        net.number_vectors.zero_()
        net.curves.copy_(heights[:, :, None])
    x = torch.tensor([[-1.0, 1.0], [0.3, -0.71], [0.125, 0.0]])
    places = np.linspace(-1, 1, PIECES + 1)
    expected = sum(np.interp(x[:, n], places, heights[n]) for n in range(2))
    assert net(torch.zeros(3, 1, dtype=torch.int32), x)[:, 0].tolist() == pytest.approx(expected)


def test_without_a_deep_part_the_logit_is_rendles_equation_one():
    random = torch.Generator().manual_seed(1)
    net = FactorizedNet(6, 2, 3, 1, 4, (8,), 0.0, 0.0, np.array([0, 3], np.int32), random)
    with torch.no_grad():  # the head starts at zero, so the deep part says nothing
        for one in (net.slot_weights, net.bias):
            one.copy_(torch.randn(one.shape, generator=random))
        slopes = torch.randn(3, generator=random)  # curves that are straight lines
        net.curves.copy_(torch.outer(slopes, torch.linspace(-1, 1, PIECES + 1))[:, :, None])
        net.number_vectors.mul_(50)
    slots = torch.tensor([[1, 4]], dtype=torch.int32)
    x = torch.tensor([[0.5, -1.0, 0.2]])
    vectors = [net.slot_vectors[1], net.slot_vectors[4], *(net.number_vectors[f] for f in range(3))]
    factors = [1.0, 1.0, *x[0].tolist()]
    weights = [net.slot_weights[1, 0], net.slot_weights[4, 0], *slopes]
    expected = net.bias[0] + sum(w * a for w, a in zip(weights, factors, strict=True))
    for f in range(5):
        for g in range(f + 1, 5):
            expected = expected + vectors[f].dot(vectors[g]) * factors[f] * factors[g]
    assert net(slots, x)[0, 0].item() == pytest.approx(expected.item(), rel=1e-5)


def test_all_is_forgotten_only_while_learning():
    random = torch.Generator().manual_seed(2)
    unknown = np.array([0], np.int32)
    net = FactorizedNet(3, 1, 1, 1, 2, (4,), 0.0, 1.0, unknown, random)
    with torch.no_grad():
        net.slot_weights.copy_(torch.tensor([[0.0], [1.0], [2.0]]))
    slots, x = torch.tensor([[1], [2]], dtype=torch.int32), torch.zeros(2, 1)
    assert net.train()(slots, x)[:, 0].tolist() == pytest.approx([0, 0], abs=1e-3)
    assert net.eval()(slots, x)[:, 0].tolist() == pytest.approx([1, 2], abs=1e-3)
