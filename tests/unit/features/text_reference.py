"""The likeness of two texts by plain loops: n-grams letter by letter, counts in dictionaries."""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def is_chinese(letter: str) -> bool:
    return any(
        first <= ord(letter) <= last
        for first, last in ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
    )


def plain_grams(word: str) -> Counter[str]:
    """1- and 2-grams of Chinese runs, 3-grams of others between marks."""
    runs: list[tuple[bool, str]] = []
    before = None
    for letter in word.lower():
        kind = None if not letter.isalnum() else is_chinese(letter)
        if kind is not None:
            if kind == before:
                runs[-1] = kind, runs[-1][1] + letter
            else:
                runs.append((kind, letter))
        before = kind
    counts: Counter[str] = Counter()
    for chinese, run in runs:
        lengths = (1, 2) if chinese else (3,)
        text = run if chinese else f"_{run}_"
        for n in lengths:
            counts.update(text[i : i + n] for i in range(len(text) - n + 1))
    return counts


def hashed(counts: Counter[str], buckets: int = 2**18) -> Counter[int]:
    """The same in buckets, with signs."""
    found: Counter[int] = Counter()
    for gram, n in counts.items():
        number = int(hashlib.md5(gram.encode()).hexdigest()[:16], 16)
        found[number % buckets] += n if number >= 2**63 else -n
    return found


def cosine(mine: Counter, its: Counter) -> float:
    """NaN when one is empty."""
    length = math.sqrt(sum(n * n for n in mine.values()) * sum(n * n for n in its.values()))
    return sum(n * its[gram] for gram, n in mine.items()) / length if length else math.nan


def bag(words: Iterable[str]) -> Counter[int]:
    """The hashed counts of several words together."""
    total: Counter[int] = Counter()
    for word in words:
        for place, n in hashed(plain_grams(word)).items():
            total[place] += n
    return total
