"""Learning the two towers with torch: which likes teach, which items are against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from twoside.funnel.recall.ask import ask
from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.channels.two_tower import FittedTwoTower, recent_of
from twoside.funnel.recall.past import Past
from twoside.nn.fit_loop import FitLoop
from twoside.nn.losses import sampled_softmax
from twoside.nn.towers import Bags, TwoTowerNet
from twoside.samples import negatives
from twoside.schema.calendar import DAY_MS

if TYPE_CHECKING:
    from twoside.funnel.recall import bags
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.channels.two_tower import TwoTower

_CHUNK = 8192
"""Likes whose pasts are looked up at once."""


def learn(settings: TwoTower, data: RecallData, seed: int) -> FittedTwoTower:
    """Both towers, from likes that each came after the history they are predicted from."""
    words = Words.of(data.people), Words.of(data.items)
    likes = Likes.of(settings, data)
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
        _forget_untaught(arrays[name], rows)
    _forget_untaught(arrays["bias"], likes.item)
    return FittedTwoTower(settings, *words, **arrays)


def _forget_untaught(values: np.ndarray, rows: np.ndarray) -> None:
    """Who has no like has learned nothing of its own: it gets row 0, in place."""
    taught = np.zeros(len(values), bool)
    taught[rows + 1] = True
    values[~taught] = values[0]


@dataclass(frozen=True)
class Likes:
    """First likes of n pairs, in order of time, each with what the person did before it."""

    person: np.ndarray
    """int32 (n,)"""
    item: np.ndarray
    """int32 (n,)"""
    weight: np.ndarray
    """float32 (n,): sqrt of the pair's strengths, halved by age"""
    recent: np.ndarray
    """int32 (n, last): as `recent_of`"""
    worth: np.ndarray
    """float32 (n, last)"""

    @staticmethod
    def of(settings: TwoTower, data: RecallData) -> Likes:
        """The newest `rows` of them; pairs that ended in a refusal teach nothing."""
        log, size = data.behaviours, data.items.size
        past = Past.of_behaviours(log, data.people.size, size)
        owner = np.repeat(np.arange(data.people.size), np.diff(past.start))
        good = ~past.refused & (past.weight > 0)
        good_pairs = owner[good].astype(np.int64) * size + past.item[good]
        order = np.argsort(good_pairs)
        good_pairs, weight = good_pairs[order], past.weight[good][order]
        rows = np.flatnonzero(log.strength > 0)
        rows = rows[np.argsort(log.ts_ms[rows], kind="stable")]
        pairs = log.person[rows].astype(np.int64) * size + log.item[rows]
        rows = rows[np.sort(np.unique(pairs, return_index=True)[1])]  # the first like of each
        pairs = log.person[rows].astype(np.int64) * size + log.item[rows]
        at = np.searchsorted(good_pairs, pairs)
        kept = at < len(good_pairs)
        kept[kept] = good_pairs[at[kept]] == pairs[kept]
        rows, at = rows[kept][-settings.rows :], at[kept][-settings.rows :]
        age_days = (data.now_ms - log.ts_ms[rows]) / DAY_MS
        halved = weight[at] * np.exp2(-age_days / settings.half_life_days)
        recent, worth = _pasts(settings, data, rows)
        return Likes(log.person[rows], log.item[rows], halved.astype(np.float32), recent, worth)


def _pasts(settings: TwoTower, data: RecallData, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What was known at each of these likes: as the channel will be asked."""
    log = data.behaviours
    by_person = log.by_person(data.people.size)
    found = [(np.empty((0, settings.last), np.int32), np.empty((0, settings.last), np.float32))]
    for begin in range(0, len(rows), _CHUNK):
        some = rows[begin : begin + _CHUNK]
        asking = ask(log.person[some], log.ts_ms[some], by_person, data.people, data.items)
        found.append(recent_of(asking.past, settings.last, settings.decay))
    return np.concatenate([part[0] for part in found]), np.concatenate([p[1] for p in found])


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
        self._counts = np.bincount(likes.item, minlength=data.items.size)
        self._random = np.random.default_rng(seed)
        self._drawn = np.empty((steps, 0), np.int32)
        self._log_drawn = np.full(data.items.size, -np.inf)
        if settings.negatives:
            k = settings.negatives
            drawn = negatives.by_popularity(self._counts, steps * k, seed, settings.power)
            self._drawn = drawn.item.reshape(steps, k)
            chance = negatives.chances(self._counts, settings.power)
            self._log_drawn = np.log(k * chance, where=chance > 0, out=self._log_drawn)
        self._step = 0

    def loss(self, net: TwoTowerNet, rows: np.ndarray) -> torch.Tensor:
        """Of the likes `rows` (B,) against the batch and this step's draw."""
        likes, settings = self._likes, self._settings
        person, item, recent = likes.person[rows], likes.item[rows], likes.recent[rows]
        others = np.concatenate([item, self._drawn[self._step]])
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
            logits = negatives.corrected(logits, torch.from_numpy(self._log_q(item, others)))
        allowed = torch.from_numpy(negatives.not_taken(person, item, others))
        return sampled_softmax(positive, logits, allowed, torch.from_numpy(likes.weight[rows]))

    def _log_q(self, item: np.ndarray, others: np.ndarray) -> np.ndarray:
        in_batch = negatives.batch_log_q(others, self._counts, len(item))
        both = negatives.together_log_q(in_batch, self._log_drawn[others])
        return np.asarray(both, np.float32)

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
