"""Learning MIND with torch; `softmax_learning` has what it shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from twoside.funnel.recall import softmax_learning
from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channels.mind import FittedMIND
from twoside.nn.capsules import MindNet

if TYPE_CHECKING:
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.channels.mind import MIND
    from twoside.funnel.recall.softmax_learning import Batch


def learn(settings: MIND, data: RecallData, seed: int) -> FittedMIND:
    """All parameters, from likes that each came after the history they are predicted from."""
    words = Words.of(data.people), Words.of(data.items)
    likes = softmax_learning.likes_of(settings, data)
    if len(np.unique(likes.item)) < 2:  # nothing to tell apart
        return FittedMIND(settings, *words, {})
    net = _Answering(settings, data, words, seed)
    arrays = softmax_learning.descend(
        net, net.answer, settings, data, words, likes, seed, settings.epochs
    )
    softmax_learning.forget(arrays, likes)
    return FittedMIND(settings, *words, arrays)


def go_on(
    settings: MIND, former: FittedMIND, data: RecallData, since_ms: int, seed: int
) -> FittedMIND:
    """The former parameters, and some passes over the likes since a moment."""
    found = softmax_learning.go_on(_Answering, settings, former, data, since_ms, seed)
    return former if found is None else FittedMIND(settings, *found[0], found[1])


class _Answering(MindNet):
    """The net for these settings and tables, and what it makes of a batch."""

    def __init__(
        self, settings: MIND, data: RecallData, words: tuple[Words, Words], seed: int
    ) -> None:
        super().__init__(
            data.items.size,
            words[0].total,
            words[1].total,
            settings.dim,
            settings.interests,
            settings.last,
            settings.rounds,
            settings.temperature,
            torch.Generator().manual_seed(seed),
        )
        self._attention = settings.attention

    def answer(self, batch: Batch) -> torch.Tensor:
        """Logits (B, B + drawn)."""
        x = self.items(batch.item, batch.words)
        people, there = self.people(batch.said, x, batch.recent, batch.worth)
        if self._attention:
            taken = x[batch.column[: len(people)]]
            people = self.attended(people, there, taken, self._attention)
            there = there[:, :1]
        return self.logits(people, there, x[batch.column], batch.item[batch.column])
