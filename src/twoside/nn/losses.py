"""Losses of several heads, where some labels are not known yet."""

from __future__ import annotations

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, softplus

_NEVER = -1e9
"""Logit of what is not there: finite, for a mean over nothing but such rows must not be NaN."""


def masked_bce(logits: torch.Tensor, labels: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """Binary cross-entropy, summed over heads: of each head the weighted mean over its rows.

    logits (B, T); labels (B, T) with NaN for not known; weight (B,), or (B, T) where it differs
    between heads. A head without any known label adds nothing.
    """
    known = ~torch.isnan(labels)
    each = binary_cross_entropy_with_logits(
        logits, torch.where(known, labels, 0.0), reduction="none"
    )
    weights = _by_head(weight) * known  # (B, T)
    return ((each * weights).sum(0) / weights.sum(0).clamp_min(1e-9)).sum()


def within_lists(
    logits: torch.Tensor, labels: torch.Tensor, group: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """Order inside a list: the sum over heads and positives, divided by the rows, of
    -log(e^s / (e^s + sum of e^s' over the negatives of the same list)).

    weight (B,) or (B, T): a row counts as so many, as a positive and among the negatives.
    Divided by all, a head counts by how often it happens, as in `masked_bce`: a mean over the few
    positives of a rare head would be loud noise.

    logits (B, T); labels (B, T) with NaN for not known; group int (B,): the list of a row. What
    is the same for a whole list (all that is known of the person) cancels out. Positives in a
    list without a negative add nothing.
    Source: the generative part of Sheng et al. 2023, "Joint Optimization of Ranking and
    Calibration with Contextualized Hybrid Model", KDD, on one logit in place of two, with
    positives against negatives only.
    """
    lists = torch.unique(group, return_inverse=True)[1]
    rows = int(lists.max()) + 1
    weight = _by_head(weight)
    bounded = logits.clamp(-30, 30)
    negatives = logits.new_zeros(rows, logits.shape[1])
    negatives = negatives.index_add(0, lists, torch.where(labels == 0, weight * bounded.exp(), 0.0))
    against = negatives[lists]  # (B, T)
    counts = (labels == 1) & (against > 0)
    each = softplus(torch.log(torch.where(counts, against, 1.0)) - bounded)
    each = torch.where(counts, each * weight, 0.0)
    return (each.sum(0) / weight.sum(0).clamp_min(1e-9)).sum()


def sampled_softmax(
    positive: torch.Tensor, others: torch.Tensor, allowed: torch.Tensor, weight: torch.Tensor
) -> torch.Tensor:
    """The weighted mean of -log(e^s / (e^s + sum of e^s' over the allowed others)).

    positive (B,): logits of what was taken; others (B, k): logits of drawn items, less their
    log-q if the sum over them shall stand for that over all items; allowed bool (B, k): not those
    that the row took itself; weight (B,).
    Source: Bengio & Senecal 2008, "Adaptive Importance Sampling to Accelerate Training of a
    Neural Probabilistic Language Model", IEEE TNN 19(4), section III: the positive enters once as
    itself, so only what is drawn has to be corrected.
    """
    against = torch.logsumexp(others.masked_fill(~allowed, _NEVER), 1)
    return (softplus(against - positive) * weight).sum() / weight.sum().clamp_min(1e-9)


def _by_head(weight: torch.Tensor) -> torch.Tensor:
    """(B, 1) or (B, T)."""
    return weight[:, None] if weight.dim() == 1 else weight
