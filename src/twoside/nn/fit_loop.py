"""The fit loop: shuffled batches, a look at the held-out rows, the best averaged state is kept.

What is judged and kept is a running mean of the parameters over the last steps: Polyak & Juditsky
1992, "Acceleration of Stochastic Approximation by Averaging". It takes out the noise of the last
batches, so no learning-rate schedule is needed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from twoside.schema.progress import Tick


@dataclass(frozen=True)
class FitLoop:
    """How long and how fast to learn."""

    epochs: int
    """Most passes over the rows."""
    looks: int
    """Looks at the held-out rows in one pass: what learns ids is often best within a pass."""
    patience: int
    """Looks without gain after which to stop."""
    batch_rows: int
    learning_rate: float
    averaged: int
    """Steps over which parameters are averaged; 1 for none."""

    def run(
        self,
        net: torch.nn.Module,
        groups: list[dict[str, Any]],
        loss: Callable[[torch.Tensor], torch.Tensor],
        group: torch.Tensor,
        seed: int,
        tick: Tick,
        judge: Callable[[], float] | None,
        steps: int | None = None,
    ) -> int:
        """Minimise `loss(row numbers of a batch)` by AdamW; the net ends in its best state.

        groups: parameter groups of torch.optim. group int64 (rows,): rows of one group (a list)
        come in the same batch; numbers from 0. judge: larger is better. Returns the steps of
        the best state. With `steps`, just that many are made and nothing is judged.
        """
        random = torch.Generator().manual_seed(seed)
        optimiser = torch.optim.AdamW(groups, lr=self.learning_rate)
        rows, lists = len(group), int(group.max()) + 1
        per_pass = max(1, rows // self.batch_rows)
        most = self.epochs * per_pass if steps is None else steps
        look_every = max(1, per_pass // self.looks)
        mean = _Mean(net, self.averaged)
        best = _Best(self.patience)
        for step in range(most):
            place = step % per_pass
            if place == 0:
                place_of = torch.rand(lists, generator=random)
                order = torch.argsort(place_of[group], stable=True)
            optimiser.zero_grad(set_to_none=True)
            rows_of = order[place * self.batch_rows : (place + 1) * self.batch_rows]
            torch.autograd.backward(loss(rows_of))
            optimiser.step()
            mean.add()
            tick((step + 1) / most)
            if judge is None or steps is not None or (step + 1) % look_every:
                continue
            with mean.worn():
                if best.is_over(judge(), step + 1, mean.values):
                    break
        mean.wear(best.values or mean.values)
        net.eval()
        return best.step if steps is None else most


class _Mean:
    """The running mean of a net's parameters."""

    def __init__(self, net: torch.nn.Module, averaged: int) -> None:
        self.net = net
        self.averaged = averaged
        self.parameters = [parameter.data for parameter in net.parameters()]
        self.values = [value.clone() for value in self.parameters]
        self.steps = 0
        net.train()

    def add(self) -> None:
        """One step was made."""
        self.steps += 1
        share = 1.0 / min(self.steps, self.averaged)
        torch._foreach_lerp_(self.values, self.parameters, share)

    def wear(self, values: list[torch.Tensor]) -> None:
        """Put these values into the net."""
        torch._foreach_copy_(self.parameters, values)

    @contextmanager
    def worn(self) -> Iterator[None]:
        """The net with the mean in it, for a look; afterwards as before."""
        kept = [value.clone() for value in self.parameters]
        self.wear(self.values)
        self.net.eval()
        yield
        self.net.train()
        self.wear(kept)


class _Best:
    """The best look so far."""

    def __init__(self, patience: int) -> None:
        self.patience = patience
        self.worth = -float("inf")
        self.step = 0
        self.idle = 0
        self.values: list[torch.Tensor] = []

    def is_over(self, worth: float, step: int, values: list[torch.Tensor]) -> bool:
        """Take note of a look; True when patience has run out."""
        if worth > self.worth:
            self.worth, self.step, self.idle = worth, step, 0
            self.values = [value.clone() for value in values]
        else:
            self.idle += 1
        return self.idle >= self.patience
