"""The weighted sum and the product of powers, against their formulas."""

from __future__ import annotations

import numpy as np
import pytest

from twoside.errors import ConfigError
from twoside.funnel.rerank.fusion.product import Product
from twoside.funnel.rerank.fusion.weighted import Weighted

TARGETS = ("view", "chat")
P = np.array([[0.25, 0.04], [0.5, 0.01]], np.float32)


def test_the_weighted_sum_is_the_formula() -> None:
    score = Weighted({"view": 1.0, "chat": 10.0}).fuse(TARGETS, P)
    assert score.tolist() == pytest.approx([0.65, 0.6])
    flat = Weighted({"view": 1.0, "chat": 10.0}, {"view": 0.5}).fuse(TARGETS, P)
    assert flat.tolist() == pytest.approx([0.9, 0.5**0.5 + 0.1])


def test_a_target_without_a_weight_does_not_count_once_others_have_one() -> None:
    assert Weighted({"chat": 2.0}).fuse(TARGETS, P).tolist() == pytest.approx([0.08, 0.02])
    assert Weighted().fuse(TARGETS, P).tolist() == pytest.approx([0.29, 0.51])


def test_the_product_is_the_formula() -> None:
    score = Product({"view": 0.5, "chat": 1.0}, smooth=0.0).fuse(TARGETS, P)
    assert score.tolist() == pytest.approx([0.02, 0.5**0.5 * 0.01])


@pytest.mark.parametrize("way", [Weighted({"chatt": 1.0}), Product({"chatt": 1.0})])
def test_a_misspelt_target_is_an_error(way: Weighted | Product) -> None:
    with pytest.raises(ConfigError, match=r"no target 'chatt'. Did you mean 'chat'"):
        way.fuse(TARGETS, P)
