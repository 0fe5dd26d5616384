"""Learning the two towers with torch: which likes teach, which items are against them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channels.two_tower import FittedTwoTower
from twoside.funnel.recall.likes import Against, Likes, forget_untaught
from twoside.nn.fit_loop import FitLoop
from twoside.nn.losses import sampled_softmax
from twoside.nn.towers import Bags, TwoTowerNet
from twoside.samples import negatives

if TYPE_CHECKING:
    from twoside.funnel.recall import bags
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.channels.two_tower import TwoTower


def learn(settings: TwoTower, data: RecallData, seed: int) -> FittedTwoTower:
    """Both towers, from likes that each came after the history they are predicted from."""
    words = Words.of(data.people), Words.of(data.items)
    likes = Likes.of(data, settings.rows, settings.half_life_days, settings.last, settings.decay)
    if len(np.unique(likes.item)) < 2:  # nothing to tell apart
        none = np.zeros((0, settings.dim), np.float32)
        turn = np.zeros((settings.dim, settings.dim), np.float32)
        return FittedTwoTower(
            settings, *words, none, none, none, none, turn, none[:, 0], none[:, 0]
        )
    before = torch.get_num_threads()
    torch.set_num_threads(settings.threads)
    try:
        net = _descend(settings, data, likes, words, seed)
    finally:
        torch.set_num_threads(before)
    arrays = {name: value.numpy().copy() for name, value in net.state_dict().items()}
    for name, rows in (("person_id", likes.person), ("item_id", likes.item)):
        forget_untaught(arrays[name], rows)
    forget_untaught(arrays["bias"], likes.item)
    return FittedTwoTower(settings, *words, **arrays)


def _descend(
    settings: TwoTower,
    data: RecallData,
    likes: Likes,
    words: tuple[Words, Words],
    seed: int,
) -> TwoTowerNet:
    random = torch.Generator().manual_seed(seed)
    people, items = data.people.size, data.items.size
    net = TwoTowerNet(
        people, items, words[0].total, words[1].total, settings.dim, settings.temperature, random
    )
    steps = settings.epochs * max(1, len(likes.item) // settings.batch)
    batches = _Batches(settings, data, likes, words, steps, seed)
    loop = FitLoop(settings.epochs, 1, 1, settings.batch, settings.learning_rate, settings.averaged)
    groups = [{"params": list(net.parameters()), "weight_decay": settings.penalty}]
    loop.run(
        net,
        groups,
        lambda rows: batches.loss(net, rows.numpy()),
        torch.arange(len(likes.item)),
        seed,
        lambda _: None,
        judge=None,
        steps=steps,
    )
    return net


class _Batches:
    """Batches of likes and the items that are against them, one draw a step."""

    def __init__(
        self,
        settings: TwoTower,
        data: RecallData,
        likes: Likes,
        words: tuple[Words, Words],
        steps: int,
        seed: int,
    ) -> None:
        self._settings, self._likes = settings, likes
        self._person_bags = words[0].bags(data.people)
        self._item_bags = words[1].bags(data.items)
        self._random = np.random.default_rng(seed)
        k, power = settings.negatives, settings.power
        self._against = Against(likes.item, data.items.size, k, power, steps, seed)
        self._step = 0

    def loss(self, net: TwoTowerNet, rows: np.ndarray) -> torch.Tensor:
        """Of the likes `rows` (B,) against the batch and this step's draw."""
        likes, settings = self._likes, self._settings
        person, item, recent = likes.person[rows], likes.item[rows], likes.recent[rows]
        others = self._against.items(self._step, item)
        self._step += 1
        there = recent >= 0
        met = np.unique(np.concatenate([others, recent[there]]))
        ids = self._ids(met)
        x = net.items(ids, _tensors(self._item_bags.of(met)))
        place = np.searchsorted(met, np.where(there, recent, met[0]))
        people = net.people(
            self._ids(person),
            _tensors(self._person_bags.of(person)),
            x,
            torch.from_numpy(place),
            torch.from_numpy(likes.worth[rows]),
        )
        column = torch.from_numpy(np.searchsorted(met, others))
        logits = net.logits(people, x[column], ids[column])
        positive = logits[:, : len(rows)].diagonal()
        if settings.log_q:
            logits = negatives.corrected(
                logits, torch.from_numpy(self._against.log_q(len(item), others))
            )
        allowed = torch.from_numpy(negatives.not_taken(person, item, others))
        return sampled_softmax(positive, logits, allowed, torch.from_numpy(likes.weight[rows]))

    def _ids(self, rows: np.ndarray) -> torch.Tensor:
        """Rows of the id tables; some are forgotten."""
        forgotten = self._random.random(len(rows)) < self._settings.forget
        return torch.from_numpy(np.where(forgotten, 0, rows.astype(np.int64) + 1))


def _tensors(of_rows: bags.Bags) -> Bags:
    return (
        torch.from_numpy(of_rows.start[:-1]),
        torch.from_numpy(of_rows.word),
        torch.from_numpy(of_rows.weight),
    )
