"""Words as hashed counts of their character n-grams, and the cosine of two bags of words.

A word is lower-cased and cut into runs of letters and digits. A run of Chinese characters gives
each character and each pair of neighbours; any other run gives its 3-grams with a mark at both
ends ("ux" -> "_ux", "ux_"). A bag counts the n-grams of all its words.

Source: Damashek 1995, "Gauging Similarity with n-Grams: Language-Independent Categorization of
Text", Science 267 (without his centroid, which would have to be learned). Counts lie in buckets by
hash with a sign by another bit, as in Weinberger et al. 2009, "Feature Hashing for Large Scale
Multitask Learning", ICML, eq. 1 and 2. Hashes are md5, the same on every machine; sums are whole
numbers, so every engine gets the same.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from collections.abc import Iterable

BUCKETS = 1 << 18
"""So many that two of 50 n-grams share one in half a percent of bags, and so few that a clean slate
of them costs little: of 2^20, 0.8 ms a request went to zeros."""
_CHINESE = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUNS = re.compile(rf"([{_CHINESE}]+)|([^\W_{_CHINESE}]+)")


def grams(word: str) -> list[str]:
    """The n-grams of a word, in order, as often as they occur."""
    found: list[str] = []
    for chinese, other in _RUNS.findall(word.lower()):
        if chinese:
            found += [*chinese, *(chinese[n : n + 2] for n in range(len(chinese) - 1))]
        else:
            marked = f"_{other}_"
            found += [marked[n : n + 3] for n in range(len(other))]
    return found


@lru_cache(maxsize=1 << 16)
def bucket(gram: str) -> tuple[int, int]:
    """(bucket, sign) of an n-gram."""
    number = int.from_bytes(hashlib.md5(gram.encode(), usedforsecurity=False).digest()[:8])
    return number % BUCKETS, 1 if number >> 63 else -1


@dataclass(frozen=True)
class Vectors:
    """The hashed counts of the words of a vocabulary: word w owns `start[w]:start[w + 1]`."""

    start: np.ndarray
    """int64 (words + 1,)"""
    bucket: np.ndarray
    """int32 (total,)"""
    count: np.ndarray
    """int64 (total,): with the sign of the bucket"""

    @staticmethod
    def of(words: Iterable[object]) -> Vectors:
        """Of the words of a vocabulary, in order of their codes."""
        found = [Counter(grams(str(word))) for word in words]
        placed = [(*bucket(gram), n) for counts in found for gram, n in counts.items()]
        return Vectors(
            np.cumsum([0, *(len(counts) for counts in found)], dtype=np.int64),
            np.array([place for place, _, _ in placed], np.int32),
            np.array([sign * n for _, sign, n in placed], np.int64),
        )


@dataclass(frozen=True)
class Bags:
    """A list of words a row: the codes of row r are `codes[start[r]:start[r + 1]]`. Codes below 0,
    those that `vectors` lacks, and repeats say nothing."""

    codes: np.ndarray
    """int32 (total,)"""
    start: np.ndarray
    """int64 (rows + 1,)"""
    vectors: Vectors

    @staticmethod
    def of_one(codes: np.ndarray, vectors: Vectors) -> Bags:
        """One word a row: int32 (rows,)."""
        return Bags(codes, np.arange(len(codes) + 1), vectors)

    def squares(self) -> np.ndarray:
        """int64 (rows,): the squared lengths of the rows."""
        own = self.vectors
        return _squares(self.codes, self.start, own.start, own.bucket, own.count)  # type: ignore[no-any-return]


@njit(cache=True, nogil=True)
def _says(codes: np.ndarray, first: int, j: int, words: int) -> bool:
    """Is entry j of a list that begins at `first` a known word, for the first time?"""
    if not 0 <= codes[j] < words:
        return False
    for i in range(first, j):  # noqa: SIM110 - a generator is nothing for numba
        if codes[i] == codes[j]:
            return False
    return True


@njit(cache=True, nogil=True)
def _squares(
    codes: np.ndarray,
    start: np.ndarray,
    begin: np.ndarray,
    bucket: np.ndarray,
    count: np.ndarray,
) -> np.ndarray:
    squares = np.zeros(start.size - 1, np.int64)
    held = np.zeros(BUCKETS, np.int32)
    words = begin.size - 1
    for r in range(squares.size):
        for j in range(start[r], start[r + 1]):
            if _says(codes, start[r], j, words):
                for g in range(begin[codes[j]], begin[codes[j] + 1]):
                    squares[r] += count[g] * (2 * held[bucket[g]] + count[g])
                    held[bucket[g]] += count[g]
        for j in range(start[r], start[r + 1]):
            if 0 <= codes[j] < words:
                held[bucket[begin[codes[j]] : begin[codes[j] + 1]]] = 0
    return squares


@njit(cache=True, nogil=True)
def _cosines(
    mine: np.ndarray,
    my_codes: np.ndarray,
    my_start: np.ndarray,
    my_begin: np.ndarray,
    my_bucket: np.ndarray,
    my_count: np.ndarray,
    my_squares: np.ndarray,
    its: np.ndarray,
    its_codes: np.ndarray,
    its_start: np.ndarray,
    its_begin: np.ndarray,
    its_bucket: np.ndarray,
    its_count: np.ndarray,
    its_squares: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    held = np.zeros(BUCKETS, np.int32)
    my_words, its_words = my_begin.size - 1, its_begin.size - 1
    for r in range(mine.size):
        p = mine[r]
        for j in range(my_start[p], my_start[p + 1]):
            if _says(my_codes, my_start[p], j, my_words):
                for g in range(my_begin[my_codes[j]], my_begin[my_codes[j] + 1]):
                    held[my_bucket[g]] += my_count[g]
        for i in range(start[r], start[r + 1]):
            q, product = its[i], 0
            for j in range(its_start[q], its_start[q + 1]):
                if _says(its_codes, its_start[q], j, its_words):
                    for g in range(its_begin[its_codes[j]], its_begin[its_codes[j] + 1]):
                        product += held[its_bucket[g]] * its_count[g]
            length = np.sqrt(float(my_squares[p]) * float(its_squares[q]))
            out[i, column] = product / length if length > 0 else np.nan
        for j in range(my_start[p], my_start[p + 1]):
            if 0 <= my_codes[j] < my_words:
                held[my_bucket[my_begin[my_codes[j]] : my_begin[my_codes[j] + 1]]] = 0


def write_cosines(
    mine: np.ndarray,
    my_bags: Bags,
    my_squares: np.ndarray,
    its: np.ndarray,
    its_bags: Bags,
    its_squares: np.ndarray,
    start: np.ndarray,
    out: np.ndarray,
    column: int,
) -> None:
    """The cosine of row `mine[r]` of one side with each row `its[start[r]:start[r + 1]]` of the
    other, into a column of float32 `out`; NaN where one says nothing. `squares` are those of
    `Bags.squares`."""
    a, b = my_bags.vectors, its_bags.vectors
    _cosines(
        mine,
        my_bags.codes,
        my_bags.start,
        a.start,
        a.bucket,
        a.count,
        my_squares,
        its,
        its_bags.codes,
        its_bags.start,
        b.start,
        b.bucket,
        b.count,
        its_squares,
        start,
        out,
        column,
    )
