"""Hashed n-grams against plain counts, and what they call alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from text_reference import cosine, plain_grams

from twoside.domains.recruiting.words import english, words
from twoside.features.text import Bags, Vectors, bucket, grams, write_cosines


def cosines(mine: list[str], its: list[str]) -> np.ndarray:
    """float32 (mine, its): each word with each."""
    rows, others = np.arange(len(mine)), np.arange(len(its))
    a = Bags.of_one(rows.astype(np.int32), Vectors.of(mine))
    b = Bags.of_one(others.astype(np.int32), Vectors.of(its))
    out = np.empty((len(mine) * len(its), 1), np.float32)
    each = np.tile(others, len(mine))
    start = np.arange(len(mine) + 1) * len(its)
    write_cosines(rows, a, a.squares(), each, b, b.squares(), start, out, 0)
    return out.reshape(len(mine), len(its))


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("UX", ["_ux", "ux_"]),
        ("a", ["_a_"]),
        ("C++ dev", ["_c_", "_de", "dev", "ev_"]),
        ("数据分析师", ["数", "据", "分", "析", "师", "数据", "据分", "分析", "析师"]),
        ("Java工程师", ["_ja", "jav", "ava", "va_", "工", "程", "师", "工程", "程师"]),
        ("snake_case", ["_sn", "sna", "nak", "ake", "ke_", "_ca", "cas", "ase", "se_"]),
        ("--", []),
    ],
)
def test_the_grams_of_a_word(word: str, wanted: list[str]) -> None:
    assert grams(word) == wanted
    assert plain_grams(word).total() == len(wanted)


def test_the_hash_is_the_same_on_every_machine() -> None:
    assert bucket("_ux") == (27_731, -1)
    assert bucket("数据") == (141_119, -1)


def test_hashed_cosines_are_nearly_those_of_plain_counts() -> None:
    """Of every other title and skill that recruiting ships, in both languages."""
    said = [*words().titles, *words().skills]
    said += [english()[word] for word in said]
    said = said[::2]
    found = cosines(said, said)
    counts = [plain_grams(word) for word in said]
    wanted = np.array([[cosine(mine, its) for its in counts] for mine in counts])
    error = np.abs(found - wanted)
    assert len(said) > 200
    assert np.mean(error > 1e-6) < 0.001
    assert error.max() < 0.2
    np.testing.assert_allclose(np.diag(found), 1, rtol=1e-6)
    np.testing.assert_array_equal(found, found.T)


def test_what_reads_alike_is_nearer_than_what_does_not() -> None:
    near, far = cosines(["data engineer"], ["Data Analyst", "nurse"])[0]
    assert near > 0.3
    assert far < 0.1
    assert math.isnan(cosines(["..."], ["nurse"])[0, 0])


def test_a_bag_counts_each_word_once_and_leaves_out_what_it_does_not_know() -> None:
    vectors = Vectors.of(["red", "green", "blue"])
    start = np.array([0, 4, 6, 6, 7])
    codes = np.array([0, 1, 0, -1, 1, 0, 9], np.int32)
    bags = Bags(codes, start, vectors)
    squares = bags.squares()
    assert squares[0] == squares[1] > 0
    assert squares[2] == squares[3] == 0
    out = np.empty((4, 2), np.float32)
    rows = np.array([0, 0, 0, 0])
    write_cosines(rows[:1], bags, squares, np.arange(4), bags, squares, np.array([0, 4]), out, 1)
    np.testing.assert_allclose(out[:, 1], [1, 1, np.nan, np.nan], rtol=1e-6)
