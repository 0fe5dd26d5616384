"""The fit loop: the best state is kept, and the seed decides."""

import pytest
import torch

from twoside.nn.fit_loop import FitLoop
from twoside.schema.progress import quiet


def parabola(judge, seed=0, steps=None, patience=3, averaged=1):
    """One weight that is pulled to 1; returns the weight and the steps."""
    net = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(net.weight)
    loop = FitLoop(20, 1, patience, batch_rows=8, learning_rate=0.1, averaged=averaged)

    def loss(batch):
        return ((net.weight - 1) ** 2).sum() + 0.1 * net.weight.sum() * batch[0] / 64

    groups = [{"params": net.parameters()}]
    asked = None if judge is None else (lambda: judge(net.weight.item()))
    taken = loop.run(net, groups, loss, torch.arange(64), seed, quiet, asked, steps)
    return net.weight.item(), taken


def test_the_best_state_is_restored_and_learning_stops():
    weight, steps = parabola(lambda w: -abs(w - 0.75))
    assert abs(weight - 0.75) < 0.3
    assert steps < 160


def test_a_judge_that_never_gains_stops_after_the_patience():
    looks = []

    def judge(_weight):
        looks.append(1)
        return 0.0

    _, steps = parabola(judge, patience=2)
    assert len(looks) == 3
    assert steps == 8


def test_given_steps_are_made_without_a_judge():
    assert parabola(None, steps=13)[1] == 13


def test_the_seed_decides_the_batches():
    assert parabola(None, seed=1, steps=30) == parabola(None, seed=1, steps=30)
    assert parabola(None, seed=1, steps=30)[0] != pytest.approx(
        parabola(None, seed=2, steps=30)[0], abs=1e-9
    )


def test_what_is_kept_is_the_mean_of_the_last_steps():
    one_by_one = [parabola(None, steps=step)[0] for step in range(1, 4)]
    expected = one_by_one[0]
    for step, weight in enumerate(one_by_one[1:], start=2):
        expected += (weight - expected) / step
    assert parabola(None, steps=3, averaged=10)[0] == pytest.approx(expected, rel=1e-5)
