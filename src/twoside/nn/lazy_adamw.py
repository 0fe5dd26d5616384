"""AdamW of tables of which a step meets few rows: the others are moved when they are met again.

Dense AdamW moves every row at every step, so a step grows with the table. But what it does to a
row without a slope is known beforehand: with g = 0 the moments fade, the row goes on along the
old one, and decays. k such steps after step s are made at once, before the next slope:

    x  <-  (1 - rate penalty)^k (x  -  rate m / sqrt(v) * sum over j = 1..k of
           (b1 / sqrt(b2))^j sqrt(1 - b2^(s+j)) / (1 - b1^(s+j))),   m <- b1^k m,   v <- b2^k v

and the running mean of the parameters (`nn/fit_loop.py`) likewise, as if the row had come to rest.
So it is AdamW in all but rounding and the order of decay and move within a gap, and a step costs
what it meets.
Source: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", ICLR, algorithm 2; the
mean: Polyak & Juditsky 1992, "Acceleration of Stochastic Approximation by Averaging". What we
changed: the gaps; lazy Adams elsewhere leave the moments as they were, so that what is met seldom
moves too little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterable

_B1, _B2, _TINY = 0.9, 0.999, 1e-8
_REST = 64
"""Steps after which a row without slopes stands still: 0.9^64 is a thousandth."""


class LazyAdamW:
    """Moves parameters by their slopes: those with sparse ones by rows, others as a whole.

    Call `meet` for the rows that a forward pass is going to read, `step` after each backward pass,
    and `finish` at the end, which leaves the running mean over the last `averaged` steps in the
    parameters (1: what they came to last).
    """

    def __init__(
        self,
        parameters: Iterable[torch.nn.Parameter],
        learning_rate: float,
        penalty: float,
        averaged: int,
    ) -> None:
        self._tables = {id(parameter): _Table(parameter) for parameter in parameters}
        self._how = learning_rate, penalty, averaged
        self._steps = 0

    def meet(self, parameter: torch.nn.Parameter, rows: torch.Tensor) -> None:
        """Rows int64 (n,) of a table as they are now."""
        _meet(rows.numpy(), self._tables[id(parameter)].state, self._steps, self._how)

    def step(self) -> None:
        """Move what has a slope, and forget the slopes."""
        self._steps += 1
        for table in self._tables.values():
            rows, slope = table.slopes()
            _move(rows, slope, table.state, self._steps, self._how)

    def finish(self) -> None:
        """All rows as they are now, and the mean in their place."""
        for table in self._tables.values():
            _rest(table.state, self._steps, self._how)


class _Table:
    """A parameter as rows, what is remembered of each, and the step each stands at."""

    def __init__(self, parameter: torch.nn.Parameter) -> None:
        self._parameter = parameter
        value = parameter.detach().numpy()
        value = value[:, None] if value.ndim == 1 else value
        first, second, mean = (np.zeros_like(value) for _ in range(3))
        self.state = value, first, second, mean, np.zeros(len(value), np.int64)

    def slopes(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows int64 (n,), each once, and slopes float32 (n, columns)."""
        slope, columns = self._parameter.grad, self.state[0].shape[1]
        self._parameter.grad = None
        if slope is None:
            return np.empty(0, np.int64), np.empty((0, columns), np.float32)
        if not slope.is_sparse:
            return np.arange(len(slope)), slope.numpy().reshape(len(slope), columns)
        slope = slope.coalesce()
        rows = slope.indices()[0].numpy()
        return rows, slope.values().numpy().reshape(len(rows), columns)


@njit(cache=True, nogil=True)
def _meet(rows, state, until, how):  # type: ignore[no-untyped-def]
    for n in range(len(rows)):
        _catch_up(rows[n], state, until, how)


@njit(cache=True, nogil=True)
def _move(rows, slope, state, step, how):  # type: ignore[no-untyped-def]
    value, first, second, mean, met = state
    rate, penalty, averaged = how
    at_first, at_second = np.float32(1 - _B1**step), np.float32(1 - _B2**step)
    kept, rate = np.float32(1 - rate * penalty), np.float32(rate)
    share = np.float32(1 / min(step, averaged))
    for n in range(len(rows)):
        r = rows[n]
        _catch_up(r, state, step - 1, how)
        met[r] = step
        for c in range(value.shape[1]):
            g = slope[n, c]
            m = np.float32(_B1) * first[r, c] + np.float32(1 - _B1) * g
            v = np.float32(_B2) * second[r, c] + np.float32(1 - _B2) * g * g
            first[r, c], second[r, c] = m, v
            size = np.sqrt(v / at_second) + np.float32(_TINY)
            value[r, c] = kept * value[r, c] - rate * (m / at_first) / size
            mean[r, c] += share * (value[r, c] - mean[r, c])


@njit(cache=True, nogil=True)
def _rest(state, until, how):  # type: ignore[no-untyped-def]
    for r in range(len(state[0])):
        _catch_up(r, state, until, how)
        state[0][r] = state[3][r]


@njit(cache=True, nogil=True)
def _catch_up(r, state, until, how):  # type: ignore[no-untyped-def]
    """What the steps `met[r] + 1` to `until` did to row r, in which it had no slope."""
    value, first, second, mean, met = state
    rate, penalty, averaged = how
    before, gap = met[r], until - met[r]
    if gap <= 0:
        return
    met[r] = until
    kept = np.float32((1 - rate * penalty) ** gap)
    if not before:  # no moments yet, and its mean is where it stands
        for c in range(value.shape[1]):
            value[r, c] *= kept
            mean[r, c] = value[r, c]
        return
    far = np.float32(rate * _way(before, min(gap, _REST)))
    faded, less = np.float32(_B1**gap), np.float32(_B2**gap)
    late = max(until - max(before, averaged), 0)
    old = np.float32(min(before, averaged) / min(until, averaged) * (1 - 1 / averaged) ** late)
    for c in range(value.shape[1]):
        size = np.sqrt(second[r, c]) + np.float32(_TINY)
        value[r, c] = kept * (value[r, c] - far * first[r, c] / size)
        mean[r, c] = value[r, c] + old * (mean[r, c] - value[r, c])
        first[r, c] *= faded
        second[r, c] *= less


@njit(cache=True, nogil=True)
def _way(before, gap):  # type: ignore[no-untyped-def]
    """The sum over j of (b1 / sqrt(b2))^j sqrt(1 - b2^(before + j)) / (1 - b1^(before + j))."""
    b1, b2, fade, total = _B1**before, _B2**before, 1.0, 0.0
    for _ in range(gap):
        b1 *= _B1
        b2 *= _B2
        fade *= _B1 / np.sqrt(_B2)
        total += fade * np.sqrt(1 - b2) / (1 - b1)
    return total
