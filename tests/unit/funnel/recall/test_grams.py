"""Pieces of words."""

from __future__ import annotations

import numpy as np

from twoside.funnel.recall.grams import gram_bags, grams_of


def test_grams_are_those_of_the_word_with_its_borders() -> None:
    assert grams_of("Cat", 2, 3) == ["<c", "ca", "at", "t>", "<ca", "cat", "at>"]
    assert grams_of("猫", 2, 4) == ["<猫", "猫>"]
    assert grams_of("cat", 3, 2) == []


def test_only_grams_of_two_words_are_kept() -> None:
    bags, shared = gram_bags(["data engineer", "data analyst", "", "driver"], 4, 4)
    engineer, analyst, nothing, driver = (
        set(bags.word[bags.start[n] : bags.start[n + 1]].tolist()) for n in range(4)
    )
    assert engineer == analyst == set(range(len(shared)))
    assert set(shared) == {"<dat", "data", "ata ", "ta e", "ta a"} - {"ta e", "ta a"}
    assert nothing == driver == set()
    np.testing.assert_allclose(bags.weight, 1 / np.sqrt(len(shared)))
