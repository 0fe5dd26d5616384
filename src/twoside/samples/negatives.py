"""Negatives: which pairs teach what is not wanted.

    exposed                shown and not taken: all rows of the lists (the default)
    down_to_last_positive  of those only the ones that were surely looked at
    by_popularity          for recall: items drawn by how often they occur
    in_batch               for recall: the other rows' items, without accidental hits

Sampled negatives of a softmax need the log-q correction: an item that is drawn often is pushed
down often. Source: Yi et al. 2019, "Sampling-Bias-Corrected Neural Modeling for Large Corpus Item
Recommendations", RecSys: logit - log(q), with q the expected number of times an item is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from twoside.errors import ConfigError, DataError

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
    weight = np.where(counts > 0, np.maximum(counts, 1e-300).astype(np.float64) ** power, 0.0)
    if not weight.sum() > 0:
        raise DataError("negatives: no item occurs in these days. Take more days.")
    chance = weight / weight.sum()
    item = np.random.default_rng(seed).choice(len(chance), k, p=chance)
    return Drawn(item.astype(np.int32), np.log(k * chance[item]))


def in_batch(person: np.ndarray, item: np.ndarray) -> np.ndarray:
    """bool (B, B): is the item of row j a negative for the person of row i? Not where that
    person has the item as a positive in the batch: it would be an accidental hit.

    `person`, `item` int (B,): the positive pairs of the batch."""
    pairs = np.unique(np.stack([person, item], axis=1).astype(np.int64), axis=0)
    width = int(item.max(initial=0)) + 1
    keys = pairs[:, 0] * width + pairs[:, 1]
    asked = person.astype(np.int64)[:, None] * width + item[None, :]
    return ~np.isin(asked, keys)


def batch_log_q(item: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """float64 (B,): log of the expected number of times that the item of each row occurs in a
    batch of B rows, if rows are drawn evenly from positives with these `counts` (items,)."""
    return np.asarray(np.log(len(item) * counts[item] / counts.sum()), np.float64)


def corrected(logits: np.ndarray, log_q: np.ndarray) -> np.ndarray:
    """float64 (B, k): logits (B, k) of drawn items less their log-q (Yi et al. 2019, section 3).
    The sum of their exponentials is then an unbiased estimate of the sum over all items."""
    return np.asarray(logits - log_q[None, :], np.float64)
