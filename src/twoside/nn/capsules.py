"""MIND: several vectors of interest a person, each gathered from some of the recent items.

    item       x_j = id_j + sum of its words,  y_j = normal(x_j)
    behaviour  h_i = x_i S, S the same for all interests
    routing    b_ik = first_k(place i) + towards_k . normal(h_i), then `rounds` times:
               w_ik = softmax over k of b_ik;  z_k = sum_i w_ik worth_i h_i
               v_k = squash(z_k);  b_ik += v_k . h_i
    interest   u_k = normal(v_k + profile + W2 relu(W1 [v_k, profile] + c))
    logit      sharpness * max over k of  u_k . y_j  +  bias_j

profile is the sum of the person's declared words. A person with n recent items has
K' = max(1, min(K, floor(log2 n))) interests. With label-aware attention, one vector stands for all
interests in learning: the mean of u_k weighed by softmax over k of  attention * sharpness * u_k . y
of the item that was taken.
Source: Li et al. 2019, "Multi-Interest Network with Dynamic Routing for Recommendation at Tmall",
CIKM, sections 3.3 to 3.5; squash: Sabour et al. 2017, "Dynamic Routing Between Capsules", NIPS,
eq. 1. What we changed: see `funnel/recall/channels/mind.py`.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn.functional import embedding, normalize

from twoside.nn.towers import Bags, each, summed

_NEVER = -1e9


def squash(vector: torch.Tensor) -> torch.Tensor:
    """(..., dim): the same direction, the length n becomes n^2 / (1 + n^2)."""
    square = (vector * vector).sum(-1, keepdim=True)
    return vector * (square.clamp_min(1e-12).sqrt() / (1 + square))


def interests_of(length: torch.Tensor, most: int) -> torch.Tensor:
    """int64: max(1, min(most, floor(log2 n))) for lengths n int64."""
    return length.clamp_min(2).log2().floor().long().clamp(1, most)


class MindNet(nn.Module):
    """All that MIND learns; `items` counts ids without row 0, `last` places of a past."""

    def __init__(
        self,
        items: int,
        person_words: int,
        item_words: int,
        dim: int,
        interests: int,
        last: int,
        rounds: int,
        temperature: float,
        random: torch.Generator,
    ) -> None:
        super().__init__()

        def small(rows: int, scale: float = 0.1) -> nn.Parameter:
            return nn.Parameter(torch.randn(rows, dim, generator=random) * scale)

        self.rounds = rounds
        self.item_id = small(items + 1)
        self.person_word = small(person_words)
        self.item_word = small(item_words)
        self.share = nn.Parameter(torch.eye(dim))
        self.first = nn.Parameter(torch.randn(last, interests, generator=random))
        self.towards = small(interests, 1 / dim**0.5)
        self.widen = nn.Parameter(
            torch.randn(2 * dim, 2 * dim, generator=random) / (2 * dim) ** 0.5
        )
        self.shift = nn.Parameter(torch.zeros(2 * dim))
        self.narrow = nn.Parameter(torch.zeros(2 * dim, dim))
        self.bias = nn.Parameter(torch.zeros(items + 1))
        self.log_sharpness = nn.Parameter(-torch.tensor([temperature]).log())

    def items(self, ids: torch.Tensor, words: Bags) -> torch.Tensor:
        """x (n, dim), not yet normal, of ids int64 (n,)."""
        return embedding(ids, self.item_id, sparse=True) + summed(words, self.item_word)

    def people(
        self, words: Bags, items: torch.Tensor, recent: torch.Tensor, worth: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """u (n, K, dim), and which of the K are there, bool (n, K). Recent items are the rows
        `recent` int64 (n, last) of `items` (m, dim), weighted by worth (n, last); 0 for none."""
        v, there = self.capsules(items[recent], worth)
        profile = summed(words, self.person_word)[:, None].expand_as(v)
        wide = torch.relu(torch.cat([v, profile], 2) @ self.widen + self.shift)
        return normalize(v + profile + wide @ self.narrow, dim=2), there

    def capsules(
        self, recent: torch.Tensor, worth: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """v (n, K, dim) and which are there, of recent items (n, last, dim)."""
        h = recent @ self.share
        most = self.first.shape[1]
        count = interests_of((worth > 0).sum(1), most)
        there = torch.arange(most) < count[:, None]
        b = self.first + normalize(h, dim=2) @ self.towards.T
        b = b.masked_fill(~there[:, None], _NEVER)
        for n in range(self.rounds):
            w = torch.softmax(b, 2) * worth[:, :, None]
            v = squash(w.transpose(1, 2) @ h)
            if n + 1 < self.rounds:
                b = b + h @ v.transpose(1, 2)
        return v, there

    def logits(
        self, people: torch.Tensor, there: torch.Tensor, items: torch.Tensor, ids: torch.Tensor
    ) -> torch.Tensor:
        """(n, m): u (n, K, dim), those that are there, against x (m, dim) with ids int64 (m,):
        each item meets the interest nearest to it."""
        n, most, dim = people.shape
        fit = (people.reshape(-1, dim) @ normalize(items, dim=1).T).reshape(n, most, -1)
        fit = fit.masked_fill(~there[:, :, None], -2.0)  # below any product
        return self.log_sharpness.exp() * fit.amax(1) + each(self.bias, ids)

    def attended(
        self, people: torch.Tensor, there: torch.Tensor, taken: torch.Tensor, attention: float
    ) -> torch.Tensor:
        """u (n, 1, dim): the interests of row i, weighed by their attention to the item x (n, dim)
        that it took; again of length 1."""
        fit = (people * normalize(taken, dim=1)[:, None]).sum(2)
        fit = (attention * self.log_sharpness.exp() * fit).masked_fill(~there, _NEVER)
        return normalize((torch.softmax(fit, 1)[:, :, None] * people).sum(1, keepdim=True), dim=2)
