"""Learning the two towers with torch; `softmax_learning` has what they share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from twoside.funnel.recall import softmax_learning
from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channels.two_tower import FittedTwoTower
from twoside.nn.towers import TwoTowerNet

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.channels.two_tower import TwoTower
    from twoside.funnel.recall.softmax_learning import Batch


def learn(settings: TwoTower, data: RecallData, seed: int) -> FittedTwoTower:
    """Both towers, from likes that each came after the history they are predicted from."""
    words = Words.of(data.people), Words.of(data.items)
    likes = softmax_learning.likes_of(settings, data)
    if len(np.unique(likes.item)) < 2:  # nothing to tell apart
        none = np.zeros((0, settings.dim), np.float32)
        turn = np.zeros((settings.dim, settings.dim), np.float32)
        return FittedTwoTower(
            settings, *words, none, none, none, none, turn, none[:, 0], none[:, 0]
        )
    net = _Answering(settings, data, words, seed)
    arrays = softmax_learning.descend(
        net,
        net.answer,
        settings,
        data,
        words,
        likes,
        seed,
        settings.epochs,
        settings.log_q,
    )
    softmax_learning.forget(arrays, likes)
    return FittedTwoTower(settings, words[0], words[1], **arrays)


def go_on(
    settings: TwoTower, former: FittedTwoTower, data: RecallData, since_ms: int, seed: int
) -> FittedTwoTower:
    """The former parameters, and some passes over the likes since a moment."""
    found = softmax_learning.go_on(
        _Answering, settings, former, data, since_ms, seed, settings.log_q
    )
    if found is None:
        return former
    words, arrays = found
    return FittedTwoTower(settings, words[0], words[1], **arrays)


class _Answering(TwoTowerNet):
    """The net for these settings and tables, and what it makes of a batch."""

    def __init__(
        self, settings: TwoTower, data: RecallData, words: tuple[Words, Words], seed: int
    ) -> None:
        super().__init__(
            data.people.size,
            data.items.size,
            words[0].total,
            words[1].total,
            settings.dim,
            settings.temperature,
            torch.Generator().manual_seed(seed),
        )

    def answer(self, batch: Batch) -> torch.Tensor:
        """Logits (B, B + drawn)."""
        x = self.items(batch.item, batch.words)
        people = self.people(batch.person, batch.said, x, batch.recent, batch.worth)
        return self.logits(people, x[batch.column], batch.item[batch.column])
