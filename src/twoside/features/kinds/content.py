"""How alike what the two parties say reads: text against text, letter by letter."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TextSimilarity:
    """Cosine of the n-gram counts of two category or categories columns (of a list: of all its
    words together, each once). 1: the same letters, 0: nothing in common, NaN when one is unknown
    or empty. The columns need not share a vocabulary: "Data engineer" is near "data analyst".

    What counts as an n-gram, and how it is hashed, says `features/text.py`. An n-gram does not
    look at what was done, so nothing of the future can be in it. Two n-grams that share a bucket
    (rare) move a value, of two short words by up to .2, and maybe below 0.
    """

    name: str
    person_column: str
    item_column: str
    meaning: str = ""
    unit: str = "cosine"
