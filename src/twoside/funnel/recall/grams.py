"""Pieces of words: character n-grams, so that words that share letters share what is learned.

Source: Bojanowski et al. 2017, "Enriching Word Vectors with Subword Information", TACL 5, section
3.2: a word is `<word>` with its borders, and a set of its n-grams. What we changed: only n-grams
of at least two words are kept, for one of a single word says nothing that the word does not, and
each has a row of its own, where fastText shares rows by a hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.bags import Bags

if TYPE_CHECKING:
    from collections.abc import Sequence


def grams_of(word: str, shortest: int, longest: int) -> list[str]:
    """Distinct n-grams of `<word>`, small letters, in order; not the whole of it."""
    text = f"<{word.lower()}>"
    found = (
        text[at : at + n]
        for n in range(shortest, min(longest, len(text) - 1) + 1)
        for at in range(len(text) - n + 1)
    )
    return [gram for gram in dict.fromkeys(found) if gram not in "<>"]


def gram_bags(words: Sequence[str], shortest: int, longest: int) -> tuple[Bags, tuple[str, ...]]:
    """The n-grams of each word as a bag of numbers from 0, each weighing 1 / sqrt(n-grams of the
    word), and the n-grams in the order of their numbers. A word without letters ("") has none."""
    of_word = [grams_of(word, shortest, longest) if word else [] for word in words]
    times: dict[str, int] = {}
    for grams in of_word:
        for gram in grams:
            times[gram] = times.get(gram, 0) + 1
    shared = tuple(gram for gram, count in times.items() if count > 1)
    number = {gram: n for n, gram in enumerate(shared)}
    kept = [[number[gram] for gram in grams if gram in number] for grams in of_word]
    length = np.array([len(row) for row in kept], np.int64)
    start = np.concatenate([[0], np.cumsum(length)]).astype(np.int64)
    word = np.array([n for row in kept for n in row], np.int64)
    weight = np.repeat(1 / np.sqrt(np.maximum(length, 1)), length).astype(np.float32)
    return Bags(start, word, weight), shared
