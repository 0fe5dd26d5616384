"""Words beside likes: against plain loops."""

from __future__ import annotations

import numpy as np
import pytest
from unit.funnel.recall.little_market import market

from twoside.funnel.recall.channels.itemcf import ItemCF
from twoside.funnel.recall.shared_words import with_words
from twoside.funnel.recall.terms import Terms, term_columns
from twoside.schema.entities import EntityTable


def plain(items: EntityTable, common: int) -> np.ndarray:
    """The likeness of all pairs."""
    terms = Terms.of(items, term_columns(items))
    vectors = np.zeros((items.size, int(terms.offsets[-1])))
    for i in range(items.size):
        rows = slice(terms.start[i], terms.start[i + 1])
        vectors[i, terms.term[rows]] = terms.value[rows]
    vectors[:, (vectors > 0).sum(axis=0) > common] = 0
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors = np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0)
    return vectors @ vectors.T


@pytest.mark.parametrize("common", [5, 300])
def test_lists_with_words_are_the_sum_of_both(common: int) -> None:
    data = market()
    fitted = ItemCF().fit(data, 0)
    size = data.items.size
    expected = np.zeros((size, size))
    for i in range(size):
        rows = slice(fitted.start[i], fitted.start[i + 1])
        expected[i, fitted.item[rows]] = fitted.near[rows]
    expected += 0.7 * plain(data.items, common)
    np.fill_diagonal(expected, 0)
    lists = (fitted.start, fitted.item, fitted.near)
    start, item, near = with_words(lists, data.items, 0.7, common, 6, 7, 2)
    for i in range(size):
        rows = slice(start[i], start[i + 1])
        best = np.argsort(-expected[i].astype(np.float32), kind="stable")[:6]
        np.testing.assert_allclose(near[rows], expected[i][best][expected[i][best] > 0], rtol=1e-5)
        np.testing.assert_allclose(near[rows], expected[i][item[rows]], rtol=1e-5)


def test_an_item_nobody_liked_is_near_to_what_is_described_like_it() -> None:
    data = market()
    nobody = data.items.size - 1
    assert not (data.behaviours.where(data.behaviours.strength > 0).item == nobody).all()
    log = data.behaviours.where(data.behaviours.item != nobody)
    known = type(data)(log, data.people, data.items, data.now_ms)
    without, with_them = (ItemCF(words=w).fit(known, 0) for w in (0.0, 1.0))
    assert without.start[nobody] == without.start[nobody + 1]
    rows = slice(with_them.start[nobody], with_them.start[nobody + 1])
    likeness = plain(data.items, 300)[nobody]
    likeness[nobody] = 0
    assert likeness[with_them.item[rows][0]] == pytest.approx(likeness.max())


def test_without_words_nothing_changes() -> None:
    data = market()
    bare = type(data)(data.behaviours, data.people, EntityTable("b", data.items.size, {}), 0)
    one, other = (ItemCF(words=w).fit(bare, 0) for w in (0.0, 1.0))
    np.testing.assert_array_equal(one.item, other.item)
    np.testing.assert_array_equal(one.near, other.near)
