"""What the items of Item2Vec are made of, in one numbering: items, their words, pieces of words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from twoside.funnel.recall.bags import Bags, Words
from twoside.funnel.recall.grams import gram_bags

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from twoside.schema.entities import EntityTable


@dataclass(frozen=True)
class Features:
    """Item i is feature i; then come the words, then the n-grams that words share."""

    items: int
    words: Words
    of_word: Bags
    """The n-grams of each word, numbered from 0"""
    grams: tuple[str, ...]

    @staticmethod
    def of(
        items: int, words: Words, told: Mapping[str, Sequence[str]], shortest: int, longest: int
    ) -> Features:
        """Of so many items with these words; `told` has their texts by column."""
        of_word, grams = gram_bags(words.texts(told), shortest, longest)
        return Features(items, words, of_word, grams)

    @property
    def total(self) -> int:
        """Features in all."""
        return self.items + self.words.total + len(self.grams)

    def bags(self, items: EntityTable, own: np.ndarray, share: float) -> Bags:
        """The features of every item: itself, its words, their n-grams.

        Args:
            own: float32 (items,): what an item itself weighs, where it has words; 1 without.
            share: what the words of a column weigh together, as do their n-grams: the root of
                the sum of their squares.
        """
        of_item = self.words.bags(items)
        of_its_words = self.of_word.of(of_item.word)
        length = np.diff(of_its_words.start)
        told = np.float32(share) * of_item.weight
        owner = np.repeat(np.arange(self.items), np.diff(of_item.start))
        row = np.concatenate([np.arange(self.items), owner, np.repeat(owner, length)])
        first = self.items + self.words.total
        feature = np.concatenate(
            [np.arange(self.items), of_item.word + self.items, of_its_words.word + first]
        )
        weight = np.concatenate(
            [
                np.where(np.diff(of_item.start) > 0, own, 1),
                told,
                np.repeat(told, length) * of_its_words.weight,
            ]
        )
        order = np.argsort(row, kind="stable")
        start = np.searchsorted(row[order], np.arange(self.items + 1)).astype(np.int64)
        return Bags(start, feature[order], weight[order].astype(np.float32))

    def places_in(self, later: Features) -> np.ndarray:
        """int64 (total,): the number that each feature has in a later numbering, of tables of the
        same columns that have grown at their ends; -1 for an n-gram that is shared no more."""
        words = [np.empty(0, np.int64)]
        first = later.items
        for mine, theirs in zip(self.words.sizes, later.words.sizes, strict=True):
            words.append(np.arange(first, first + mine))
            first += theirs
        number = {gram: first + n for n, gram in enumerate(later.grams)}
        grams = np.array([number.get(gram, -1) for gram in self.grams], np.int64)
        return np.concatenate([np.arange(self.items), *words, grams])
