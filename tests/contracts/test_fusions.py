"""Laws of every fusion in the folder: a new file is tested without a new line."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from twoside import components

FOLDER = "twoside.funnel.rerank.fusion"
TARGETS = ("view", "chat", "reach")
each = pytest.mark.parametrize("name", components.names(FOLDER))


def settings(name: str) -> Any:
    return components.load(FOLDER, name)()


def probabilities(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((50, 3)).astype(np.float32)


@each
def test_a_score_is_one_finite_number_an_item(name: str) -> None:
    for p in (probabilities(), np.zeros((4, 3), np.float32), np.ones((0, 3), np.float32)):
        score = settings(name).fuse(TARGETS, p)
        assert score.shape == (len(p),)
        assert score.dtype == np.float32
        assert np.isfinite(score).all()


@each
def test_a_higher_probability_never_lowers_the_score(name: str) -> None:
    p = probabilities()
    for t in range(3):
        better = p.copy()
        better[:, t] = np.minimum(better[:, t] + 0.2, 1)
        assert (settings(name).fuse(TARGETS, better) >= settings(name).fuse(TARGETS, p)).all()


@each
def test_an_item_is_scored_without_regard_to_the_others(name: str) -> None:
    p = probabilities()
    alone = [settings(name).fuse(TARGETS, p[n : n + 1])[0] for n in range(50)]
    np.testing.assert_allclose(settings(name).fuse(TARGETS, p), alone, rtol=1e-6)


@each
def test_one_target_keeps_its_order(name: str) -> None:
    p = probabilities()[:, :1]
    score = settings(name).fuse(("view",), p)
    assert np.array_equal(np.argsort(score), np.argsort(p[:, 0]))
