"""A numbering: words (or ids) and the dense numbers given to them, once and for ever.

Entity ids become rows and words become codes by the same rule: in order of first appearance, and
a number never changes, so that matrices, embeddings and vocabularies stay aligned day after day.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from twoside.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Sequence

Words: TypeAlias = "Sequence[str] | Sequence[int] | np.ndarray | pa.Array | pa.ChunkedArray"
"""Ids or words as anybody holds them; whole numbers are taken as their decimal digits."""


class Numbering:
    """Words numbered from 0; number n belongs to the n-th word."""

    def __init__(self, words: pa.Array) -> None:
        self._words = words
        """string (n,)"""

    def __len__(self) -> int:
        return len(self._words)

    @property
    def words(self) -> pa.Array:
        """All words in order of their number."""
        return self._words

    def of(self, words: Words) -> np.ndarray:
        """int32 (n,): the number of each word, -1 for one that was never seen."""
        known = self._number_of
        return np.fromiter(
            (known.get(word, -1) for word in as_strings(words).to_pylist()), np.int32
        )

    def ids(self, numbers: np.ndarray) -> list[str]:
        """The words of some numbers; every number must have been given out."""
        found: list[str] = self.array(numbers).to_pylist()
        return found

    def array(self, numbers: np.ndarray) -> pa.Array:
        """string (n,): `ids` as an Arrow array."""
        wanted = np.asarray(numbers, np.int64)
        if len(wanted) and (wanted.min() < 0 or wanted.max() >= len(self)):
            wrong = wanted[(wanted < 0) | (wanted >= len(self))][0]
            raise DataError(f"row {wrong}: expected 0 to {len(self) - 1}.")
        return self._words.take(pa.array(wanted))

    def plus(self, words: Words) -> tuple[Numbering, np.ndarray]:
        """With new words at the end in order of first appearance, and int32 (n,) numbers of
        `words`. A null is not a word: it has the number -1."""
        asked = as_strings(words)
        numbers = pc.index_in(asked, value_set=self._words)
        fresh = pc.unique(asked.filter(pc.and_(pc.is_null(numbers), pc.is_valid(asked))))
        grown = self
        if len(fresh):
            grown = Numbering(pa.concat_arrays([self._words, fresh]))
            numbers = pc.index_in(asked, value_set=grown.words)
        return grown, numbers.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)

    def table(self, first: int = 0) -> pa.Table:
        """(number int32, word string) from the number `first` on, as it is stored."""
        number = pa.array(np.arange(first, len(self)), pa.int32())
        return pa.table({"number": number, "word": self._words.slice(first)})

    @cached_property
    def _number_of(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self._words.to_pylist())}


def empty() -> Numbering:
    """No words yet."""
    return Numbering(pa.array([], pa.string()))


def as_strings(words: Words) -> pa.Array:
    """One string array; numbers as their decimal digits, nulls kept."""
    array = words if isinstance(words, pa.Array | pa.ChunkedArray) else pa.array(words)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_null(array.type) or pa.types.is_large_string(array.type):
        array = array.cast(pa.string())
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_integer(array.type):
        array = array.cast(pa.string())
    if not pa.types.is_string(array.type):
        raise DataError(f"ids: expected strings or whole numbers, got {array.type}.")
    return array
