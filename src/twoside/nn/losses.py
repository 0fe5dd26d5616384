"""Losses of several heads, where some labels are not known yet."""

from __future__ import annotations

import torch
from torch.nn.functional import binary_cross_entropy_with_logits


def masked_bce(logits: torch.Tensor, labels: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy, summed over heads: of each head the weighted mean over its rows.

    logits (B, T); labels (B, T) with NaN for not known; weight (B,). A head without any known
    label adds nothing.
    """
    known = ~torch.isnan(labels)
    each = binary_cross_entropy_with_logits(
        logits, torch.where(known, labels, 0.0), reduction="none"
    )
    weights = weight[:, None] * known  # (B, T)
    return ((each * weights).sum(0) / weights.sum(0).clamp_min(1e-9)).sum()
