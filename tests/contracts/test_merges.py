"""Laws of every merge in the folder: a new file is tested without a new line."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from twoside import components
from twoside.errors import ConfigError
from twoside.funnel.merge import FittedMerge
from twoside.metrics.topn import Truth
from twoside.schema.artefact import Packed

FOLDER = "twoside.funnel.merge"
each = pytest.mark.parametrize("name", components.names(FOLDER))


@dataclass(frozen=True)
class Found:
    items: np.ndarray

    @property
    def scores(self) -> np.ndarray:
        falling = -np.arange(self.items.shape[1], dtype=np.float32)
        return np.where(self.items >= 0, falling, 0).astype(np.float32)


@dataclass(frozen=True)
class Alike(Found):
    """Items of which none is better than another."""

    @property
    def scores(self) -> np.ndarray:
        return np.where(self.items >= 0, 1, 0).astype(np.float32)


def settings(name: str, **kw: Any) -> Any:
    return components.load(FOLDER, name)(**kw)


def fitted(name: str, lists: dict[str, Found], **kw: Any) -> FittedMerge:
    """Learned where everything that any channel found was liked, by many people with such lists."""
    people = len(next(iter(lists.values())).items)
    times = -(-150 // people)
    many = {n: Found(np.tile(found.items, (times, 1))) for n, found in lists.items()}
    together = np.concatenate([found.items for found in many.values()], axis=1)
    row, at = np.nonzero(together >= 0)
    truth = Truth.of(row, together[row, at], times * people)
    return settings(name, **kw).fit(many, truth, None, dict.fromkeys(lists, 1.0), 3)  # type: ignore[no-any-return]


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
    merged = fitted(name, lists).merge(lists, 30)
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
    way = fitted(name, lists, budgets={"a": 1, "b": 0})
    merged = way.merge(lists, 30)
    asked = way.depths(None)
    for n, items in enumerate(merged.items):
        everything = {
            i
            for channel, found in lists.items()
            for i in found.items[n, : asked.get(channel, 25)].tolist()
            if i >= 0
        }
        assert (items >= 0).sum() == min(30, len(everything))


@each
def test_a_budget_binds_while_others_have_something_left(name: str) -> None:
    full = {
        name: Found(np.arange(40, dtype=np.int32)[None] + 100 * k) for k, name in enumerate("abc")
    }
    merged = fitted(name, full, budgets={"a": 3, "b": 5}).merge(full, 40)
    assert np.bincount(merged.source[0], minlength=3).tolist() == [3, 5, 32]


@each
def test_the_limit_of_a_call_goes_before_that_of_the_settings(name: str) -> None:
    way = fitted(name, some_lists(), limit=7)
    assert way.merge(some_lists()).items.shape == (20, 7)
    assert way.merge(some_lists(), 3).items.shape == (20, 3)
    assert np.array_equal(way.merge(some_lists(), 3).items, way.merge(some_lists()).items[:, :3])


@each
def test_one_channel_alone_is_passed_on(name: str) -> None:
    lists = {"b": some_lists()["b"]}
    assert np.array_equal(fitted(name, lists).merge(lists, 25).items, lists["b"].items)


@each
def test_an_empty_channel_changes_no_order(name: str) -> None:
    lists = {"a": some_lists()["a"]}
    nothing = Found(np.full((20, 5), -1, np.int32))
    lists["z"] = nothing
    merged = fitted(name, lists).merge(lists, 10)
    assert np.array_equal(merged.items, lists["a"].items)


@each
def test_no_channel_at_all_is_an_error(name: str) -> None:
    with pytest.raises(ConfigError, match="no lists to merge"):
        fitted(name, some_lists()).merge({}, 10)


@each
def test_a_batch_says_what_each_would_be_told_alone(name: str) -> None:
    lists = some_lists()
    way = fitted(name, lists)
    together = way.merge(lists, 20, np.arange(20) % 3)
    for n in range(20):
        one = {channel: Found(found.items[n : n + 1]) for channel, found in lists.items()}
        alone = way.merge(one, 20, np.array([n % 3]))
        assert np.array_equal(alone.items, together.items[n : n + 1])
        assert np.array_equal(alone.source, together.source[n : n + 1])


@each
def test_more_than_was_to_be_asked_changes_nothing(name: str) -> None:
    lists = some_lists()
    way = fitted(name, lists)
    asked = way.depths(None)
    cut = {n: Found(f.items[:, : asked.get(n, 25)]) for n, f in lists.items() if asked.get(n, 25)}
    assert np.array_equal(way.merge(cut, 20).items, way.merge(lists, 20).items)


@each
def test_a_packed_merge_merges_as_before(name: str) -> None:
    lists = some_lists()
    way = fitted(name, lists)
    packed = way.pack()
    stored = Packed(json.loads(json.dumps(dict(packed.meta))), dict(packed.arrays))
    again = settings(name).unpack(stored)
    assert np.array_equal(again.merge(lists, 20).items, way.merge(lists, 20).items)
    assert again.report == way.report


@each
def test_the_same_seed_gives_the_same_merge(name: str) -> None:
    lists = some_lists()
    one, two = fitted(name, lists).merge(lists, 20), fitted(name, lists).merge(lists, 20)
    assert np.array_equal(one.items, two.items)


@each
def test_a_channel_that_failed_is_done_without(name: str) -> None:
    lists = some_lists()
    way = fitted(name, lists)
    rest = {"a": lists["a"], "c": lists["c"]}
    merged = way.merge(rest, 15)
    assert merged.channels == ("a", "c")
    assert (merged.items >= 0).any()


@each
def test_equal_scores_and_equal_lists_are_merged_in_the_order_given(name: str) -> None:
    alike = Alike(np.tile(np.arange(6, dtype=np.int32), (4, 1)))
    other = Alike(np.tile(np.arange(3, 9, dtype=np.int32), (4, 1)))
    lists: dict[str, Found] = {"a": alike, "b": alike, "c": other}
    merge = fitted(name, lists, limit=9)
    first, second = merge.merge(lists, 9), merge.merge(lists, 9)
    assert np.array_equal(first.items, second.items)
    assert np.array_equal(first.source, second.source)
    for items in first.items.tolist():
        found = [item for item in items if item >= 0]
        assert len(set(found)) == len(found)
        assert items == first.items[0].tolist()
