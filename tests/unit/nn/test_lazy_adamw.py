"""Lazy AdamW against torch's dense one, and what it leaves alone."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import embedding

from twoside.nn.lazy_adamw import LazyAdamW

ROWS, DIM, RATE = 50, 3, 0.01


def met_at(step: int) -> torch.Tensor:
    """Rows of a step, some twice: row r comes every r + 1 steps or so, so the last are rare."""
    random = torch.Generator().manual_seed(step)
    rows = torch.arange(ROWS)
    met = rows[torch.rand(ROWS, generator=random) < 1 / (1 + rows)]
    return torch.cat([met, met[:1]])


def descended(lazy: bool, steps: int, averaged: int = 1, penalty: float = 0.01) -> torch.Tensor:
    """A table pulled to planted places, by either way."""
    random = torch.Generator().manual_seed(0)
    table = torch.nn.Parameter(torch.randn(ROWS, DIM, generator=random))
    goal = torch.randn(ROWS, DIM, generator=random)
    dense = torch.optim.AdamW([table], lr=RATE, weight_decay=penalty)
    ours = LazyAdamW([table], RATE, penalty, averaged)
    mean = table.detach().clone()
    for step in range(1, steps + 1):
        rows = met_at(step)
        dense.zero_grad(set_to_none=True)
        ours.meet(table, rows)
        (embedding(rows, table, sparse=lazy) - goal[rows]).square().sum().backward()
        (ours if lazy else dense).step()
        mean.lerp_(table.detach(), 1 / min(step, averaged))
    if lazy:
        ours.finish()
    return table.detach() if lazy else mean


@pytest.mark.parametrize("steps", [1, 7, 40, 400])
def test_a_table_met_by_rows_ends_where_dense_adamw_ends(steps: int) -> None:
    dense, lazy = descended(False, steps), descended(True, steps)
    start = descended(False, 0)
    moved = (dense - start).norm()
    assert (lazy - dense).norm() < 0.005 * moved


def test_the_mean_over_the_last_steps_is_that_of_the_dense_loop() -> None:
    last, start = descended(False, 200), descended(False, 0)
    dense, lazy = descended(False, 200, averaged=50), descended(True, 200, averaged=50)
    assert (lazy - dense).norm() < 0.04 * (dense - start).norm()
    assert (lazy - dense).norm() < 0.2 * (dense - last).norm()


def test_a_row_that_is_never_met_only_decays() -> None:
    table = torch.nn.Parameter(torch.ones(4, 2))
    ours = LazyAdamW([table], RATE, 0.5, averaged=1)
    for _ in range(20):
        embedding(torch.tensor([1]), table, sparse=True).sum().backward()
        ours.step()
    ours.finish()
    torch.testing.assert_close(table[0].detach(), torch.full((2,), (1 - RATE * 0.5) ** 20))


def test_a_parameter_with_dense_slopes_is_moved_as_a_whole() -> None:
    found = []
    for lazy in (True, False):
        matrix = torch.nn.Parameter(torch.linspace(-1, 1, 6).reshape(2, 3))
        number = torch.nn.Parameter(torch.tensor([0.5]))
        both = [matrix, number]
        dense = torch.optim.AdamW(both, lr=RATE, weight_decay=0.1)
        ours = LazyAdamW(both, RATE, 0.1, averaged=1)
        for _ in range(30):
            dense.zero_grad(set_to_none=True)
            ((matrix * number).square().sum() + number.exp().sum()).backward()
            (ours if lazy else dense).step()
        if lazy:
            ours.finish()
        found.append(torch.cat([matrix.detach().flatten(), number.detach()]))
    torch.testing.assert_close(found[0], found[1], rtol=1e-4, atol=1e-6)


def test_what_has_no_slope_at_a_step_is_not_lost() -> None:
    table = torch.nn.Parameter(torch.ones(2, 2))
    ours = LazyAdamW([table], RATE, 0.0, averaged=1)
    ours.step()
    ours.finish()
    assert torch.equal(table.detach(), torch.ones(2, 2))
