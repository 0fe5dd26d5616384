"""Lists of neighbours: blocks, turning round, and the tables of an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from unit.funnel.recall.little_market import likes, market, question

from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.neighbours import ItemNeighbours, Rows, by_block, turned_round


def some(begin: int, end: int) -> Rows:
    """Item i has i neighbours: 0 to i - 1, of nearness i."""
    count = np.arange(begin, end)
    item = np.concatenate([np.arange(n) for n in count]).astype(np.int32)
    return count, item, np.repeat(count, count).astype(np.float32)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("block", [1, 4, 100])
def test_blocks_stand_one_after_the_other(block: int, threads: int) -> None:
    start, item, near = by_block(9, block, threads, some)
    assert np.diff(start).tolist() == list(range(9))
    assert np.array_equal(item, some(0, 9)[1])
    assert np.array_equal(near, some(0, 9)[2])


def test_no_items_have_no_neighbours() -> None:
    start, item, near = by_block(0, 4, 2, some)
    assert start.tolist() == [0]
    assert len(item) == len(near) == 0


def test_turned_round_a_list_has_the_nearest_first() -> None:
    rng = np.random.default_rng(0)
    dense = (rng.integers(0, 5, (30, 30)) / 4).astype(
        np.float32
    )  # ties and pairs that are not near
    owner, item = np.nonzero(dense)
    start = np.searchsorted(owner, np.arange(31))
    turned = turned_round(start, item.astype(np.int32), dense[owner, item])
    for j in range(30):
        rows = slice(turned[0][j], turned[0][j + 1])
        order = [i for i in np.lexsort((np.arange(30), -dense[:, j])) if dense[i, j] > 0]
        assert turned[1][rows].tolist() == order
        assert turned[2][rows].tolist() == dense[order, j].tolist()


def test_an_answer_does_not_depend_on_how_many_items_there_are() -> None:
    data = market()
    fitted = ItemCF().fit(data, 0)
    asking = question(data)
    is_open = np.concatenate([asking.is_open, np.ones(500_000, bool)])
    many = replace(asking, is_open=is_open, items=replace(asking.items, size=len(is_open)))
    one, other = fitted.recall(asking, 9), fitted.recall(many, 9)
    assert np.array_equal(one.items, other.items)
    assert np.array_equal(one.scores, other.scores)


def test_equal_scores_come_in_order_of_items() -> None:
    data = likes([0], [0], 1, 6)
    item = np.array([5, 3, 4, 1], np.int32)
    start = np.array([0, 4, 4, 4, 4, 4, 4])
    near = np.full(4, 0.5, np.float32)
    fitted = ItemNeighbours(start, item, near, {}, last=20, decay=0.75, repeat=False)
    assert fitted.recall(question(data), 5).items.tolist() == [[1, 3, 4, 5, -1]]
    assert fitted.recall(question(data), 2).items.tolist() == [[1, 3]]


def test_a_person_with_very_many_behaviours_costs_the_last_of_them() -> None:
    many = 100_000
    data = likes([0] * many, list(range(many)), 1, many)
    fitted = ItemCF(latest=30, last=20, repeat=True).fit(data, 0)
    found = fitted.recall(question(data), 40).items[0]
    assert set(found.tolist()) == {-1, *range(many - 30, many)}
