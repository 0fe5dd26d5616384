"""How well the two parties of a pair fit by what they declare."""

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
