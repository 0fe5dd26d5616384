"""Items in a plane: the axes of greatest variance, the most liked open items first."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, market

from twoside.funnel.recall.channels.als_simitem import ALSSimItem
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.item_map import flat, item_maps


def test_the_axes_are_those_of_greatest_variance() -> None:
    vectors = np.random.default_rng(2).normal(size=(50, 6)) * [3, 2, 1, 1, 1, 1]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    values, axes = np.linalg.eigh(np.cov(unit.T))
    found = flat(vectors.astype(np.float32), np.arange(50))
    for line, axis in ((found.x, axes[:, -1]), (found.y, axes[:, -2])):
        right = (unit - unit.mean(axis=0)) @ axis
        right *= np.sign(right[np.abs(right).argmax()])
        assert line == pytest.approx(right, abs=1e-5)
    assert found.told == pytest.approx((values[-1] / values.sum(), values[-2] / values.sum()))


def test_of_equal_vectors_or_one_there_is_no_axis() -> None:
    for n in (1, 5):
        found = flat(np.ones((n, 3), np.float32), np.arange(n))
        assert not found.x.any()
        assert not found.y.any()
        assert found.told == (0.0, 0.0)
    line = flat(np.array([[1.0], [-1.0], [-1.0]], np.float32), np.arange(3))
    assert line.x.any()
    assert not line.y.any()


def test_the_most_liked_open_items_are_drawn_first() -> None:
    data = market()
    channels = {"als_simitem": ALSSimItem().fit(data, 3), "itemcf": ItemCF().fit(data, 3)}
    is_open, liked = data.items.open_rows(), np.arange(35.0)
    found = item_maps(channels, data.items, is_open, liked, 9)
    assert list(found) == ["als_simitem"]
    points = found["als_simitem"]
    known = channels["als_simitem"].factors.known & is_open
    assert points.rows.tolist() == [j for j in range(34, -1, -1) if known[j]][:9]
    assert points.of == known.sum()


def test_before_anything_happened_the_map_is_empty() -> None:
    data = empty(market())
    channels = {"als_simitem": ALSSimItem().fit(data, 3)}
    found = item_maps(channels, data.items, data.items.open_rows(), np.empty(0), 9)
    assert len(found["als_simitem"].rows) == found["als_simitem"].of == 0
