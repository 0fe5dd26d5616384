"""Two towers: a vector of a person and a vector of an item, whose product says how they fit.

    item     x_j = id_j + sum of its words,  y = normal(x_j)
    person   u = normal(id_p + sum of its words + turn (mean of x over the recent items))
    logit    sharpness * u . y + bias_j

Row 0 of the ids stands for whoever has none of its own; learning puts it in place of some, so
that attributes alone, and a history alone, learn to say enough.
Source: Covington et al. 2016, "Deep Neural Networks for YouTube Recommendations", RecSys, section
3 (mean of recent items, softmax over items); normal towers and temperature: Yi et al. 2019,
"Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations", RecSys, section
3; forgotten ids after Volkovs et al. 2017, "DropoutNet", NIPS. What we changed: one layer, for
our logs are small; recent items enter by the item tower's own vectors, turned, so that an item
that is new counts too; a bias carries how much everybody likes an item; the sharpness (1 over the
temperature) is learned, as in Radford et al. 2021, "Learning Transferable Visual Models From
Natural Language Supervision", ICML, section 2.3, for a market where title and city decide wants
another than a feed. Slopes of what an id or a word has are sparse, for `nn/lazy_adamw.py`.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import embedding, embedding_bag, normalize

Bags = tuple[torch.Tensor, torch.Tensor, torch.Tensor]
"""The words of n rows: start int64 (n,), word int64 (total,), weight float32 (total,)."""


def summed(words: Bags, table: torch.Tensor) -> torch.Tensor:
    """(n, dim): the weighted sums of rows of a table (words, dim); its slope is sparse."""
    start, word, weight = words
    return embedding_bag(word, table, start, mode="sum", per_sample_weights=weight, sparse=True)


def each(numbers: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
    """(m,): of numbers (rows,), those of ids int64 (m,); the slope is sparse."""
    return torch.gather(numbers, 0, ids, sparse_grad=True)


class TwoTowerNet(nn.Module):
    """Both towers, of `dim` numbers each; `people` and `items` count ids without row 0."""

    def __init__(
        self,
        people: int,
        items: int,
        person_words: int,
        item_words: int,
        dim: int,
        temperature: float,
        random: torch.Generator,
    ) -> None:
        super().__init__()

        def small(rows: int) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, dim, generator=random) * 0.1)

        self.person_id = small(people + 1)
        self.item_id = small(items + 1)
        self.person_word = small(person_words)
        self.item_word = small(item_words)
        self.turn = nn.Parameter(torch.eye(dim))
        self.bias = nn.Parameter(torch.zeros(items + 1))
        self.log_sharpness = nn.Parameter(-torch.tensor([temperature]).log())

    def items(self, ids: torch.Tensor, words: Bags) -> torch.Tensor:
        """x (n, dim), not yet normal, of ids int64 (n,)."""
        return embedding(ids, self.item_id, sparse=True) + summed(words, self.item_word)

    def people(
        self,
        ids: torch.Tensor,
        words: Bags,
        items: torch.Tensor,
        recent: torch.Tensor,
        worth: torch.Tensor,
    ) -> torch.Tensor:
        """u (n, dim) of ids int64 (n,), whose recent items are the rows `recent` int64 (n, k) of
        `items` (m, dim), weighted by worth (n, k); 0 where there is none."""
        own = embedding(ids, self.person_id, sparse=True) + summed(words, self.person_word)
        past = embedding_bag(recent, items, mode="sum", per_sample_weights=worth)
        return normalize(own + past @ self.turn, dim=1)

    def logits(self, people: torch.Tensor, items: torch.Tensor, ids: torch.Tensor) -> torch.Tensor:
        """(n, m): u (n, dim) of people against x (m, dim) of items with their ids int64 (m,)."""
        fit = people @ normalize(items, dim=1).T
        return self.log_sharpness.exp() * fit + each(self.bias, ids)
