"""Learning the DeepFM with torch: tables, loss, when to stop."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from twoside.funnel.rank.code_rates import CodeRates, keys_of, usual
from twoside.funnel.rank.joined import joined
from twoside.funnel.rank.models._deepfm_scorer import FactorizedScorer, Inputs
from twoside.metrics.auc import auc
from twoside.metrics.gauc import auc_by_person
from twoside.nn.factorized import FactorizedNet
from twoside.nn.fit_loop import FitLoop
from twoside.nn.losses import masked_bce, within_lists

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twoside.funnel.rank.models.deepfm import DeepFM
    from twoside.schema.progress import Tick
    from twoside.schema.samples import Samples

_CHUNK = 65_536
"""Rows judged at once."""


def learn(
    settings: DeepFM,
    fit: Samples,
    valid: Samples,
    targets: tuple[str, ...],
    seed: int,
    tick: Tick,
) -> FactorizedScorer:
    """All targets at once, stopped by order on `valid`, then once more from all days."""
    share = 0.5 if settings.refit else 1.0
    with _torch_as_told(settings.threads, seed):
        inputs, rows = _prepare(settings, fit, targets)
        held = _Rows.of(valid, *inputs.transform(valid.values), targets)
        net = _new_net(settings, inputs, rows, seed)
        steps = _descend(settings, net, rows, held, seed, lambda x: tick(share * x))
        if settings.refit:
            torch.manual_seed(seed)
            inputs, everything = _prepare(settings, joined(fit, valid), targets)
            steps = round(steps * len(everything.person) / len(rows.person))
            net = _new_net(settings, inputs, everything, seed)
            if steps:
                later = lambda x: tick(0.5 + 0.5 * x)  # noqa: E731
                _descend(settings, net, everything, None, seed, later, steps)
        arrays = {name: value.numpy().copy() for name, value in net.state_dict().items()}
    tick(1.0)
    return FactorizedScorer(targets, fit.columns, inputs, arrays)


@dataclass(frozen=True)
class _Rows:
    slots: torch.Tensor  # int32 (n, c)
    numbers: torch.Tensor  # float32 (n, m)
    labels: torch.Tensor  # float32 (n, T), NaN masked
    weight: torch.Tensor  # float32 (n, T)
    request: torch.Tensor  # int64 (n,), from 0
    person: np.ndarray

    @staticmethod
    def of(
        samples: Samples, slots: np.ndarray, numbers: np.ndarray, targets: tuple[str, ...]
    ) -> _Rows:
        labels = np.stack([samples.labels[target] for target in targets], axis=1)
        weight = np.stack([samples.weight_of(target) for target in targets], axis=1)
        return _Rows(
            torch.from_numpy(slots),
            torch.from_numpy(numbers),
            torch.from_numpy(labels.astype(np.float32)),
            torch.from_numpy(weight.astype(np.float32)),
            torch.from_numpy(np.unique(samples.request_id, return_inverse=True)[1]),
            samples.person,
        )


def _prepare(settings: DeepFM, samples: Samples, targets: tuple[str, ...]) -> tuple[Inputs, _Rows]:
    """How rows become inputs, learned from the samples, and the samples as inputs."""
    keys = keys_of(samples.columns, settings.max_codes, settings.crosses)
    often = usual(samples, targets)
    rates, seen = CodeRates.fit(samples, often, keys, settings.smoothing)
    inputs = Inputs.fit(samples, rates, seen, settings.fewest)
    return inputs, _Rows.of(samples, *inputs.transform(samples.values, seen), targets)


def _new_net(settings: DeepFM, inputs: Inputs, rows: _Rows, seed: int) -> FactorizedNet:
    net = FactorizedNet(
        slots=inputs.vocabulary.slots,
        categories=len(inputs.categories),
        numbers=inputs.quantiles.width,
        heads=rows.labels.shape[1],
        factors=settings.factors,
        layers=settings.layers,
        dropout=settings.dropout,
        forget=settings.forget,
        unknown=inputs.vocabulary.first,
        random=torch.Generator().manual_seed(seed),
    )
    counts = rows.weight * ~torch.isnan(rows.labels)
    rates = (counts * torch.nan_to_num(rows.labels)).sum(0) / counts.sum(0)
    rates = torch.nan_to_num(rates, nan=0.5).clamp(1e-6, 1 - 1e-6)
    net.bias.data = torch.logit(rates)  # start at the mean, not at one half
    return net


def _descend(
    settings: DeepFM,
    net: FactorizedNet,
    rows: _Rows,
    held: _Rows | None,
    seed: int,
    tick: Tick,
    steps: int | None = None,
) -> int:
    """Move `net` down; the number of steps of its best state."""
    vectors = [net.slot_vectors, net.slot_weights, net.number_vectors]
    chosen = {id(parameter) for parameter in vectors}
    rest = [parameter for parameter in net.parameters() if id(parameter) not in chosen]
    groups = [
        {"params": vectors, "weight_decay": settings.decay},
        {"params": rest, "weight_decay": 0.0},
    ]

    def loss(batch: torch.Tensor) -> torch.Tensor:
        logits = net(rows.slots[batch], rows.numbers[batch])
        labels = rows.labels[batch]
        found = masked_bce(logits, labels, rows.weight[batch])
        if settings.within_lists:
            order = within_lists(logits, labels, rows.request[batch], rows.weight[batch])
            found = found + settings.within_lists * order
        return found

    loop = FitLoop(
        settings.epochs,
        settings.looks,
        settings.patience,
        settings.batch_rows,
        settings.learning_rate,
        settings.averaged,
    )
    judge = None if held is None else lambda: _order(net, held)
    return loop.run(net, groups, loss, rows.request, seed, tick, judge, steps)


def _order(net: FactorizedNet, held: _Rows) -> float:
    """Mean of AUC and GAUC over the targets that have both classes: what a list needs.

    A target counts by the root of its rarer class, for the error of its figures falls so.
    """
    with torch.inference_mode():
        chunks = zip(
            torch.split(held.slots, _CHUNK), torch.split(held.numbers, _CHUNK), strict=True
        )
        logits = torch.cat([net(slots, numbers) for slots, numbers in chunks]).numpy()
    labels = held.labels.numpy()
    found, weights = [], []
    for head in range(labels.shape[1]):
        final = ~np.isnan(labels[:, head])
        label, score, person = labels[final, head], logits[final, head], held.person[final]
        counts = held.weight.numpy()[final, head]
        value, weight = auc_by_person(person, label, score, counts)
        if len(value):
            of_all = auc(label, score, counts)
            found.append(0.5 * of_all + 0.5 * np.average(value, weights=weight))
            weights.append(np.sqrt(min(label.sum(), len(label) - label.sum())))
    return float(np.average(found, weights=weights)) if found else 0.0


@contextmanager
def _torch_as_told(threads: int, seed: int) -> Iterator[None]:
    """Our threads and our random state inside; outside everything as it was."""
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(before)
