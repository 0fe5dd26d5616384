"""How well the two parties of a pair fit: by what they declare, and by what the person prefers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Equal:
    """1 when two category columns hold the same word, 0 when not, NaN when one is unknown.
    The vocabularies may differ; words are compared, not codes."""

    name: str
    person_column: str
    item_column: str
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Difference:
    """Item number minus person number; NaN when one is unknown."""

    name: str
    person_column: str
    item_column: str
    meaning: str = ""
    unit: str = ""


@dataclass(frozen=True)
class Overlap:
    """Share of the item's list of categories that the person has too: |P and I| / |I|.
    NaN when the item's list is empty. The two columns share one vocabulary of words."""

    name: str
    person_column: str
    item_column: str
    meaning: str = ""
    unit: str = "share"


@dataclass(frozen=True)
class Preference:
    """The feature `of` divided by the feature `over`, such as the person's view rate with this
    title over his view rate with everything: above 1 he prefers it. Both are names of number
    features of the same list. NaN when one is unknown or `over` is 0."""

    name: str
    of: str
    over: str
    meaning: str = ""
    unit: str = "times"
