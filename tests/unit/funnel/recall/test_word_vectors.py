"""Vectors of words against a dense solution, and what has no words."""

from __future__ import annotations

import numpy as np
from unit.funnel.recall.little_market import table

from twoside.funnel.recall.word_vectors import WordVectors
from twoside.schema.entities import EntityTable

ITEMS = table("b", 60, np.random.default_rng(0))


def learned_vectors() -> np.ndarray:
    found = np.random.default_rng(1).normal(size=(60, 5)).astype(np.float32)
    found[40:] = 0  # nobody liked them
    return found


def test_they_are_the_ridge_solution() -> None:
    y = learned_vectors()
    learned = WordVectors.learn(ITEMS, y, penalty=0.3, iterations=60)
    of = learned.matrix(ITEMS).toarray()
    unit = y[:40] / np.linalg.norm(y[:40], axis=1, keepdims=True)
    left = of[:40].T @ of[:40] + 0.3 * np.eye(of.shape[1])
    np.testing.assert_allclose(learned.vector, np.linalg.solve(left, of[:40].T @ unit), atol=1e-5)
    np.testing.assert_allclose(learned.of(ITEMS), of @ learned.vector, atol=1e-5)


def test_a_row_of_words_has_length_one_or_nothing() -> None:
    of = WordVectors.learn(ITEMS, learned_vectors(), 1.0, 5).matrix(ITEMS)
    length = np.sqrt(np.asarray(of.multiply(of).sum(axis=1)).ravel())
    assert np.isclose(length, np.round(length)).all()
    assert set(np.round(length)) <= {0.0, 1.0}


def test_what_words_say_is_learned_and_a_word_not_seen_says_nothing() -> None:
    code = np.array([0, 0, 0, 1, 1, 1, 0, 1, 2, -1], np.int32)
    items = EntityTable("i", 10, {"kind": code}, sizes={"kind": 3})
    y = np.zeros((10, 2), np.float32)
    y[:3], y[3:6] = [3, 0], [0, 5]
    told = WordVectors.learn(items, y, 0.1, 20).of(items)
    np.testing.assert_allclose(told[6], [3 / 3.1, 0], atol=1e-6)
    np.testing.assert_allclose(told[7], [0, 3 / 3.1], atol=1e-6)
    assert (told[8:] == 0).all()
    later = EntityTable("i", 2, {"kind": np.array([9, 1], np.int32)}, sizes={"kind": 10})
    told = WordVectors.learn(items, y, 0.1, 20).of(later)
    assert (told[0] == 0).all()
    assert told[1, 1] > 0.9


def test_without_words_or_without_likes_everything_is_zero() -> None:
    bare = EntityTable("i", 4, {})
    assert (WordVectors.learn(bare, np.ones((4, 2), np.float32), 1.0, 5).of(bare) == 0).all()
    nobody = WordVectors.learn(ITEMS, np.zeros((60, 2), np.float32), 1.0, 5)
    assert (nobody.of(ITEMS) == 0).all()
    again = WordVectors.unpack(nobody.pack())
    assert again.words == nobody.words
