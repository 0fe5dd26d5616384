"""Piecewise linear curves of numbers, as a torch function whose kernels run without torch.

A bag of two embeddings a number says the same, but its backward pass sorts all their places and
takes most of a training step; here both passes are one loop over rows and numbers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numba import njit


def on_curves(numbers: torch.Tensor, curves: torch.Tensor) -> torch.Tensor:
    """Heights of curves: numbers float (B, m), curves float (m, pieces + 1, T) -> (B, T).

    A curve is straight between `pieces + 1` heights at even places from -1 to 1, and goes on
    straight outside: heights(b, t) = sum over numbers m of the curve of (m, t) at x(b, m).
    Source: Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular Deep
    Learning", NeurIPS, section 3.1.
    """
    heights: torch.Tensor = _Curves.apply(numbers, curves)  # type: ignore[no-untyped-call]
    return heights


class _Curves(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, numbers: torch.Tensor, curves: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(numbers)
        ctx.size = curves.shape
        heights = curves.new_zeros(len(numbers), curves.shape[2])
        _follow(numbers.numpy(), curves.detach().numpy(), heights.numpy())
        return heights

    @staticmethod
    def backward(ctx: Any, slope: torch.Tensor) -> tuple[None, torch.Tensor]:  # type: ignore[override]
        """Slopes by the heights of the curves; the numbers are inputs and need none."""
        (numbers,) = ctx.saved_tensors
        by_curves = slope.new_zeros(ctx.size)
        _spread(numbers.numpy(), slope.contiguous().numpy(), by_curves.numpy())
        return None, by_curves


@njit(cache=True, nogil=True)
def _place(number: float, pieces: int) -> tuple[int, float]:
    """The piece that a number lies on, and how far along it; outside, beyond its end."""
    at = (number + 1) * (pieces / 2)
    piece = min(max(int(np.floor(at)), 0), pieces - 1)
    return piece, at - piece


@njit(cache=True, nogil=True)
def _follow(numbers: np.ndarray, curves: np.ndarray, heights: np.ndarray) -> None:
    pieces = curves.shape[1] - 1
    for row in range(numbers.shape[0]):
        for column in range(numbers.shape[1]):
            piece, share = _place(numbers[row, column], pieces)
            for head in range(heights.shape[1]):
                left, right = curves[column, piece, head], curves[column, piece + 1, head]
                heights[row, head] += left + share * (right - left)


@njit(cache=True, nogil=True)
def _spread(numbers: np.ndarray, slope: np.ndarray, by_curves: np.ndarray) -> None:
    pieces = by_curves.shape[1] - 1
    for row in range(numbers.shape[0]):
        for column in range(numbers.shape[1]):
            piece, share = _place(numbers[row, column], pieces)
            for head in range(slope.shape[1]):
                by_curves[column, piece, head] += (1 - share) * slope[row, head]
                by_curves[column, piece + 1, head] += share * slope[row, head]
