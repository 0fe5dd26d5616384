"""The net of DeepFM: first order, pairwise products of factors, and a deep part, on one set of
vectors, with one head a target.

Source: Guo et al. 2017, "DeepFM: A Factorization-Machine based Neural Network for CTR
Prediction", IJCAI, eqs. 1 to 4. What we changed: (1) a number enters the products as x_f v_f
and the deep part as x_f itself, so a hundred numbers cost no hundred vectors there; (2) the
pairwise products are kept as a vector (He & Chua 2017, "Neural Factorization Machines", SIGIR,
eq. 4) and each target weighs its parts, for with all weights 1 it is the published sum; (3) the
vectors and the deep part are shared and each target has its own first order and head; (4) the
first order of a number is a curve, straight between even places from -1 to 1, where the published
one is a straight line (Gorishniy et al. 2022, "On Embeddings for Numerical Features in Tabular
Deep Learning", NeurIPS, section 3.1, piecewise linear encoding).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import torch
from torch import nn

from twoside.nn.curves import on_curves

if TYPE_CHECKING:
    import numpy as np


PIECES = 16
"""Straight pieces of a curve."""


def pairwise_products(total: torch.Tensor, squares: torch.Tensor) -> torch.Tensor:
    """Sum over pairs f < g of e_f * e_g, by components (B, d), from the sum of the e_f and the
    sum of their squares: Rendle 2010, "Factorization Machines", ICDM, lemma 3.1."""
    return 0.5 * (total * total - squares)


class FactorizedNet(nn.Module):
    """DeepFM over c category slots and m numbers between -1 and 1, with T heads.

    unknown int32 (c,) is the slot of each column that stands for what is not known; learning
    puts it in place of a share `forget` of the slots.
    """

    unknown: torch.Tensor

    def __init__(
        self,
        slots: int,
        categories: int,
        numbers: int,
        heads: int,
        factors: int,
        layers: tuple[int, ...],
        dropout: float,
        forget: float,
        unknown: np.ndarray,
        random: torch.Generator,
    ) -> None:
        super().__init__()
        self.forget = forget
        self.register_buffer("unknown", torch.from_numpy(unknown), persistent=False)
        self.slot_vectors = nn.Parameter(torch.randn(slots, factors, generator=random) * 0.01)
        self.slot_weights = nn.Parameter(torch.zeros(slots, heads))
        self.number_vectors = nn.Parameter(torch.randn(numbers, factors, generator=random) * 0.01)
        self.curves = nn.Parameter(torch.zeros(numbers, PIECES + 1, heads))
        self.bias = nn.Parameter(torch.zeros(heads))
        self.product_weights = nn.Parameter(torch.ones(factors, heads))
        widths = [categories * factors + numbers, *layers]
        layers_of = [nn.Linear(before, after) for before, after in pairwise(widths)]
        for layer in layers_of:
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=random)
            nn.init.zeros_(layer.bias)
        self.layers = nn.ModuleList(layers_of)
        self.head = nn.Parameter(torch.zeros(widths[-1], heads))
        self.dropout = nn.Dropout(dropout)

    def forward(self, slots: torch.Tensor, numbers: torch.Tensor) -> torch.Tensor:
        """slots int (B, c), numbers float (B, m) -> logits (B, T)."""
        if self.training and self.forget > 0:
            forgotten = torch.rand(slots.shape) < self.forget
            slots = torch.where(forgotten, self.unknown, slots)
        vectors = self.slot_vectors[slots]  # (B, c, d)
        total = vectors.sum(1) + numbers @ self.number_vectors
        squares = vectors.square().sum(1) + numbers.square() @ self.number_vectors.square()
        logits = self.bias + self.slot_weights[slots].sum(1)
        logits = logits + on_curves(numbers, self.curves)
        logits = logits + pairwise_products(total, squares) @ self.product_weights
        hidden = torch.cat([vectors.flatten(1), numbers], 1)
        for layer in self.layers:
            hidden = self.dropout(torch.relu(layer(hidden)))
        return logits + hidden @ self.head
