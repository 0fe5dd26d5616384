"""Negatives: which pairs teach what is not wanted.

    exposed                shown and not taken: all rows of the lists (the default)
    down_to_last_positive  of those only the ones that were surely looked at
    by_popularity          for recall: items drawn by how often they occur
    in_batch               for recall: the other rows' items, without accidental hits
    not_taken              the same for any items that the rows of a batch share

Sampled negatives of a softmax need the log-q correction: an item that is drawn often is pushed
down often. Source: Yi et al. 2019, "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item
Recommendations", RecSys: logit - log(q), with q the expected number of times an item is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

from twoside.errors import ConfigError, DataError

if TYPE_CHECKING:
    import torch

Values = TypeVar("Values", np.ndarray, "torch.Tensor")

Negatives = Literal["exposed", "skip_above"]


def down_to_last_positive(
    request_id: np.ndarray, position: np.ndarray, positive: np.ndarray
) -> np.ndarray:
    """bool (n,): is the row at or above the last positive of its list? Lists without a positive
    have no such row. `request_id`, `position` int (n,), `positive` bool (n,).

    Who took something had seen what stands above it; what stands below may never have been seen.
    Source: Joachims 2002, "Optimizing Search Engines using Clickthrough Data", KDD ("click > skip
    above").
    """
    lists = np.unique(request_id, return_inverse=True)[1]
    last = np.full(len(lists), -1, np.int64)
    np.maximum.at(last, lists[positive], position[positive].astype(np.int64))
    kept: np.ndarray = position <= last[lists]
    return kept


@dataclass(frozen=True)
class Drawn:
    """Negatives that all rows of a batch share."""

    item: np.ndarray
    """int32 (k,)"""
    log_q: np.ndarray
    """float64 (k,): log of the expected number of times that the item is among the k"""


def by_popularity(counts: np.ndarray, k: int, seed: int, power: float = 0.75) -> Drawn:
    """k items, drawn with replacement in proportion to counts ** power (items without a count
    never). `counts` (items,) is how often each occurs.

    The power is that of Mikolov et al. 2013, "Distributed Representations of Words and Phrases
    and their Compositionality", NIPS; 1 draws by popularity itself, 0 evenly.
    """
    if k < 1:
        raise ConfigError(f"negatives: k = {k}: expected 1 or more.")
    chance = chances(counts, power)
    item = np.random.default_rng(seed).choice(len(chance), k, p=chance)
    return Drawn(item.astype(np.int32), np.log(k * chance[item]))


def chances(counts: np.ndarray, power: float = 1.0) -> np.ndarray:
    """float64 (items,): the chance of each in one draw in proportion to counts ** power."""
    weight = np.where(counts > 0, np.maximum(counts, 1e-300).astype(np.float64) ** power, 0.0)
    if not weight.sum() > 0:
        raise DataError("negatives: no item occurs in these days. Take more days.")
    return np.asarray(weight / weight.sum(), np.float64)


def in_batch(person: np.ndarray, item: np.ndarray) -> np.ndarray:
    """bool (B, B): is the item of row j a negative for the person of row i? Not where that
    person has the item as a positive in the batch: it would be an accidental hit.

    `person`, `item` int (B,): the positive pairs of the batch."""
    return not_taken(person, item, item)


def not_taken(person: np.ndarray, item: np.ndarray, others: np.ndarray) -> np.ndarray:
    """bool (B, k): is `others[j]` a negative for the person of row i? Not where that person has
    it as a positive in the batch.

    `person`, `item` int (B,): the positive pairs of the batch; `others` int (k,)."""
    people, row = np.unique(person, return_inverse=True)
    items, column = np.unique(item, return_inverse=True)
    taken = np.zeros((len(people), len(items) + 1), bool)  # the last column: in no pair
    taken[row, column] = True
    at = np.searchsorted(items, others)
    met = (at < len(items)) & (items[np.minimum(at, len(items) - 1)] == others)
    return np.asarray(~taken[:, np.where(met, at, len(items))][row], bool)


def batch_log_q(item: np.ndarray, counts: np.ndarray, batch: int | None = None) -> np.ndarray:
    """float64 (k,): log of the expected number of times that each item occurs in a batch of so
    many rows (k if not said), drawn evenly from positives with these `counts` (items,)."""
    rows = len(item) if batch is None else batch
    return np.asarray(np.log(rows * counts[item] / counts.sum()), np.float64)


def together_log_q(of_one: np.ndarray, of_other: np.ndarray) -> np.ndarray:
    """float64 (k,): log of the expected number of times that an item is met in two draws, one
    after the other, from its log-q in each. The sum over both is then unbiased too, and an item
    that is rare in one draw but not in the other gets no huge weight.
    Source: Veach & Guibas 1995, "Optimally Combining Sampling Techniques for Monte Carlo
    Rendering", SIGGRAPH, eq. 13 (balance heuristic); for two towers Yang et al. 2020, "Mixed
    Negative Sampling for Learning Two-tower Neural Networks in Recommendations", WWW."""
    return np.asarray(np.logaddexp(of_one, of_other), np.float64)


def corrected(logits: Values, log_q: Values) -> Values:
    """(B, k): logits (B, k) of drawn items less their log-q (Yi et al. 2019, section 3), both
    arrays or both tensors. The sum of their exponentials is then an unbiased estimate of the sum
    over all items."""
    less: Values = logits - log_q[None, :]
    return less
