"""Laws of every merge in the folder: a new file is tested without a new line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from twoside import components
from twoside.errors import ConfigError

FOLDER = "twoside.funnel.merge"
each = pytest.mark.parametrize("name", components.names(FOLDER))


@dataclass(frozen=True)
class Found:
    items: np.ndarray


def settings(name: str, **kw: Any) -> Any:
    return components.load(FOLDER, name)(**kw)


def some_lists(seed: int = 0, people: int = 20, size: int = 60) -> dict[str, Found]:
    """Three channels of unlike length, some short, some empty."""
    rng = np.random.default_rng(seed)
    lists = {}
    for name, width in (("a", 10), ("b", 25), ("c", 18)):
        items = np.full((people, width), -1, np.int32)
        for n in range(people):
            length = rng.integers(0, width + 1)
            items[n, :length] = rng.choice(size, length, replace=False)
        lists[name] = Found(items)
    return lists


@each
def test_no_item_stands_twice_and_none_is_made_up(name: str) -> None:
    lists = some_lists()
    merged = settings(name).merge(lists, 30)
    assert merged.channels == ("a", "b", "c")
    assert merged.items.shape == merged.source.shape == merged.rank.shape == (20, 30)
    for n, items in enumerate(merged.items):
        there = items >= 0
        length = int(there.sum())
        assert there[:length].all()
        assert len(set(items[:length].tolist())) == length
        for item, source, rank in zip(items, merged.source[n], merged.rank[n], strict=True):
            if item >= 0:
                assert lists[merged.channels[source]].items[n, rank] == item
            else:
                assert source == rank == -1


@each
def test_a_list_is_full_if_the_channels_have_enough(name: str) -> None:
    lists = some_lists()
    merged = settings(name, budgets={"a": 1, "b": 0}).merge(lists, 30)
    for n, items in enumerate(merged.items):
        everything = {i for found in lists.values() for i in found.items[n].tolist() if i >= 0}
        assert (items >= 0).sum() == min(30, len(everything))


@each
def test_a_budget_binds_while_others_have_something_left(name: str) -> None:
    full = {
        name: Found(np.arange(40, dtype=np.int32)[None] + 100 * k) for k, name in enumerate("abc")
    }
    merged = settings(name, budgets={"a": 3, "b": 5}).merge(full, 40)
    assert np.bincount(merged.source[0], minlength=3).tolist() == [3, 5, 32]


@each
def test_the_limit_of_a_call_goes_before_that_of_the_settings(name: str) -> None:
    way = settings(name, limit=7)
    assert way.merge(some_lists()).items.shape == (20, 7)
    assert way.merge(some_lists(), 3).items.shape == (20, 3)
    assert np.array_equal(way.merge(some_lists(), 3).items, way.merge(some_lists()).items[:, :3])


@each
def test_one_channel_alone_is_passed_on(name: str) -> None:
    lists = {"b": some_lists()["b"]}
    assert np.array_equal(settings(name).merge(lists, 25).items, lists["b"].items)


@each
def test_an_empty_channel_changes_no_order(name: str) -> None:
    lists = {"a": some_lists()["a"]}
    nothing = Found(np.full((20, 5), -1, np.int32))
    merged = settings(name).merge({**lists, "z": nothing}, 10)
    assert np.array_equal(merged.items, lists["a"].items)


@each
def test_no_channel_at_all_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match="no lists to merge"):
        settings(name).merge({}, 10)
