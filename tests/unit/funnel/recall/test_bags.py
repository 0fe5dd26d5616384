"""Bags of words against a loop over rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from unit.funnel.recall.little_market import table

from twoside.funnel.recall.bags import Words

ITEMS = table("b", 30, np.random.default_rng(0))


def words_by_hand(words: Words, row: int) -> dict[int, float]:
    found, first = {}, 0
    for column, size in zip(words.columns, words.sizes, strict=True):
        if column in ITEMS.lists:
            codes = ITEMS.lists[column]
            mine = codes.values[codes.start[row] : codes.start[row + 1]].tolist()
        else:
            mine = [c for c in [int(ITEMS.columns[column][row])] if c >= 0]
        found |= {first + c: 1 / np.sqrt(len(mine)) for c in mine if c < size}
        first += size
    return found


def test_a_bag_has_the_words_of_its_row() -> None:
    words = Words.of(ITEMS)
    assert dict(zip(words.columns, words.sizes, strict=True)) == {
        "city": 4,
        "skills": 12,
        "title": 6,
    }
    bags = words.bags(ITEMS)
    rows = np.array([3, -1, 29, 3, 30])
    picked = bags.of(rows)
    for n, row in enumerate(rows.tolist()):
        mine = slice(picked.start[n], picked.start[n + 1])
        found = dict(zip(picked.word[mine].tolist(), picked.weight[mine].tolist(), strict=True))
        wanted = words_by_hand(words, row) if 0 <= row < 30 else {}
        assert found.keys() == wanted.keys()
        assert np.allclose([found[w] for w in wanted], list(wanted.values()))


def test_words_that_came_after_the_fit_are_passed_over() -> None:
    words = replace(Words.of(ITEMS), sizes=(2, 12, 6))
    bags = words.bags(ITEMS)
    assert (bags.word < words.total).all()
    for row in range(30):
        mine = bags.word[bags.start[row] : bags.start[row + 1]].tolist()
        assert sorted(mine) == sorted(words_by_hand(words, row))


def test_a_table_without_words_has_empty_bags() -> None:
    bare = replace(ITEMS, columns={"pay": ITEMS.columns["pay"]}, lists={})
    words = Words.of(bare)
    assert words.total == 0
    assert words.bags(bare).start.tolist() == [0] * 31


def test_texts_stand_where_the_words_do() -> None:
    texts = Words.of(ITEMS).texts({"title": ["cook", "nurse"], "city": list("abcdefg")})
    assert texts == [*"abcd", *[""] * 12, "cook", "nurse", *[""] * 4]


def test_what_words_say_is_carried_to_a_longer_numbering() -> None:
    before, now = (
        Words(("city", "gone", "title"), (2, 1, 2)),
        Words(("city", "new", "title"), (3, 1, 2)),
    )
    values = np.arange(10, dtype=np.float32).reshape(5, 2)
    found = now.carried(before, values)
    nothing = [0, 0]
    wanted = [values[0], values[1], nothing, nothing, values[3], values[4]]
    np.testing.assert_array_equal(found, wanted)
