"""The fit loop: shuffled batches, a look at the held-out rows, the best state is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

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

    def run(
        self,
        net: torch.nn.Module,
        groups: list[dict[str, object]],
        loss: Callable[[torch.Tensor], torch.Tensor],
        rows: int,
        seed: int,
        tick: Tick,
        judge: Callable[[], float] | None,
        steps: int | None = None,
    ) -> int:
        """Minimise `loss(row numbers of a batch)` by Adam with one-cycle cosine decay.

        groups: parameter groups of torch.optim. judge: larger is better; the best state is
        restored in the end and the number of its steps returned. With `steps`, that many are
        made and nothing is judged.
        """
        random = torch.Generator().manual_seed(seed)
        optimiser = torch.optim.AdamW(groups, lr=self.learning_rate)
        per_pass = max(1, rows // self.batch_rows)
        most = steps if steps is not None else per_pass * self.epochs
        look_every = max(1, per_pass // self.looks)
        best, best_step, best_state, idle = -float("inf"), 0, None, 0
        order = torch.empty(0, dtype=torch.int64)
        for step in range(most):
            place = step % per_pass
            if place == 0:
                order = torch.randperm(rows, generator=random)
            batch = order[place * self.batch_rows : (place + 1) * self.batch_rows]
            net.train()
            optimiser.zero_grad(set_to_none=True)
            torch.autograd.backward(loss(batch))
            optimiser.step()
            tick((step + 1) / most)
            if judge is None or steps is not None or (step + 1) % look_every:
                continue
            net.eval()
            found = judge()
            if found > best:
                best, best_step, idle = found, step + 1, 0
                best_state = {name: value.clone() for name, value in net.state_dict().items()}
            else:
                idle += 1
                if idle >= self.patience:
                    break
        if best_state is not None:
            net.load_state_dict(best_state)
        net.eval()
        return best_step if steps is None else most
