"""Lists for everybody: the same as asked one by one, in any number of runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from unit.funnel.recall.little_market import empty, likes, market, question

from twoside.errors import ConfigError, RequestError
from twoside.funnel.merge import Fixed
from twoside.funnel.merge.snake import Snake
from twoside.funnel.recall.channels.hot import Hot
from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recommend_all import Block, Progress, RecommendAll


class Shelf:
    """A sink in memory that may break down."""

    def __init__(self, breaks_after: int = 1000) -> None:
        self.blocks: dict[int, Block] = {}
        self.order: list[int] = []
        self.breaks_after = breaks_after

    def finished(self) -> list[int]:
        return list(self.blocks)

    def keep(self, block: Block) -> None:
        if len(self.order) == self.breaks_after:
            raise OSError("the disk is full")
        self.blocks[block.number] = block
        self.order.append(block.number)

    @property
    def items(self) -> np.ndarray:
        return np.concatenate([self.blocks[n].items for n in sorted(self.blocks)])


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [7, 60, 1000])
def test_everybody_gets_what_they_would_be_told_alone(threads: int, block: int) -> None:
    data, shelf = market(), Shelf()
    fitted = ItemCF().fit(data, 0)
    done = RecommendAll(limit=9, block=block, threads=threads).run({"itemcf": fitted}, data, shelf)
    expected = fitted.recall(question(data), 9)
    assert done.done == done.people == data.people.size
    assert shelf.order == list(range(-(-60 // block)))
    assert np.array_equal(shelf.items, expected.items)
    scores = [shelf.blocks[n].scores for n in sorted(shelf.blocks)]
    assert np.array_equal(np.concatenate(scores), expected.scores)  # type: ignore[arg-type]


def test_several_channels_are_merged() -> None:
    data, shelf = market(), Shelf()
    channels = {"itemcf": ItemCF().fit(data, 0), "hot": Hot().fit(data, 0)}
    RecommendAll(limit=9, block=20).run(
        channels, data, shelf, merge=Fixed(Snake()), limits={"hot": 4}
    )
    asking = question(data)
    lists = {
        "itemcf": channels["itemcf"].recall(asking, 9),
        "hot": channels["hot"].recall(asking, 4),
    }
    merged = Snake().merge(lists, 9)
    assert np.array_equal(shelf.items, merged.items)
    assert np.array_equal(shelf.blocks[1].source, merged.source[20:40])  # type: ignore[arg-type]
    assert shelf.blocks[1].scores is None


def test_a_run_that_was_stopped_goes_on_where_it_ended() -> None:
    data, shelf, whole = market(), Shelf(breaks_after=3), Shelf()
    channels = {"itemcf": ItemCF().fit(data, 0)}
    everybody = RecommendAll(limit=9, block=7)
    with pytest.raises(OSError, match="full"):
        everybody.run(channels, data, shelf)
    assert shelf.order == [0, 1, 2]
    shelf.breaks_after = 1000
    told: list[Progress] = []
    everybody.run(channels, data, shelf, told=told.append)
    everybody.run(channels, data, whole)
    assert shelf.order == list(range(9))  # none was made twice
    assert [progress.done for progress in told] == [28, 35, 42, 49, 56, 60]
    assert np.array_equal(shelf.items, whole.items)
    shares: list[float] = []
    assert everybody.run(channels, data, shelf, tick=shares.append).done == 60
    assert shares == [1.0]
    assert shelf.order == list(range(9))


def test_it_tells_how_far_it_is_and_when_it_will_end() -> None:
    data, shares, told = market(), [], []
    seconds = iter(range(100, 1000, 10))  # each look at the clock is ten seconds later
    RecommendAll(limit=3, block=20).run(
        {"hot": Hot().fit(data, 0)},
        data,
        Shelf(),
        tick=shares.append,
        told=told.append,
        clock=lambda: float(next(seconds)),
    )
    assert shares == [1 / 3, 2 / 3, 1.0]
    assert [(p.done, p.people, p.left_s) for p in told] == [(20, 60, 20), (40, 60, 10), (60, 60, 0)]


def test_some_people_may_be_asked_for() -> None:
    data, shelf = market(), Shelf()
    fitted, some = Hot().fit(data, 0), np.array([5, 50, 6], np.int32)
    RecommendAll(limit=4, block=2).run({"hot": fitted}, data, shelf, person=some)
    assert np.array_equal(shelf.items, fitted.recall(question(data, some), 4).items)


def test_nobody_and_an_empty_past_are_no_trouble() -> None:
    data, shelf = market(), Shelf()
    fitted = ItemCF().fit(data, 0)
    nobody = RecommendAll().run({"a": fitted}, data, shelf, person=np.empty(0, np.int32))
    assert (nobody.done, nobody.people, shelf.order) == (0, 0, [])
    RecommendAll(limit=2).run({"a": ItemCF().fit(empty(data), 0)}, empty(data), shelf)
    assert (shelf.items == -1).all()


def test_a_person_with_very_many_behaviours_is_asked_with_the_newest() -> None:
    many = 100_000
    data = likes([0] * many + [1, 1], [*range(many), many - 1, 0], 2, many)
    seen: list[int] = []

    class Counting:
        def recall(self, asking: Any, limit: int) -> Any:
            seen.append(len(asking.item))
            return Hot().fit(empty(data), 0).recall(asking, limit)

        def pack(self) -> Any:
            raise NotImplementedError

    RecommendAll(limit=3, latest=200).run({"a": Counting()}, data, Shelf())
    assert seen == [202]


def test_what_cannot_be_done_is_said() -> None:
    data = market()
    fitted = Hot().fit(data, 0)
    with pytest.raises(ConfigError, match="2 channels and no merge"):
        RecommendAll().run({"a": fitted, "b": fitted}, data, Shelf())
    with pytest.raises(RequestError, match=r"rows -1 to 3: expected 0 to 59"):
        RecommendAll().run({"a": fitted}, data, Shelf(), person=np.array([-1, 3]))
    with pytest.raises(ConfigError, match=r"recommend_all.block = 0: expected 1 or more"):
        RecommendAll(block=0)
    assert replace(RecommendAll(), threads=9).about() == RecommendAll().about()
