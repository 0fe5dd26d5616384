"""Learning a softmax over items from likes: what the channels share whose nets torch learns.

A channel has its net and says what that makes of a batch. Here is the rest: which likes come
together and what stands against them, which ids are forgotten for a step, the loss, the descent,
and going on from former arrays. In a net's arrays `person_id`, `item_id` and `bias` have a row an
id, after row 0 for the unknown; `person_word` and `item_word` a row a word.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from twoside.funnel.recall.bags import Words
from twoside.funnel.recall.likes import Against, Likes, forget_untaught
from twoside.nn.lazy_adamw import LazyAdamW
from twoside.nn.losses import sampled_softmax
from twoside.samples import negatives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from twoside.funnel.recall import bags
    from twoside.funnel.recall.channel import RecallData
    from twoside.funnel.recall.channels.mind import MIND, FittedMIND
    from twoside.funnel.recall.channels.two_tower import FittedTwoTower, TwoTower
    from twoside.nn.towers import Bags

    Settings = MIND | TwoTower
    Logits = Callable[["Batch"], torch.Tensor]


@dataclass(frozen=True)
class Batch:
    """B likes, and the m items that they meet: taken, done before or drawn against them."""

    person: torch.Tensor
    """int64 (B,): rows of person ids; 0 where forgotten"""
    said: Bags
    """Words of these people"""
    item: torch.Tensor
    """int64 (m,): rows of item ids; 0 where forgotten"""
    words: Bags
    """Words of these items"""
    recent: torch.Tensor
    """int64 (B, last): which of the m items was done before"""
    worth: torch.Tensor
    """float32 (B, last): 0 where there is none"""
    column: torch.Tensor
    """int64 (B + drawn,): which of the m items stand against each other; like i took the i-th"""

    @property
    def rows(self) -> dict[str, torch.Tensor]:
        """The rows that are read of each array, by its name."""
        return {
            "person_id": self.person,
            "person_word": self.said[1],
            "item_id": self.item,
            "item_word": self.words[1],
            "bias": self.item,
        }


def likes_of(settings: Settings, data: RecallData, since_ms: int | None = None) -> Likes:
    """Those to learn from."""
    s = settings
    return Likes.of(data, s.rows, s.half_life_days, s.last, s.decay, since_ms)


def descend(
    net: torch.nn.Module,
    logits: Logits,
    settings: Settings,
    data: RecallData,
    words: tuple[Words, Words],
    likes: Likes,
    seed: int,
    epochs: int,
    log_q: bool = True,
) -> dict[str, np.ndarray]:
    """The arrays of the net after so many passes over the likes.

    logits: of a batch (B, B + drawn), each like against the items of `Batch.column`; log_q:
    corrected for how often each is drawn.
    """
    with _threads(settings.threads):
        batches = _Batches(settings, data, words, likes, seed, epochs)
        # a mean over all of few steps would be half the way back to where they began
        averaged = max(1, min(settings.averaged, len(batches.rows) // 4))
        optimiser = LazyAdamW(net.parameters(), settings.learning_rate, settings.penalty, averaged)
        for step, rows in enumerate(batches.rows):
            batch, others = batches.of(step, rows)
            read = batch.rows
            for name, parameter in net.named_parameters():
                if name in read:
                    optimiser.meet(parameter, read[name])
            found = logits(batch)
            taken = found[:, : len(rows)].diagonal()
            if log_q:
                found = negatives.corrected(found, batches.log_q(rows, others))
            allowed = negatives.not_taken(likes.person[rows], likes.item[rows], others)
            weight = torch.from_numpy(likes.weight[rows])
            loss = sampled_softmax(taken, found, torch.from_numpy(allowed), weight)
            torch.autograd.backward(loss)
            optimiser.step()
        optimiser.finish()
    return {name: value.numpy().copy() for name, value in net.state_dict().items()}


def go_on(
    net_of: Callable[..., Any],
    settings: Settings,
    former: FittedMIND | FittedTwoTower,
    data: RecallData,
    since_ms: int,
    seed: int,
    log_q: bool = True,
) -> tuple[tuple[Words, Words], dict[str, np.ndarray]] | None:
    """Words of people and of items, and the arrays after some passes over the likes since a
    moment; None if there are none.

    net_of: makes the net (with `answer`, its logits) from settings, data, words and seed.
    """
    likes = likes_of(settings, data, since_ms)
    if not len(likes):
        return None
    words = Words.of(data.people), Words.of(data.items)
    start = grown(former.net, former.words, words, data.people.size, data.items.size)
    net = net_of(settings, data, words, seed)
    net.load_state_dict({name: torch.from_numpy(value) for name, value in start.items()})
    arrays = descend(net, net.answer, settings, data, words, likes, seed, settings.again, log_q)
    forget(arrays, likes, start)
    return words, arrays


def forget(
    arrays: dict[str, np.ndarray], likes: Likes, former: Mapping[str, np.ndarray] | None = None
) -> None:
    """Ids that no like taught, neither now nor before, get the row of the unknown, in place."""
    for names, rows in ((("person_id",), likes.person), (("item_id", "bias"), likes.item)):
        if names[0] not in arrays:
            continue
        taught = rows
        if former is not None:
            before = former[names[0]]
            own = np.flatnonzero((before[1:] != before[0]).any(axis=1))
            taught = np.concatenate([rows, own])
        for name in names:
            forget_untaught(arrays[name], taught)


def grown(
    former: Mapping[str, np.ndarray],
    before: tuple[Words, Words],
    now: tuple[Words, Words],
    people: int,
    items: int,
) -> dict[str, np.ndarray]:
    """Former arrays for tables that have become longer: a new id begins as the unknown one does,
    a new word says nothing yet."""
    sizes = {"person_id": people, "item_id": items, "bias": items}
    arrays = dict(former)
    for name in sizes.keys() & arrays.keys():
        values = arrays[name]
        new = np.repeat(values[:1], max(sizes[name] + 1 - len(values), 0), axis=0)
        arrays[name] = np.concatenate([values, new])
    for name, old, table in zip(("person_word", "item_word"), before, now, strict=True):
        arrays[name] = table.carried(old, arrays[name])
    return arrays


class _Batches:
    """Shuffled batches of likes and the items that are against them, one draw a step."""

    def __init__(
        self,
        settings: Settings,
        data: RecallData,
        words: tuple[Words, Words],
        likes: Likes,
        seed: int,
        epochs: int,
    ) -> None:
        self._likes, self._forget = likes, settings.forget
        self._said, self._words = words[0].bags(data.people), words[1].bags(data.items)
        self._random = np.random.default_rng(seed)
        a_pass = max(1, round(len(likes) / settings.batch))
        self.rows = [
            rows
            for _ in range(epochs)
            for rows in np.array_split(self._random.permutation(len(likes)), a_pass)
        ]
        drawn, power = settings.negatives, settings.power
        self._against = Against(likes, drawn, power, len(self.rows), seed)

    def of(self, step: int, rows: np.ndarray) -> tuple[Batch, np.ndarray]:
        """The likes `rows` (B,), and the items int32 (B + drawn,) that stand against each other."""
        person, recent = self._likes.person[rows], self._likes.recent[rows]
        others = self._against.items(step, self._likes.item[rows])
        there = recent >= 0
        met = np.unique(np.concatenate([others, recent[there]]))
        place = np.searchsorted(met, np.where(there, recent, met[0]))
        batch = Batch(
            self._ids(person),
            _tensors(self._said.of(person)),
            self._ids(met),
            _tensors(self._words.of(met)),
            torch.from_numpy(place),
            torch.from_numpy(self._likes.worth[rows]),
            torch.from_numpy(np.searchsorted(met, others)),
        )
        return batch, others

    def log_q(self, rows: np.ndarray, others: np.ndarray) -> torch.Tensor:
        """float32 (B + drawn,): of `others`."""
        return torch.from_numpy(self._against.log_q(len(rows), others))

    def _ids(self, rows: np.ndarray) -> torch.Tensor:
        """Rows of the id tables; some are forgotten."""
        forgotten = self._random.random(len(rows)) < self._forget
        return torch.from_numpy(np.where(forgotten, 0, rows.astype(np.int64) + 1))


def _tensors(of_rows: bags.Bags) -> Bags:
    return (
        torch.from_numpy(of_rows.start[:-1]),
        torch.from_numpy(of_rows.word),
        torch.from_numpy(of_rows.weight),
    )


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """So many threads of torch inside; outside as before."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)
