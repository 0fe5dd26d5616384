"""MIND's net, against plain loops over the equations."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from twoside.nn.capsules import MindNet, interests_of, squash

DIM, MOST, LAST, ROUNDS = 5, 3, 9, 3


def net() -> MindNet:
    made = MindNet(20, 4, 6, DIM, MOST, LAST, ROUNDS, 0.2, torch.Generator().manual_seed(0))
    with torch.no_grad():
        made.share.copy_(torch.randn(DIM, DIM, generator=torch.Generator().manual_seed(1)))
    return made


def routed(of: MindNet, x: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """v (K', dim) of recent items x (n, dim), one person."""
    share, first, towards = (p.detach().numpy() for p in (of.share, of.first, of.towards))
    most = max(1, min(MOST, int(np.log2(max(len(x), 1)))))
    h = [row @ share for row in x]
    b = [
        [first[i, k] + towards[k] @ h[i] / np.linalg.norm(h[i]) for k in range(most)]
        for i in range(len(x))
    ]
    v = np.zeros((most, DIM))
    for n in range(ROUNDS):
        v = np.zeros((most, DIM))
        for i in range(len(x)):
            part = np.exp(b[i]) / np.exp(b[i]).sum()
            for k in range(most):
                v[k] += part[k] * worth[i] * h[i]
        for k in range(most):
            length = np.linalg.norm(v[k])
            v[k] = length**2 / (1 + length**2) * v[k] / max(length, 1e-9)
        if n + 1 < ROUNDS:
            for i in range(len(x)):
                for k in range(most):
                    b[i][k] += v[k] @ h[i]
    return v


@pytest.mark.parametrize("length", [1, 2, 3, 4, 7, 8, 9])
def test_routing_is_that_of_a_plain_loop(length: int) -> None:
    of, rng = net(), np.random.default_rng(length)
    x = np.zeros((2, LAST, DIM), np.float32)
    worth = np.zeros((2, LAST), np.float32)
    x[:, :length] = rng.normal(size=(2, length, DIM))
    x[:, length:] = 7.0  # what stands where nothing is must not matter
    worth[:, :length] = rng.dirichlet(np.ones(length), 2)
    v, there = of.capsules(torch.from_numpy(x), torch.from_numpy(worth))
    for p in range(2):
        right = routed(of, x[p, :length], worth[p, :length])
        assert int(there[p].sum()) == len(right)
        np.testing.assert_allclose(v[p][there[p]].detach(), right, rtol=1e-4, atol=1e-6)


def test_a_past_of_n_items_has_log_n_interests() -> None:
    found = interests_of(torch.tensor([0, 1, 2, 3, 4, 7, 8, 15, 16, 99]), 4)
    assert found.tolist() == [1, 1, 1, 1, 2, 2, 3, 3, 4, 4]


def test_squash_keeps_the_direction_and_bounds_the_length() -> None:
    v = torch.tensor([[3.0, 4.0], [0.0, 0.0], [0.06, 0.08]])
    length = squash(v).norm(dim=1)
    np.testing.assert_allclose(length, [25 / 26, 0, 0.01 / 1.01], rtol=1e-5)
    np.testing.assert_allclose(squash(v)[0] / length[0], [0.6, 0.8], rtol=1e-5)


def test_each_item_meets_the_nearest_interest_that_is_there() -> None:
    of = net()
    u = torch.nn.functional.normalize(torch.randn(2, MOST, DIM), dim=2)
    there = torch.tensor([[True, True, True], [True, False, False]])
    x, ids = torch.randn(7, DIM), torch.arange(1, 8)
    y = torch.nn.functional.normalize(x, dim=1)
    right = [
        [max(float(u[p, k] @ y[j]) for k in range(n)) for j in range(7)]
        for p, n in ((0, 3), (1, 1))
    ]
    found = of.logits(u, there, x, ids) * 0.2
    np.testing.assert_allclose(found.detach(), right, rtol=1e-4, atol=1e-6)


def test_sharp_attention_is_the_nearest_interest_to_what_was_taken() -> None:
    of = net()
    u = torch.nn.functional.normalize(torch.randn(4, MOST, DIM), dim=2)
    there = torch.ones(4, MOST, dtype=torch.bool)
    there[0, 1:] = False
    taken = torch.randn(4, DIM)
    found = of.attended(u, there, taken, 1e4)[:, 0]
    fit = (u * taken[:, None]).sum(2).masked_fill(~there, -99)
    np.testing.assert_allclose(found.detach(), u[torch.arange(4), fit.argmax(1)], atol=1e-5)
